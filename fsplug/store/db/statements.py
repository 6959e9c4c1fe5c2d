"""Statements built from the models of `store/schema`, and rows read as objects (`fsplug.store.db.shapes`).

Building a query with peewee takes some 500 µs and running it 12. A statement of the call path is therefore written
once, at the top of its module, with `given` for what each run brings; it is built and compiled when it first runs:

    _OPEN = Select(Call, lambda: _CALLS.where((Calls.switch == given.switch) & Calls.ended_at.is_null()))
    _OPEN.rows(store, switch="sip1")                  # list[Call]

    _BY_IDS = Select(str, lambda: Calls.select(Calls.id).where(Calls.id.in_(given_each.ids)))
    _BY_IDS.rows(store, ids=some)                     # list[str]; `some` must not be empty

    _ADD = Write(lambda: insert(Waveforms, "recording peaks"))
    _ADD.run(store, recording=one, peaks=text)        # how many rows were touched
    _ADD.run_many(store, [{"recording": one, "peaks": text}, ...])
    _ADD.run_each(store, waveforms, peaks="")         # each of them has a `recording`

A list whose conditions differ from call to call is built for each, and read with `rows(store, shape, query)`.
Values reach the database as they are given: write JSON as text, and an Enum as what it is (a StrEnum is a str).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

import peewee

from fsplug.store.db import shapes
from fsplug.store.db.database import Store

Shape = TypeVar("Shape")
Build = Callable[[], Any]


class Given(peewee.ColumnBase):
    """A value that each run of a compiled statement brings; `is_list`: a list of them, after IN."""

    def __init__(self, name: str, is_list: bool = False) -> None:
        self.name = name
        self.is_list = is_list

    @property
    def mark(self) -> str:
        """What stands in the SQL for a list until its length is known."""
        return f"\0{self.name}\0"

    def __sql__(self, ctx: Any) -> Any:
        ctx._values.append(self)
        return ctx.literal(f"({self.mark})" if self.is_list else ctx.state.param or "?")


class _Namespace:
    def __init__(self, is_list: bool) -> None:
        self._is_list = is_list

    def __getattr__(self, name: str) -> Any:
        return Given(name, self._is_list)


# `given.switch` is the value called `switch`; `given_each.ids` all values of the list called `ids`.
given: Any = _Namespace(is_list=False)
given_each: Any = _Namespace(is_list=True)


def constant(value: str) -> Any:
    """A text of our own in the SQL itself: only a query that has an index's condition word for word uses that index."""
    return peewee.SQL("'" + value.replace("'", "''") + "'")


def unsought(column: Any) -> Any:
    """The value of a column in whose indexes nothing is to be sought: another condition leaves fewer rows.

    SQLite without statistics would else as soon read all rows of a company as the few that a list of ids names.
    """
    return column.concat("")


def insert(table: Any, names: str, *, once_by: str = "") -> Any:
    """A row with these columns (attributes of the model, with spaces), each from the given value of the same name.

    `once_by`: does nothing if there is a row with the same values in these columns.
    """
    query = table.insert({getattr(table, name): Given(name) for name in names.split()})
    return unless_there(query, table, once_by) if once_by else query


def unless_there(query: Any, table: Any, names: str) -> Any:
    """The INSERT `query`, which does nothing if there is a row with the same values in the columns `names`."""
    made = query.clone()
    made._on_conflict = _Once([getattr(table, name) for name in names.split()])
    return made


def put(table: Any, names: str) -> Any:
    """Insert a row as `insert`, or give the one with its primary key these values."""
    keys = [field.name for field in table._meta.get_primary_keys()]
    others = [getattr(table, name) for name in names.split() if name not in keys]
    update = {column: getattr(peewee.EXCLUDED, column.column_name) for column in others}
    return insert(table, names).on_conflict(conflict_target=[getattr(table, key) for key in keys], update=update)


