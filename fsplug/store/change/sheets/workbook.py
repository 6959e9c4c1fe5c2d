"""The first sheet of an Excel workbook (.xlsx), as text.

A workbook is a ZIP archive of XML: a few kilobytes may unpack to gigabytes, and XML may define entities that grow
without end. So what it unpacks to is added up before any of it is read, and a part with a DOCTYPE is refused: Excel
writes none (ISO/IEC 29500-2, 9.2 forbids it).
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from xml.parsers import expat

from fsplug.errors import Invalid

MAGIC = b"PK\x03\x04"
_MOST_UNPACKED_BYTES = 32 * 2**20
_MOST_PARTS = 500
_XML = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)
_REMEDY = "save the sheet by itself as a new workbook, or as CSV UTF-8"


class _Looked(Exception):
    """The beginning of an XML part was looked at."""


def rows_of(data: bytes, most_rows: int, most_columns: int) -> Iterator[tuple[str, ...]]:
    """The rows of the workbook's first sheet, from the first on, empty ones too; at most one more than `most_rows`,
    each with at most one more than `most_columns` cells.

    Invalid("bad-workbook") for what can't be read, and for what must not be unpacked.
    """
    _check(data)
    # openpyxl takes 0.2 s to import: only a workbook pays for it.
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(max_row=most_rows + 1, max_col=most_columns + 1, values_only=True):
            yield tuple(map(_text, row))
    except Exception as error:
        # openpyxl has no error of its own: a damaged part raises whatever it leads to.
        text = f"the workbook can't be read; {_REMEDY}"
        raise Invalid("bad-workbook", text) from error


def _check(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if "[Content_Types].xml" not in {one.filename for one in parts}:
                raise Invalid("bad-workbook", f"this ZIP archive is not an Excel workbook; {_REMEDY}")
            unpacked = sum(one.file_size for one in parts)
            if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED_BYTES:
                size = f"{unpacked // 2**20} MB in {len(parts)} parts"
                raise Invalid("workbook-too-large", f"the workbook unpacks to {size}, which is too much; {_REMEDY}")
            for one in parts:
                if _XML.search(one.filename):
                    _check_part(archive.open(one))
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        # NotImplementedError: an unknown way of compression; RuntimeError: a part that is encrypted.
        raise Invalid("bad-workbook", f"the workbook is damaged or encrypted; {_REMEDY}") from error


def _check_part(part: Any) -> None:
    """A DOCTYPE can stand before the first element alone (XML 1.0, 2.8), so nothing more is looked at."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = _looked
    with part, suppress(_Looked):
        parser.ParseFile(part)


def _refuse(*_: object) -> None:
    raise Invalid("bad-workbook", f"the workbook defines entities of its own; {_REMEDY}")


def _looked(*_: object) -> None:
    raise _Looked


def _text(value: object) -> str:
    """A cell as the sheet shows it: a whole number without decimals, which Excel keeps as a floating-point number."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime() | date():
            return value.isoformat()
    return str(value)
