"""Text as configuration keeps it: one line, without controls, of a bounded length."""

import re

LONGEST_TEXT = 500
# C0 and C1 controls and the Unicode line ends: a name with one of them breaks headers, logs and documents. A class for
# Python's regular expressions and for Rust's.
CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# Python alone can hold half a surrogate pair; what the shell handed over in another encoding has some.
_WRONG = re.compile(rf"[{CONTROLS}\ud800-\udfff]")


def text_trouble(text: str) -> str | None:
    """What is wrong with a text that may hold anything but controls, or None."""
    if _WRONG.search(text) or len(text) > LONGEST_TEXT:
        return f"holds a control character or is over {LONGEST_TEXT} characters; take it out"
    return None