def fill(table: Any, names: str, *, newest: str = "", by: str = "") -> Any:
    """Insert a row, or fill the columns `names` of the one with its primary key where they are still unknown.

    The columns `newest` keep the values with the highest `by`, which is one of them. So statements commute, and one
    that runs again changes nothing. If `names` has `company`, a row of one company is never touched for another.
    """
    keys = [field.name for field in table._meta.get_primary_keys()]
    old = {name: getattr(table, name) for name in (*names.split(), *newest.split())}
    new = {name: getattr(peewee.EXCLUDED, column.column_name) for name, column in old.items()}
    update: dict[Any, Any] = {
        old[name]: peewee.fn.COALESCE(old[name], new[name]) for name in names.split() if name not in keys
    }
    for name in newest.split():
        is_newer = new[by] > peewee.fn.COALESCE(old[by], 0)
        update[old[name]] = peewee.Case(None, [(is_newer, new[name])], old[name])
    is_ours = old["company"].is_null() | (old["company"] == new["company"]) if "company" in old else None
    query = table.insert({column: Given(name) for name, column in old.items()})
    return query.on_conflict(conflict_target=[getattr(table, key) for key in keys], update=update, where=is_ours)


class _Once(peewee.OnConflict):
    """ON CONFLICT (...) DO NOTHING: peewee's own IGNORE becomes INSERT OR IGNORE in SQLite, which ignores more."""

    def __init__(self, columns: Sequence[Any]) -> None:
        super().__init__()
        self._columns = columns

    def get_conflict_statement(self, ctx: Any, query: Any) -> None:
        return None

    def get_conflict_update(self, ctx: Any, query: Any) -> Any:
        names = peewee.EnclosedNodeList([peewee.Entity(column.column_name) for column in self._columns])
        return peewee.NodeList((peewee.SQL("ON CONFLICT"), names, peewee.SQL("DO NOTHING")))


def rows(store: Store, shape: type[Shape], query: Any) -> list[Shape]:
    """Every row of a query built for this call, as objects."""
    return shapes.objects(shape, shapes.selected(query), store.query(query))


class Select(Generic[Shape]):
    """A query that is compiled once for each dialect, and read as objects of one shape.

    It may be an UPDATE that returns the rows it touched (`.returning(...)`), run in the transaction around it.
    """

    def __init__(self, shape: type[Shape], build: Build) -> None:
        self._shape = shape
        self._statement = _Statement(build)

    def rows(self, store: Store, **values: object) -> list[Shape]:
        """Every row. TypeError if `values` are not what the query has `given` for."""
        store = store.readable
        compiled = self._statement.compiled(store)
        return shapes.objects(self._shape, compiled.names, store.fetch(*compiled.bound(values)))

    def row(self, store: Store, **values: object) -> Shape | None:
        """The first row, or None."""
        found = self.rows(store, **values)
        return found[0] if found else None

    def one(self, store: Store, **values: object) -> Shape:
        """The only row of a query that always has one, such as a count."""
        [found] = self.rows(store, **values)
        return found


class Filtered(Generic[Shape]):
    """A query with conditions that hold only if a call brings their value; compiled once for each set of conditions.

    `build` gives the whole of it; each of `conditions` has `given` or `given_each` for the value of its own name:

        _FOUND = Filtered(AuditEntry, _entries, since=AuditEntries.at >= given.since)
        _FOUND.rows(store, {"since": since}, company=company, limit=50)      # since=None: from the beginning
    """

    def __init__(self, shape: type[Shape], build: Build, **conditions: Any) -> None:
        self._shape = shape
        self._build = build
        self._conditions = conditions
        self._selects: dict[tuple[str, ...], Select[Shape]] = {}

    def rows(self, store: Store, asked: Mapping[str, object], **values: object) -> list[Shape]:
        """The rows that fit what is `asked` (None: not asked); `values` are those that the query itself takes.

        KeyError if there is no condition for something that is asked.
        """
        given_now = {name: value for name, value in asked.items() if value is not None}
        return self._select(tuple(given_now)).rows(store, **given_now, **values)

    def _select(self, names: tuple[str, ...]) -> Select[Shape]:
        found = self._selects.get(names)
        if found is None:
            conditions = [self._conditions[name] for name in names]
            found = self._selects[names] = Select(self._shape, lambda: self._narrowed(conditions))
        return found

    def _narrowed(self, conditions: Sequence[Any]) -> Any:
        query = self._build()
        return query.where(*conditions) if conditions else query


