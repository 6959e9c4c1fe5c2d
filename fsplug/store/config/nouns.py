"""The tables of versioned rows that configuration consists of, and how one row changes."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

# Stands for a secret wherever people or programs look.
SECRET = "(secret)"

# Named tuples: the key of a row within its company, and the row's other columns.
Key = TypeVar("Key", bound=tuple[Any, ...])
Values = TypeVar("Values", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True, eq=False)
class Noun(Generic[Key, Values]):
    """A table of versioned rows: what people call one row, its key within the company, and its other columns.

    The fields of `key_type` and `row_type` are the columns, in this order; `truths` are the places of the booleans.
    `secrets` are never shown, and forgotten when the row ends. There is one of each noun, equal to itself alone: a
    company of 100,000 users looks them up a million times for one document.
    """

    name: str
    table: str
    key_type: type[Key]
    row_type: type[Values]
    secrets: frozenset[str] = frozenset()
    key: tuple[str, ...] = field(init=False)
    values: tuple[str, ...] = field(init=False)
    truths: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _fields(self.key_type))
        object.__setattr__(self, "values", _fields(self.row_type))
        of_kind = self.row_type.__annotations__
        places = (place for place, name in enumerate(self.values) if of_kind[name] is bool)
        object.__setattr__(self, "truths", tuple(places))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the key, then the others."""
        return (*self.key, *self.values)

    def read(self, columns: tuple[Any, ...]) -> tuple[Key, Values]:
        """Key and row from the values of `columns`, as the database gives them."""
        width = len(self.key)
        values = list(columns[width:])
        for place in self.truths:
            # SQLite has no booleans: it gives 0 and 1.
            values[place] = bool(values[place])
        return self.key_type(*columns[:width]), self.row_type(*values)

    def value(self, key: Key, row: Values, column: str) -> Any:
        """The value in one column of a row."""
        return getattr(key if column in self.key else row, column)

    def named(self, row: Values | tuple[Any, ...]) -> dict[str, Any]:
        """The values of one row by column."""
        return dict(zip(self.values, row, strict=True))

    def shown(self, row: Values | tuple[Any, ...]) -> dict[str, Any]:
        """As `named`, with `SECRET` in place of every secret that is there."""
        named = self.named(row).items()
        return {name: SECRET if value is not None and name in self.secrets else value for name, value in named}


@dataclass(frozen=True, slots=True)
class Change(Generic[Key, Values]):
    """One row of `noun` before and after: None where it was not there, or will not be."""

    noun: Noun[Key, Values]
    key: Key
    before: Values | None
    after: Values | None

    @property
    def action(self) -> str:
        """add, change or remove."""
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "change"


def _fields(row: type[tuple[Any, ...]]) -> tuple[str, ...]:
    found: tuple[str, ...] = row._fields  # type: ignore[attr-defined]  # no bound says NamedTuple
    return found
