"""Remembers everything that was wrong with an operator's document, and reads the files that hold its secrets."""

import errno
from pathlib import Path

from fsplug.errors import Invalid
from fsplug.store.change.document import secret_file


class Reader:
    """What was wrong, where, and what to do about it.

    Files that hold secrets are looked for in `folder`. Without a folder none is read: the document is not by somebody
    who may read this machine's files.
    """

    def __init__(self, folder: Path | None = None) -> None:
        # Where something is wrong, and what.
        self.troubles: list[tuple[str, str]] = []
        self._folder = folder

    @property
    def errors(self) -> list[str]:
        """Everything that was wrong, each with its place and remedy."""
        return [f"{where}: {text}" for where, text in self.troubles]

    def error(self, where: str, text: str) -> None:
        """Remember one error."""
        self.troubles.append((where, text))

    def secret(self, where: str, key: str, file: str) -> str | None:
        """The text of a file; None, and an error about `key`, when it can't be read or must not be."""
        if self._folder is None:
            self.error(where, f"{key}: only the operator's own documents may name files; write the password itself")
            return None
        try:
            return secret_file.text_of(self._folder, file)
        except (OSError, ValueError) as error:
            remedy = "name a text file with the secret alone, in the document's folder or below it"
            self.error(where, f"{key}: {file or 'an empty path'} can't be read: {_why(error)}; {remedy}")
            return None


def invalid(errors: list[str]) -> Invalid:
    """One error that says them all."""
    count = f"{len(errors)} error{'s' if len(errors) > 1 else ''} in the document"
    return Invalid("invalid-document", "\n  ".join((f"{count}, nothing was changed:", *errors)), errors=errors)


def _why(error: OSError | ValueError) -> object:
    if isinstance(error, OSError):
        return "it is reached by a link" if error.errno == errno.ELOOP else error.strerror or error
    return error
