"""What configuration is made of: tables of versioned rows, and how one row changes."""

from dataclasses import dataclass
from typing import Any

from fsplug.store.db.database import Row

# Stands for a secret wherever people or programs look.
SECRET = "(secret)"


@dataclass(frozen=True, slots=True, eq=False)
class Noun:
    """A table of versioned rows: what people call one row, its key within the company, and its other columns.

    `secrets` are never shown, and forgotten when the row ends. There is one of each, equal to itself alone: a company
    of 100,000 users looks them up a million times for one edit.
    """

    name: str
    table: str
    key: tuple[str, ...]
    values: tuple[str, ...] = ()
    booleans: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()

    def named(self, values: Row) -> dict[str, Any]:
        """The values of one row by column."""
        return dict(zip(self.values, values, strict=True))

    def shown(self, values: Row) -> dict[str, Any]:
        """As `named`, with `SECRET` in place of every secret that is there."""
        named = self.named(values).items()
        return {name: SECRET if value is not None and name in self.secrets else value for name, value in named}


@dataclass(frozen=True, slots=True)
class Change:
    """One row of `noun` before and after: None where it was not there, or will not be."""

    noun: Noun
    key: Row
    before: Row | None
    after: Row | None

    @property
    def action(self) -> str:
        """add, change or remove."""
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "change"
