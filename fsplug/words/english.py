"""Numbers in the English of commands and of the doctor, which speak no other language."""


def so_many(number: int, one: str, many: str = "") -> str:
    """1 entry, 2 entries: `many` is the plural where it is not `one` with an s."""
    return f"1 {one}" if number == 1 else f"{number} {many or f'{one}s'}"
