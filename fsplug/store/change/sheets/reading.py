"""A table that somebody exported: CSV as spreadsheets and other telephone systems write it, or an Excel workbook."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.store.change.sheets import workbook
from fsplug.store.change.sheets.decoding import decoded

MOST_BYTES = 16 * 2**20
MOST_ROWS = 20_000
MOST_COLUMNS = 200
_SEPARATORS = ";,\t|"
# Excel's own first line: which separator follows.
_SAYS_SEPARATOR = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
# The old Excel format (.xls), and every other file of OLE.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row; `number` is the line it ends on as an editor counts lines, or the row's number in a workbook."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The headings and the rows below them that are not empty. `encoding`: what the file was read as, or `XLSX`."""

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    encoding: str


def read(data: bytes) -> Sheet:
    """The table in a file. Invalid, which repeats nothing of the file: it may be another file than was meant."""
    if len(data) > MOST_BYTES:
        raise Invalid("file-too-large", f"it has {len(data) // 2**20} MB, more than {MOST_BYTES // 2**20} MB; split it")
    if data.startswith(_OLE):
        raise Invalid("old-workbook", "it is an old Excel file (.xls); save it as .xlsx or as CSV UTF-8")
    if data.startswith(workbook.MAGIC):
        every = enumerate(workbook.rows_of(data, MOST_ROWS, MOST_COLUMNS), 1)
        return _sheet([SheetRow(number, cells) for number, cells in every if any(cells)], XLSX)
    found = decoded(data)
    if found is None:
        raise Invalid("unreadable-file", "it can't be read as text; save it as CSV UTF-8 or as an Excel workbook")
    return _sheet(_lines(found.text), found.encoding)


def _lines(text: str) -> list[SheetRow]:
    says, begins_on = _SAYS_SEPARATOR.match(text), 0
    if says:
        text, begins_on = text[says.end() :], 1
    # An old Mac's line end is a carriage return alone, which the reader takes for a part of the cell.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=says[1] if says else _separator(text), strict=True)
    try:
        return _bounded((reader.line_num + begins_on, row) for row in reader)
    except csv.Error as error:
        raise Invalid("bad-csv", f"line {reader.line_num + begins_on}: not CSV: {error}; close the quotes") from error


def _bounded(rows: Iterable[tuple[int, list[str]]]) -> list[SheetRow]:
    found: list[SheetRow] = []
    for number, row in rows:
        if any(map(str.strip, row)):
            found.append(SheetRow(number, tuple(row)))
        if len(found) > MOST_ROWS + 1:
            break
    return found


def _separator(text: str) -> str:
    """What parts the headings: the separator that occurs most often in the first line, outside quotes."""
    first = next(filter(str.strip, text.split("\n")), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=outside.count)


def _sheet(rows: Sequence[SheetRow], encoding: str) -> Sheet:
    if len(rows) > MOST_ROWS + 1:
        raise Invalid("file-too-large", f"it has more than {MOST_ROWS} rows; split it")
    headings = _trimmed(rows[0].cells, 0) if rows else ()
    if len(headings) > MOST_COLUMNS:
        raise Invalid("file-too-large", f"it has more than {MOST_COLUMNS} columns; take out what is not imported")
    least = len(headings)
    return Sheet(headings, tuple(SheetRow(row.number, _trimmed(row.cells, least)) for row in rows[1:]), encoding)


def _trimmed(cells: Sequence[str], least: int) -> tuple[str, ...]:
    """The cells without blanks around them. Empty ones at the end go, which spreadsheets write, down to `least`."""
    found = [cell.strip() for cell in cells]
    while len(found) > least and not found[-1]:
        found.pop()
    return tuple(found)
