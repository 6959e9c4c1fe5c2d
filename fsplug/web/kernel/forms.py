"""What people type into fields and addresses, as values."""

# Both databases can hold whole numbers with more digits than this.
_MOST_DIGITS = 15


def number(text: str) -> int | None:
    """A whole number from 0; None for any other text, and for a number with too many digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def path_here(text: str) -> str:
    """The text if it is a path of this console, else "/"."""
    # Browsers drop tabs and line breaks, so that these could lead to another site.
    is_here = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_here else "/"
