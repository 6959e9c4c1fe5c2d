"""Text as configuration keeps it: one line, without control characters, of a bounded length."""

import re

LONGEST_TEXT = 500
# C0 and C1 controls and the Unicode line ends: a name with one of them breaks headers, logs and documents. A character
# class that Python's and Rust's regular expressions both accept.
CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# Python can hold lone surrogates, other programs can't. Arguments that the shell passed in another encoding contain
# them.
_WRONG = re.compile(rf"[{CONTROLS}\ud800-\udfff]")


def text_trouble(text: str) -> str | None:
    """What is wrong with a text, which must not hold control characters; None if nothing is."""
    if _WRONG.search(text) or len(text) > LONGEST_TEXT:
        return f"holds a control character or is over {LONGEST_TEXT} characters; take it out"
    return None
