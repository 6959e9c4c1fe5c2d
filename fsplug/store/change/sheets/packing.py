"""A table that a page hands to its viewer and gets back with the next form: nobody has to choose the file again.

What comes back may be anything: it is unpacked within bounds, and checked.
"""

import base64
import binascii
import json
import zlib

from fsplug.errors import Invalid
from fsplug.store.change.sheets.reading import MOST_COLUMNS, MOST_ROWS, Sheet, SheetRow

_MOST_BYTES = 8 * 2**20


def packed(sheet: Sheet) -> str:
    """The table as short text."""
    rows = [[row.number, *row.cells] for row in sheet.rows]
    text = json.dumps([sheet.encoding, sheet.headings, rows], ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def unpacked(text: str) -> Sheet:
    """The table again; Invalid("unreadable-file") for anything that `packed` does not write."""
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
        encoding, headings, rows = json.loads(data)
        sheet = Sheet(tuple(headings), tuple(SheetRow(number, tuple(cells)) for number, *cells in rows), encoding)
        texts = (sheet.encoding, *sheet.headings, *(cell for row in sheet.rows for cell in row.cells))
        is_whole = unpacker.eof and all(isinstance(one, str) for one in texts)
        is_numbered = all(type(row.number) is int for row in sheet.rows)
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError) as error:
        raise Invalid("unreadable-file", "the table can't be read; choose the file again") from error
    if not is_whole or not is_numbered or len(sheet.rows) > MOST_ROWS or len(headings) > MOST_COLUMNS:
        raise Invalid("unreadable-file", "the table can't be read; choose the file again")
    return sheet
