"""Text from outside as both databases can hold it."""


def clean(text: str) -> str:
    """`text` as both databases can hold it: NUL and lone surrogates, which callers may send, are replaced."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
