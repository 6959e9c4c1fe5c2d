"""Reading the operator's document: a file, or - for standard input."""

from pathlib import Path
from typing import Any

import click

from fsplug.errors import Invalid
from fsplug.wiring.toml_source import parsed

STDIN = "-"


def read(file: str) -> dict[str, Any]:
    """The document, parsed; Invalid("bad-toml", "unreadable-file")."""
    try:
        with click.open_file(file, "rb") as document:
            return parsed(document.read())
    except ValueError as error:
        raise Invalid("bad-toml", f"{file} is not TOML: {error}", file=file) from error
    except OSError as error:
        raise Invalid("unreadable-file", f"{file} can't be read: {error}", file=file) from error


def folder(file: str) -> Path:
    """The folder that relative file names in the document refer to."""
    return Path() if file == STDIN else Path(file).parent
