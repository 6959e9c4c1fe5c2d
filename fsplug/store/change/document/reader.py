"""Reads the tables of an operator's document against a schema, and remembers everything that was wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LONGEST_TEXT = 500
# C0 and C1 controls and the Unicode line ends: a name with one of them breaks headers, logs and documents.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|[\ud800-\udfff]")
_CALLED = {str: "text in quotes", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}
_LONGEST_SHOWN = 60


class _Required:
    """Stands for no default."""


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table. `shape` and `choices` limit text, and each text of a list; `least` and `most` a number.

    `says` tells what to write instead; what is `secret` is not repeated in an error.
    """

    kind: type = str
    default: Any = REQUIRED
    shape: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()
    says: str = ""
    table: Mapping[str, "Field"] = field(default_factory=dict)
    least: int = 1
    most: int = 3600
    secret: bool = False


class Reader:
    """Reads tables and remembers what was wrong, where, and what to do about it.

    Files that hold secrets are looked for in `folder`.
    """

    def __init__(self, folder: Path = Path()) -> None:
        self.errors: list[str] = []
        self._folder = folder

    def error(self, where: str, text: str) -> None:
        """Remember one error."""
        self.errors.append(f"{where}: {text}")

    def table(self, where: str, given: object, fields: Mapping[str, Field]) -> dict[str, Any]:
        """The values of one table, defaults filled in; a key with an error is told about and stands as None."""
        if not isinstance(given, Mapping):
            self.error(where, f"{given!r} is not a table; write it as [[...]] with its keys below")
            return {}
        for name in given:
            if name not in fields:
                self.error(where, f"{name} is not known; {_did_you_mean(str(name), fields)}")
        return {name: self._value(where, name, given, field) for name, field in fields.items()}

    def secret(self, where: str, name: str, values: Mapping[str, Any], field: Field) -> str | None:
        """The secret under `name`, or in the file that `name`_file names; None where there is neither."""
        file = values.get(f"{name}_file")
        if file is None:
            found: str | None = values.get(name)
            return found
        if values.get(name) is not None:
            self.error(where, f"{name} and {name}_file are both there; keep one of them")
        try:
            text = (self._folder / file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            self.error(where, f"{name}_file: {file} can't be read: {error}")
            return None
        trouble = _trouble(name, text, field)
        if trouble:
            self.error(where, f"{name}_file: {file}: {trouble}")
        return None if trouble else text

    def _value(self, where: str, name: str, given: Mapping[str, Any], field: Field) -> Any:
        if name not in given:
            if field.default is REQUIRED:
                self.error(where, f"{name} is missing; {field.says or 'add it'}")
                return None
            return field.default
        trouble = _trouble(name, given[name], field)
        if trouble:
            self.error(where, f"{name}: {trouble}")
        return None if trouble else given[name]


def text_trouble(text: str) -> str | None:
    """What is wrong with a text that may hold anything but controls, or None."""
    if _CONTROLS.search(text) or len(text) > LONGEST_TEXT:
        return f"holds a control character or is over {LONGEST_TEXT} characters; take it out"
    return None


def _trouble(name: str, value: Any, field: Field) -> str | None:
    # In Python true is an int; in the document it is not.
    if not isinstance(value, field.kind) or (field.kind is int and isinstance(value, bool)):
        return f"{_shown(value, field)} must be {_CALLED[field.kind]}"
    if isinstance(value, list) and not field.table:
        return next(filter(None, (_item_trouble(name, item, field) for item in value)), None)
    if isinstance(value, int) and not isinstance(value, bool) and not field.least <= value <= field.most:
        return f"{value} must lie from {field.least} to {field.most}"
    return _text_trouble(name, value, field) if isinstance(value, str) else None


def _item_trouble(name: str, item: object, field: Field) -> str | None:
    return _text_trouble(name, item, field) if isinstance(item, str) else f"{item!r} must be text in quotes"


def _text_trouble(name: str, value: str, field: Field) -> str | None:
    shown = _shown(value, field)
    if trouble := text_trouble(value):
        return f"{shown} {trouble}"
    if field.choices and value not in field.choices:
        return f"{shown} is not known; {field.says or 'use ' + ' or '.join(field.choices)}"
    if field.shape and not field.shape.fullmatch(value):
        return f"{shown} won't do; {field.says}"
    if name == "timezone" and not _is_timezone(value):
        return f"{shown} is not known; {field.says}"
    return None


def _shown(value: object, field: Field) -> str:
    if field.secret:
        return "what is there"
    long = isinstance(value, str) and len(value) > _LONGEST_SHOWN
    return repr(f"{value[:_LONGEST_SHOWN]}..." if isinstance(value, str) and long else value)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def _did_you_mean(name: str, fields: Mapping[str, Field]) -> str:
    close = get_close_matches(name, fields, n=1)
    return f"did you mean {close[0]}?" if close else f"the keys here are {', '.join(fields)}"
