"""TOML that an operator wrote, parsed; whatever is wrong with it is one error with a remedy."""

import tomllib
from typing import Any


def parsed(source: bytes) -> dict[str, Any]:
    """The document; ValueError says why it is not TOML, and what to do about it."""
    try:
        # Windows editors put a byte order mark before UTF-8; TOML 1.1 ignores the mark.
        return tomllib.loads(source.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{error}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError as error:
        raise ValueError("lists or tables are nested too deeply; write them flat") from error
    except ValueError as error:
        # Python refuses decimal numbers of more than 4,300 digits, and tomllib passes the error on.
        raise ValueError("a number in it has thousands of digits; shorten it, or quote it") from error
