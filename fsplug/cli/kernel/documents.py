"""Reading what people bring: a file, or - for standard input.

Whoever may type `fsplug --as` need not be allowed to read what fsplug may read: keys, settings, recordings. With --as
the one file that a command opens is the document itself, and errors never repeat what stands in something else.
"""

import os
import stat
from pathlib import Path
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.document_file import STDIN
from fsplug.errors import Invalid, Refused
from fsplug.wiring.toml_source import parsed

# A document of 10,000 users has 6 MB.
_MOST_BYTES = 256 * 2**20
_CAREFULLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read(file: str, invocation: Invocation | None = None) -> dict[str, Any]:
    """The document, parsed; Invalid("bad-toml"), and as `content`."""
    try:
        return parsed(content(file, invocation))
    except ValueError as error:
        raise Invalid("bad-toml", f"{file} is not TOML: {error}", file=file) from error


def content(file: str, invocation: Invocation | None = None) -> bytes:
    """What stands in the file; Invalid("unreadable-file"). Without an invocation an operator reads it.

    With --as it must be a regular file outside the data folder, and no link: Refused("not-a-document") otherwise.
    """
    try:
        if invocation is not None and invocation.actor is not None and file != STDIN:
            return _content_for_others(file, invocation.folder)
        with click.open_file(file, "rb") as document:
            found: bytes = document.read()
            return found
    except OSError as error:
        raise Invalid("unreadable-file", f"{file} can't be read: {error}", file=file) from error


def folder(file: str) -> Path:
    """The folder that relative file names in the document refer to."""
    return Path() if file == STDIN else Path(file).parent


def _content_for_others(file: str, data_folder: Path) -> bytes:
    is_inside = Path(file).resolve().is_relative_to(data_folder.resolve())
    with open(os.open(file, _CAREFULLY), "rb") as document:
        found = os.fstat(document.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES or is_inside:
            text = (
                f"with --as, {file} is not read: name a regular file outside the data folder, or - for standard input"
            )
            raise Refused("not-a-document", text, file=file)
        return document.read(_MOST_BYTES)
