"""Which column of a table holds which field of a user: guessed from the headings, and corrected by who knows better."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache

from fsplug.errors import Invalid
from fsplug.policy.folding import spelt
from fsplug.words.catalogue import LANGUAGES, Words


class Field(StrEnum):
    """What a column may hold. First and last names are put together; who is not enabled is left out."""

    USERNAME = "username"
    EXTENSION = "extension"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    DEPARTMENT = "department"
    RECORD = "record"
    ROLE = "role"
    FIXED_NUMBER = "fixed_number"
    MOBILE_NUMBERS = "mobile_numbers"
    LICENCES = "licences"
    RIGHTS = "rights"
    ENABLED = "enabled"


class System(StrEnum):
    """Whose export a table is, known by headings that nobody else uses."""

    FUSIONPBX = "FusionPBX"
    YEASTAR = "Yeastar"


# Folded as `_key` does. FusionPBX: the columns of v_extensions and v_voicemails. Yeastar: the parameters of an
# extension file of P-Series and S-Series (help.yeastar.com).
_MARKS: Mapping[System, frozenset[str]] = {
    System.FUSIONPBX: frozenset({"effectivecalleridname", "outboundcalleridnumber", "directoryfirstname"}),
    System.YEASTAR: frozenset({"registername", "registrationname", "registerpassword", "registrationpassword"}),
}
_OF_SYSTEMS: Mapping[System, Mapping[Field, tuple[str, ...]]] = {
    System.FUSIONPBX: {
        Field.NAME: ("effectivecalleridname",),
        Field.FIRST_NAME: ("directoryfirstname",),
        Field.LAST_NAME: ("directorylastname",),
        Field.EMAIL: ("voicemailmailto",),
        Field.RECORD: ("userrecord",),
        Field.FIXED_NUMBER: ("outboundcalleridnumber",),
    },
    System.YEASTAR: {
        # S-Series calls the extension so.
        Field.EXTENSION: ("username",),
        Field.DEPARTMENT: ("organization",),
    },
}
_LEFT_OUT_OF_SYSTEMS: Mapping[System, frozenset[Field]] = {System.YEASTAR: frozenset({Field.USERNAME})}
_NOTHING = re.compile(r"[\W_]+")
# One of these names a user.
_KEYS = frozenset({Field.USERNAME, Field.EXTENSION})


@dataclass(frozen=True, slots=True)
class ColumnTrouble:
    """What is wrong with the columns, as a code, and the field that it is about."""

    code: str
    field: Field


@dataclass(frozen=True, slots=True)
class Columns:
    """The headings of a table and the field of each; None for a column that is left out.

    `system`: whose export it reads as. `recognised`: whether some heading is known, so that it can be such a table.
    """

    headings: tuple[str, ...]
    fields: tuple[Field | None, ...]
    system: System | None = None
    recognised: bool = False

    def of(self, field: Field) -> int | None:
        """The place of the field's column."""
        return self.fields.index(field) if field in self.fields else None

    def left_out(self) -> list[str]:
        """The headings of the columns that are left out."""
        return [heading for heading, field in zip(self.headings, self.fields, strict=True) if field is None and heading]

    def troubles(self) -> list[ColumnTrouble]:
        """Why no users can be read by these columns."""
        found = [
            ColumnTrouble("column-twice", field)
            for field in dict.fromkeys(self.fields)
            if field is not None and self.fields.count(field) > 1
        ]
        return found if _KEYS & set(self.fields) else [*found, ColumnTrouble("column-missing", Field.USERNAME)]


def guessed(headings: Sequence[str]) -> Columns:
    """The columns as their headings read. Where two headings say the same field, the likelier one holds it."""
    keys = [_key(heading) for heading in headings]
    system = next((one for one, marks in _MARKS.items() if marks & set(keys)), None)
    known = _known(system)
    best: dict[Field, int] = {}
    for place, key in enumerate(keys):
        if key in known:
            field, rank = known[key]
            if field not in best or rank < known[keys[best[field]]][1]:
                best[field] = place
    if Field.NAME in best:
        # The whole name is there already.
        best.pop(Field.FIRST_NAME, None)
        best.pop(Field.LAST_NAME, None)
    fields = {keys[place]: field for field, place in best.items()}
    return Columns(tuple(headings), tuple(map(fields.get, keys)), system, bool(best))


def corrected(columns: Columns, given: Mapping[str, str]) -> Columns:
    """The columns with some headings' fields replaced; "" leaves a column out.

    A field that is given to another heading is taken from the one that was guessed. Invalid("unknown-heading" or
    "unknown-field").
    """
    fields = list(columns.fields)
    for heading, name in given.items():
        place = next((at for at, one in enumerate(columns.headings) if _key(one) == _key(heading)), None)
        if place is None:
            there = f"the first line has {', '.join(columns.headings)}" if columns.recognised else "see the first line"
            raise Invalid("unknown-heading", f"there is no column {heading[:60]!r}; {there}")
        field = _field(name)
        fields = [None if field is not None and one == field else one for one in fields]
        fields[place] = field
    return Columns(columns.headings, tuple(fields), columns.system, columns.recognised)


def close_to(heading: str) -> str | None:
    """The field that a heading was perhaps meant to name."""
    names = {name.strip(): field for field in Field for name in (str(field), *_words_for(field))}
    close = get_close_matches(heading.lower(), names, n=1)
    return str(names[close[0]]) if close else None


def _field(name: str) -> Field | None:
    if name and name not in set(Field):
        raise Invalid(
            "unknown-field", f"{name[:60]!r} is no field of a user; use one of {', '.join(Field)}, or nothing"
        )
    return Field(name) if name else None


@cache
def _known(system: System | None) -> Mapping[str, tuple[Field, int]]:
    """The field that each heading names, by its key, and how likely: 0 is likeliest."""
    found: dict[str, tuple[Field, int]] = {}
    said: Mapping[Field, tuple[str, ...]] = _OF_SYSTEMS[system] if system else {}
    for field in Field:
        names = [str(field), *said.get(field, ()), *_words_for(field)]
        if system is not None and field in _LEFT_OUT_OF_SYSTEMS.get(system, ()):
            continue
        for rank, name in enumerate(names):
            found.setdefault(_key(name), (field, rank))
    return found


def _words_for(field: Field) -> list[str]:
    spoken = (words.known("heading", field.replace("_", "-")) for words in map(Words, LANGUAGES))
    return [name for said in spoken for name in said.split(",")]


def _key(heading: str) -> str:
    return _NOTHING.sub("", spelt(heading))
