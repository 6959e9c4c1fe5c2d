"""What people type into fields and addresses, as values."""

# Both databases hold whole numbers of more digits than this.
_MOST_DIGITS = 15


def number(text: str) -> int | None:
    """A whole number from 0; None for any other text, and for one that is too long to be kept."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
