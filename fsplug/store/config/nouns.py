"""The tables of versioned rows that configuration consists of, and how one row changes."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

import peewee

from fsplug.store.schema.base import VersionedTable

# Stands for a secret wherever people or programs look.
SECRET = "(secret)"

# A row of a noun, and its key: named tuples made from the model, so no type checker knows their fields.
Row = Any
Key = Any
_named_tuple: Any = NamedTuple
# The columns of every versioned row, which a change has no say in.
_OF_EVERY_ROW = frozenset({"company", "since", "until"})


class Noun:
    """A table of versioned rows, and what people call one row.

    The model alone says which columns there are. A `row_type` has them all, by the names of the model's attributes, and
    a `key_type` has those that tell the rows of one company apart; both are named tuples. `key` and `values` are the
    names of these columns and of the others. `secrets` are never shown, and forgotten when the row ends.
    """

    # There is one of each noun, equal to itself alone: a large document looks them up a million times.
    __slots__ = (
        "_key_made",
        "_picked",
        "_row_made",
        "_width",
        "key",
        "key_type",
        "model",
        "name",
        "row_type",
        "secrets",
        "table",
        "values",
    )

    def __init__(self, name: str, model: type[VersionedTable], secrets: frozenset[str] = frozenset()) -> None:
        columns = {field.name: field for field in model._meta.sorted_fields if field.name not in _OF_EVERY_ROW}
        self.name = name
        self.model: Any = model
        self.table: str = model._meta.table_name
        self.secrets = secrets
        self.key = model.row_key
        self.values = tuple(name for name in columns if name not in self.key)
        self.key_type = _named_tuple(f"{model.__name__}Key", [(one, _kind(columns[one])) for one in self.key])
        self.row_type = _named_tuple(f"{model.__name__}Row", [(one, _kind(columns[one])) for one in self.columns])
        self._width = len(self.key)
        self._picked = _picked(self.columns)
        # As `_make` of the named tuples, and twice as fast.
        self._row_made, self._key_made = partial(tuple.__new__, self.row_type), partial(tuple.__new__, self.key_type)

    def __repr__(self) -> str:
        return f"Noun({self.name!r})"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the key, then the others."""
        return (*self.key, *self.values)

    def row(self, columns: Mapping[str, Any]) -> Row:
        """The row with these values, by column; KeyError if one is missing."""
        return self._row_made(self._picked(columns))

    def key_of(self, row: Row) -> Key:
        """The key of a row, of which it is the beginning."""
        return self._key_made(row[: self._width])

    def by_key(self, rows: Iterable[Row]) -> dict[Key, Row]:
        """The rows by their keys."""
        return {self.key_of(row): row for row in rows}

    def named(self, row: Row) -> dict[str, Any]:
        """The values of a row by column, without its key."""
        return {name: getattr(row, name) for name in self.values}

    def shown(self, row: Row) -> dict[str, Any]:
        """As `named`, with `SECRET` in place of every secret that is there."""
        named = self.named(row).items()
        return {name: SECRET if value is not None and name in self.secrets else value for name, value in named}


class Change(NamedTuple):
    """One row of `noun` before and after: None where it was not there, or will not be.

    A named tuple, for a document makes as many of them as it has rows, twice.
    """

    noun: Noun
    key: Key
    before: Row | None
    after: Row | None

    @property
    def action(self) -> str:
        """add, change or remove."""
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "change"


def _picked(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """A function that gives the values of these names; itemgetter gives no tuple for one."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda columns: tuple(columns[name] for name in names)


def _kind(field: Any) -> Any:
    """The type as which a value is read: SQLite has no booleans, it gives 0 and 1."""
    return bool if isinstance(field, peewee.BooleanField) else Any
