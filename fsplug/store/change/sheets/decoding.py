"""The text of a file that a spreadsheet or another telephone system wrote, whatever it is encoded in.

Excel writes Windows-1252 as "CSV", UTF-16 as "Unicode text", its Mac OS version Mac Roman and "CSV (MS-DOS)" code page
850. None of these says what it is. UTF-8 does: other text hardly ever reads as UTF-8.
"""

import codecs
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In order of preference where each reads equally well.
_OF_ONE_BYTE = ("cp1252", "mac_roman", "cp850")
# The Danish and Swedish letters beside a-z, and e with acute: ae, o with stroke, a with ring, a and o with diaeresis.
_NORDIC = frozenset("\u00e6\u00f8\u00e5\u00e4\u00f6\u00e9\u00c6\u00d8\u00c5\u00c4\u00d6\u00c9")
# Every second byte of UTF-16 is zero where the text is Latin.
_LOOKED_AT_BYTES = 4096
_TABS_AND_LINE_ENDS = frozenset("\t\n\r\v\f")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding that it was read as, as Python calls it."""

    text: str
    encoding: str


def decoded(data: bytes) -> Decoded | None:
    """The text of a file; None if it can't be text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _as(data.removeprefix(mark), encoding)
    if b"\0" in data[:_LOOKED_AT_BYTES]:
        return _as(data, _utf_16(data))
    return _as(data, "utf-8") or _of_one_byte(data)


def _as(data: bytes, encoding: str) -> Decoded | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    # No spreadsheet writes other control characters.
    controls = any(char < " " and char not in _TABS_AND_LINE_ENDS for char in set(text))
    return None if controls else Decoded(text, encoding)


def _utf_16(data: bytes) -> str:
    looked_at = data[:_LOOKED_AT_BYTES]
    return "utf-16-le" if looked_at[1::2].count(0) >= looked_at[::2].count(0) else "utf-16-be"


def _of_one_byte(data: bytes) -> Decoded | None:
    found = [one for one in (_as(data, encoding) for encoding in _OF_ONE_BYTE) if one is not None]
    return max(found, key=lambda one: sum(map(_likelihood, one.text)), default=None)


def _likelihood(char: str) -> int:
    """How likely it is that somebody's name has this letter; the wrong encoding turns letters into other marks."""
    return 2 if char in _NORDIC else int(char > "\x7f" and char.isalpha())
