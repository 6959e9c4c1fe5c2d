"""The order of a list by time, as its address says it: the newest first, or the oldest."""

OLDEST = "oldest"


def of(text: str) -> str:
    """OLDEST where the text asks for it, else "" for the newest first."""
    return OLDEST if text == OLDEST else ""
