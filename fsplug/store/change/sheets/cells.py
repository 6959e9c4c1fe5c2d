"""A row of a table as the entry of a user that the operator's document would have."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fsplug.policy.entities import Licence, Right, Role
from fsplug.policy.folding import spelt
from fsplug.policy.numbers import read
from fsplug.store.change.coded import Coded
from fsplug.store.change.sheets.headings import Columns, Field, System
from fsplug.words.catalogue import LANGUAGES, Words

Table = dict[str, Any]
_TEXTS = (Field.USERNAME, Field.EXTENSION, Field.NAME, Field.EMAIL, Field.FIXED_NUMBER)
# What parts several values of one cell; blanks do too, where they are no part of a number.
_PARTS = re.compile(r"[,;/\n|]+")


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row by field, and how the company of the users reads them.

    `country`: whose spellings of numbers are understood; `departments`: the names of all departments.
    """

    cells: Mapping[Field, str]
    system: System | None
    country: str
    departments: Collection[str]

    @property
    def username(self) -> str:
        """The cell that names the user; without such a column, the extension."""
        return self.cells[Field.USERNAME if Field.USERNAME in self.cells else Field.EXTENSION]

    def is_enabled(self) -> bool:
        """False for a user whom the other system has switched off."""
        return _yes_or_no(self.cells.get(Field.ENABLED, "")) is not False

    def table(self) -> Table:
        """The entry, of the columns that are there; "" or ("",) for an empty cell, which takes the value away."""
        found: Table = {str(field): self.cells[field] for field in _TEXTS if field in self.cells}
        if Field.FIRST_NAME in self.cells or Field.LAST_NAME in self.cells:
            parts = (self.cells.get(field, "") for field in (Field.FIRST_NAME, Field.LAST_NAME))
            found["name"] = " ".join(filter(None, parts))
        if Field.DEPARTMENT in self.cells:
            found["department"] = self._department(self.cells[Field.DEPARTMENT])
        if Field.ROLE in self.cells:
            found["role"] = _named(self.cells[Field.ROLE], tuple(map(str, Role)))
        for field, names in ((Field.LICENCES, tuple(map(str, Licence))), (Field.RIGHTS, tuple(map(str, Right)))):
            if field in self.cells:
                found[str(field)] = tuple(_held(self.cells[field], names)) or ("",)
        if Field.MOBILE_NUMBERS in self.cells:
            found["mobile_numbers"] = tuple(self._numbers(self.cells[Field.MOBILE_NUMBERS])) or ("",)
        records = _yes_or_no(self.cells.get(Field.RECORD, ""))
        if Field.RECORD in self.cells and (records is not None or not self.cells[Field.RECORD]):
            found["record"] = bool(records)
        return found

    def troubles(self) -> Iterator[tuple[Field, Coded]]:
        """What is wrong with cells that do not come to the entry."""
        for field in (Field.RECORD, Field.ENABLED):
            value = self.cells.get(field, "")
            if value and _yes_or_no(value) is None:
                yield (
                    field,
                    Coded(f"bad-{field}", f"{field}: {value[:60]!r} is not valid; write yes or no", value=value[:60]),
                )

    def _department(self, text: str) -> str:
        # Yeastar writes the way down to a part of the organization.
        tried = (text, text.rpartition("/")[2]) if self.system is System.YEASTAR else (text,)
        for one in tried:
            if one in self.departments:
                return one
            alike = [name for name in self.departments if spelt(name) == spelt(one)]
            if len(alike) == 1:
                return alike[0]
        return text

    def _numbers(self, text: str) -> Iterator[str]:
        """Each number: a blank is a part of it where people write one, or stands between two."""
        for part in filter(None, map(str.strip, _PARTS.split(text))):
            if read(part, self.country).number:
                yield part
            else:
                yield from part.split()


def cells_of(row: Collection[str], columns: Columns, country: str, departments: Collection[str]) -> Cells:
    """The cells of a row that has as many as there are columns."""
    pairs = zip(columns.fields, row, strict=True)
    return Cells({field: cell for field, cell in pairs if field is not None}, columns.system, country, departments)


def _yes_or_no(text: str) -> bool | None:
    key = _key(text)
    return True if key in _said("yes") else False if key in _said("no") else None


def _named(text: str, names: tuple[str, ...]) -> str:
    """The one of these names that the text says in some language; else the text itself, which is refused later."""
    return next((name for name in names if _key(text) in _said(name)), text)


def _held(text: str, names: tuple[str, ...]) -> Iterator[str]:
    for part in filter(None, map(str.strip, _PARTS.split(text))):
        found = _named(part, names)
        yield from (found,) if found in names else (_named(one, names) for one in part.split())


@cache
def _said(name: str) -> frozenset[str]:
    spoken = (words.known("cell", name) for words in map(Words, LANGUAGES))
    return frozenset(map(_key, (name, *(one for said in spoken for one in said.split(",")))))


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", spelt(text))