class Write:
    """An INSERT, UPDATE or DELETE that is compiled once for each dialect."""

    def __init__(self, build: Build) -> None:
        self._statement = _Statement(build)

    def run(self, store: Store, **values: object) -> int:
        """Run it in the transaction around it; the number of rows it touched. TypeError as `Select.rows`."""
        return store.execute(*self._statement.compiled(store).bound(values))

    def run_many(self, store: Store, rows: Iterable[Mapping[str, object]]) -> None:
        """Run it for each of `rows`, which may hold more than it takes. It must have no `given_each`."""
        compiled = self._statement.compiled(store)
        store.execute_many(compiled.sql, [compiled.params(row) for row in rows])

    def run_each(self, store: Store, rows: Sequence[object], **same: object) -> None:
        """Run it for each of `rows`, which have what it takes as attributes, but for what is the `same` for all."""
        compiled = self._statement.compiled(store)
        same = {**compiled.own, **same}
        store.execute_many(compiled.sql, list(zip(*(_column(key, rows, same) for key in compiled.keys), strict=True)))


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL with its dialect's `mark` for a value. `keys` name what is bound: given values, and the query's own."""

    sql: str
    mark: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    own: Mapping[str, object]
    lists: Mapping[str, Given]
    given: frozenset[str]
    params: Callable[[Mapping[str, object]], tuple[object, ...]]

    def bound(self, values: Mapping[str, Any]) -> tuple[str, Sequence[object]]:
        if values.keys() != self.given:
            raise TypeError(f"the statement takes {sorted(self.given)}, not {sorted(values)}")
        return self._spread(values) if self.lists else (self.sql, self.params(values))

    def _spread(self, values: Mapping[str, Any]) -> tuple[str, Sequence[object]]:
        sql, params = self.sql, list[object]()
        for name, one in self.lists.items():
            if not values[name]:
                raise TypeError(f"{name} is empty")
            sql = sql.replace(one.mark, ", ".join([self.mark] * len(values[name])))
        for key, value in zip(self.keys, self.params(values), strict=True):
            params += values[key] if key in self.lists else (value,)
        return sql, params


class _Statement:
    """A statement by dialect, built when it is first needed."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._by_dialect: dict[str, _Compiled] = {}

    def compiled(self, store: Store) -> _Compiled:
        found = self._by_dialect.get(store.dialect)
        if found is None:
            found = self._by_dialect[store.dialect] = _compiled(store, self._build())
        return found


def _column(key: str, rows: Sequence[object], same: Mapping[str, object]) -> Iterable[object]:
    # Column by column: so a company's rows are bound without a step of Python for each value.
    return repeat(same[key], len(rows)) if key in same else map(attrgetter(key), rows)


def _compiled(store: Store, query: Any) -> _Compiled:
    sql, values = store.compiled(query)
    keys = tuple(one.name if isinstance(one, Given) else f"\0{at}" for at, one in enumerate(values))
    own = {key: one for key, one in zip(keys, values, strict=True) if not isinstance(one, Given)}
    lists = {one.name: one for one in values if isinstance(one, Given) and one.is_list}
    has_rows = isinstance(query, peewee.SelectBase) or query._returning
    names = shapes.selected(query) if has_rows else ()
    mark = "?" if store.dialect == "sqlite" else "%s"
    return _Compiled(sql, mark, names, keys, own, lists, frozenset(keys) - own.keys(), _params(keys, own))


def _params(keys: tuple[str, ...], own: Mapping[str, object]) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
    if len(keys) < 2:
        return lambda values: tuple((own or values)[key] for key in keys)
    pick = itemgetter(*keys)
    return (lambda values: pick({**own, **values})) if own else pick
