"""What the operator's document may hold, and the reader that checks a table against it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from fsplug.policy.entities import Channels, GroupMode, OnFailure

# C0 and C1 controls and the Unicode line ends: a name with one of them breaks headers, logs and documents.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|[\ud800-\udfff]")
# Usernames and extensions become part of channel variables and of comma-separated lists on the switch.
_USERNAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EXTENSION = re.compile(r"[0-9]{1,15}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_EMAIL = re.compile(r"|[^@\s]+@[^@\s]+\.[^@\s]+")
_NOT_EMPTY = re.compile(r".*\S.*")
LONGEST_TEXT = 500


class _Required:
    """Stands for no default."""


REQUIRED = _Required()


class Strategy(StrEnum):
    """How a ring group rings its members."""

    SIMULTANEOUS = "simultaneous"
    SEQUENTIAL = "sequential"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table. `shape` and `choices` limit text, `says` tells what to write instead."""

    kind: type = str
    default: Any = REQUIRED
    shape: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()
    says: str = ""
    table: Mapping[str, "Field"] = field(default_factory=dict)


def _one_of(choices: type[StrEnum], default: StrEnum) -> Field:
    return Field(default=str(default), choices=tuple(choices))


def _tables(**fields: Field) -> Field:
    return Field(list, default=[], table=fields)


_TERMS = {
    "on_failure": _one_of(OnFailure, OnFailure.OPEN),
    "channels": _one_of(Channels, Channels.STEREO),
    "purpose": Field(default="quality", shape=_NOT_EMPTY, says="name the purpose, such as quality"),
}
_NUMBER = Field()

COMPANY: Mapping[str, Field] = {
    "domain": Field(shape=_DOMAIN, says="write it in lower case, such as acme.example"),
    "name": Field(shape=_NOT_EMPTY, says="name the company"),
    "country": Field(
        choices=tuple(sorted(phonenumbers.SUPPORTED_REGIONS)), says="use a two-letter ISO code such as DK"
    ),
    "language": Field(default="en", shape=_LANGUAGE, says="use a code such as da or en-GB"),
    "timezone": Field(default="UTC", says="use a name such as Europe/Copenhagen"),
    "department": _tables(name=Field(shape=_NOT_EMPTY, says="name the department")),
    "user": _tables(
        username=Field(shape=_USERNAME, says="use up to 64 of A-Z a-z 0-9 - _"),
        extension=Field(shape=_EXTENSION, says="use digits only"),
        name=Field(default=""),
        email=Field(default="", shape=_EMAIL, says="write it like anna@acme.example"),
        department=Field(default=None),
        record=Field(bool, default=False),
        fixed_number=Field(default=None),
        mobile_numbers=Field(list, default=[]),
    ),
    "group": _tables(
        number=Field(shape=_EXTENSION, says="use digits only"),
        name=Field(default=""),
        strategy=_one_of(Strategy, Strategy.SIMULTANEOUS),
        members=Field(list, default=[]),
        ring_seconds=Field(int, default=20),
        mode=_one_of(GroupMode, GroupMode.DEPARTMENT),
        **_TERMS,
    ),
    "policy": _tables(
        department=Field(shape=_NOT_EMPTY, says="name a department, or * for every other one"),
        outgoing=Field(bool, default=False),
        internal=Field(bool, default=False),
        incoming=Field(bool, default=False),
        **_TERMS,
    ),
    "excluded": _tables(number=_NUMBER, note=Field(default="")),
    "number": _tables(number=_NUMBER, user=Field(default=None), group=Field(default=None)),
}
DOCUMENT: Mapping[str, Field] = {"company": Field(list, table=COMPANY, says="begin with [[company]]")}

_CALLED = {str: "text in quotes", bool: "true or false", int: "a whole number", list: "a list"}


class Reader:
    """Reads tables and remembers what was wrong, where, and what to do about it."""

    def __init__(self) -> None:
        self.errors: list[str] = []

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


def _trouble(name: str, value: Any, field: Field) -> str | None:
    # In Python true is an int; in the document it is not.
    if not isinstance(value, field.kind) or (field.kind is int and isinstance(value, bool)):
        return f"{value!r} must be {_CALLED[field.kind]}"
    if isinstance(value, list) and not field.table:
        return next((f"{item!r} must be text in quotes" for item in value if not isinstance(item, str)), None)
    if isinstance(value, int) and not isinstance(value, bool) and not 1 <= value <= 3600:
        return f"{value} must lie from 1 to 3600"
    return _text_trouble(name, value, field) if isinstance(value, str) else None


def _text_trouble(name: str, value: str, field: Field) -> str | None:
    shown = repr(value if len(value) <= 60 else f"{value[:60]}...")
    if _CONTROLS.search(value) or len(value) > LONGEST_TEXT:
        return f"{shown} holds a control character or is over {LONGEST_TEXT} characters; take it out"
    if field.choices and value not in field.choices:
        return f"{shown} is not known; {field.says or 'use ' + ' or '.join(field.choices)}"
    if field.shape and not field.shape.fullmatch(value):
        return f"{shown} won't do; {field.says}"
    if name == "timezone" and not _is_timezone(value):
        return f"{shown} is not known; {field.says}"
    return None


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def _did_you_mean(name: str, fields: Mapping[str, Field]) -> str:
    close = get_close_matches(name, fields, n=1)
    return f"did you mean {close[0]}?" if close else f"the keys here are {', '.join(fields)}"
