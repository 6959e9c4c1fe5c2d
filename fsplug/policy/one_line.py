"""Text as configuration keeps it: one line, without control characters, of a bounded length."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time

LONGEST_TEXT = 500
# C0 and C1 controls and the Unicode line ends: a name with one of them breaks headers, logs and documents. A character
# class that Python's and Rust's regular expressions both accept.
CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# Python can hold lone surrogates, other programs can't. Arguments that the shell passed in another encoding contain
# them.
_WRONG = re.compile(rf"[{CONTROLS}\ud800-\udfff]")

_LONGEST_SHOWN = 60
# As many bits as 60 digits have; Python refuses to write whole numbers of more than 4,300 digits.
_MOST_BITS = 200


def text_trouble(text: str) -> str | None:
    """What is wrong with a text, which must not hold control characters; None if nothing is."""
    if _WRONG.search(text) or len(text) > LONGEST_TEXT:
        return f"holds a control character or is over {LONGEST_TEXT} characters; remove it"
    return None


def shown(value: object) -> str:
    """A value as an error repeats it: as TOML writes it, and short. What a list or table holds may be secret."""
    match value:
        case str():
            return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}...")
        case bool():
            return "true" if value else "false"
        case int():
            bits = value.bit_length()
            return str(value) if bits <= _MOST_BITS else f"a whole number of {bits} bits"
        case float():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            return "a table"
    return "a list" if isinstance(value, list) else f"a {type(value).__name__}"
