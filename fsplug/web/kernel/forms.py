"""What people type into fields and addresses, as values."""

# Both databases can hold whole numbers with more digits than this.
_MOST_DIGITS = 15


def number(text: str) -> int | None:
    """A whole number from 0; None for any other text, and for a number with too many digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
