"""Remembers everything that was wrong with an operator's document, and reads the files that hold its secrets."""

from pathlib import Path

from fsplug.errors import Invalid

# More than the longest password has. A path may lead to a device, which never ends.
_MOST_BYTES = 4096


class Reader:
    """What was wrong, where, and what to do about it. Files that hold secrets are looked for in `folder`."""

    def __init__(self, folder: Path = Path()) -> None:
        self.errors: list[str] = []
        self._folder = folder

    def error(self, where: str, text: str) -> None:
        """Remember one error."""
        self.errors.append(f"{where}: {text}")

    def secret(self, where: str, key: str, file: str) -> str | None:
        """The text of a file, without the line's end; None, and an error about `key`, when it can't be read."""
        try:
            with (self._folder / file).open("rb") as secret:
                return secret.read(_MOST_BYTES).decode("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            # A decoding error would repeat what is in the file.
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
            remedy = "name a text file with the secret alone"
            self.error(where, f"{key}: {file or 'an empty path'} can't be read: {why}; {remedy}")
            return None


def invalid(errors: list[str]) -> Invalid:
    """One error that says them all."""
    count = f"{len(errors)} error{'s' if len(errors) > 1 else ''} in the document"
    return Invalid("invalid-document", "\n  ".join((f"{count}, nothing was changed:", *errors)), errors=errors)
