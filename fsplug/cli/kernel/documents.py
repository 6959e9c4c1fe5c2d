"""The operator's document as a command is given it: a file, or - for standard input."""

import tomllib
from pathlib import Path
from typing import Any

import click

from fsplug.errors import Invalid

STDIN = "-"


def read(file: str) -> dict[str, Any]:
    """The document, parsed; Invalid("bad-toml", "unreadable-file")."""
    try:
        with click.open_file(file, "rb") as document:
            return tomllib.loads(document.read().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid("bad-toml", f"{file} is not TOML: {error}", file=file) from error
    except (OSError, RecursionError) as error:
        raise Invalid("unreadable-file", f"{file} can't be read: {error}", file=file) from error


def folder(file: str) -> Path:
    """Where the files lie that the document names."""
    return Path() if file == STDIN else Path(file).parent
