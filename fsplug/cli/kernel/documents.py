"""Reading the operator's document: a file, or - for standard input."""

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
            # Windows editors put a byte order mark before UTF-8; TOML 1.1 ignores the mark.
            return tomllib.loads(document.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _bad_toml(file, f"{error}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _bad_toml(file, str(error)) from error
    except RecursionError as error:
        raise _bad_toml(file, "lists or tables are nested too deeply; write them flat") from error
    except ValueError as error:
        # Python refuses decimal numbers of more than 4,300 digits, and tomllib passes the error on.
        raise _bad_toml(file, "a number in it has thousands of digits; shorten it, or quote it") from error
    except OSError as error:
        raise Invalid("unreadable-file", f"{file} can't be read: {error}", file=file) from error


def _bad_toml(file: str, why: str) -> Invalid:
    return Invalid("bad-toml", f"{file} is not TOML: {why}", file=file)


def folder(file: str) -> Path:
    """The folder that relative file names in the document refer to."""
    return Path() if file == STDIN else Path(file).parent
