"""A table that a page hands to its viewer and gets back with the next form: nobody has to choose the file again.

What comes back may be anything: it is unpacked within bounds, and nothing is made of it before its rows are counted. It
is no JSON, of which a few kilobytes may hold millions of lists.
"""

import base64
import binascii
import zlib

from fsplug.errors import Invalid
from fsplug.store.change.sheets.reading import MOST_COLUMNS, MOST_ROWS, Sheet, SheetRow

_MOST_BYTES = 8 * 2**20
# Between rows and between cells (ISO 646, 4.1.3.3). No text that is read as a table has them; a workbook's may.
_ROW_ENDS, _CELL_ENDS = "\x1e", "\x1f"
_BLANKS = str.maketrans(_ROW_ENDS + _CELL_ENDS, "  ")


def packed(sheet: Sheet) -> str:
    """The table as short text."""
    rows = [(sheet.encoding, *sheet.headings), *((str(row.number), *row.cells) for row in sheet.rows)]
    text = _ROW_ENDS.join(_CELL_ENDS.join(cell.translate(_BLANKS) for cell in row) for row in rows)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def unpacked(text: str) -> Sheet:
    """The table again; Invalid("unreadable-file") for anything that `packed` does not write."""
    try:
        return _sheet(_plain(text))
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Invalid("unreadable-file", "the table can't be read; choose the file again") from error


def _plain(text: str) -> str:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
    if not unpacker.eof:
        raise ValueError("it is too large, or cut off")
    return data.decode()


def _sheet(plain: str) -> Sheet:
    if plain.count(_ROW_ENDS) > MOST_ROWS:
        raise ValueError("it has too many rows")
    first, *rows = (row.split(_CELL_ENDS) for row in plain.split(_ROW_ENDS))
    encoding, *headings = first
    if len(headings) > MOST_COLUMNS:
        raise ValueError("it has too many columns")
    return Sheet(tuple(headings), tuple(SheetRow(int(number), tuple(cells)) for number, *cells in rows), encoding)
