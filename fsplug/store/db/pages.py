"""Long lists in pages, newest first: what to look for, and where the page before ended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given

# The time and id of the last thing on a page; the next page begins after it, whatever was added meanwhile.
Cursor = tuple[float, str]

Shape = TypeVar("Shape")
Name = TypeVar("Name")
# What one statement asks for by name at once; SQLite takes 32,766 parameters, older ones 999.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list holds; None for no limit. Times are epoch seconds, `person` a username, `number` E.164 as stored."""

    since: float | None = None
    until: float | None = None
    person: str | None = None
    number: str | None = None


EVERYTHING = Wanted()


class Listing(Generic[Shape]):
    """A long list, newest first, by the columns `at` and `key` of `table`; compiled once for each set of conditions.

    `build` gives the query of the whole list, and each of `conditions` narrows it when a page brings the value of that
    name:

        _LISTED = Listing(
            Gap, Gaps, lambda: _GAPS.where(Gaps.company == given.company), key="decision",
            person=Decisions.username == given.person,
        )
        _LISTED.page(store, wanted, limit, before, company=company)
    """

    def __init__(
        self, shape: type[Shape], table: Any, build: Callable[[], Any], *, key: str = "id", **conditions: Any
    ) -> None:
        self._shape = shape
        self._build = build
        self._newest_first = (table.at.desc(), getattr(table, key).desc())
        earlier = (table.at < given.before_at) | (getattr(table, key) < given.before_key)
        self._conditions = {
            "since": table.at >= given.since,
            "until": table.at < given.until,
            "before_key": (table.at <= given.before_at) & earlier,
            **conditions,
        }
        self._selects: dict[tuple[str, ...], Select[Shape]] = {}

    def page(self, store: Store, wanted: Wanted, limit: int, before: Cursor | None, **values: object) -> list[Shape]:
        """One page of what is `wanted`; `values` are those that the query itself takes.

        KeyError if something is wanted that the list has no condition for.
        """
        named = {"since": wanted.since, "until": wanted.until, "person": wanted.person, "number": wanted.number}
        asked = {name: value for name, value in named.items() if value is not None}
        if before is not None:
            asked["before_at"], asked["before_key"] = before
        return self._select(tuple(asked)).rows(store, **asked, **values, limit=limit)

    def _select(self, asked: tuple[str, ...]) -> Select[Shape]:
        found = self._selects.get(asked)
        if found is None:
            conditions = [self._conditions[name] for name in asked if name != "before_at"]
            found = self._selects[asked] = Select(self._shape, lambda: self._narrowed(conditions))
        return found

    def _narrowed(self, conditions: Sequence[Any]) -> Any:
        query = self._build()
        for condition in conditions:
            query = query.where(condition)
        return query.order_by(*self._newest_first).limit(given.limit)


def page(query: Any, table: Any, wanted: Wanted, limit: int, before: Cursor | None, key: str = "id") -> Any:
    """`query` with the period, the cursor, the order and the limit of one page, by `table`'s columns `at` and `key`."""
    at, unique = getattr(table, "at"), getattr(table, key)  # noqa: B009
    if wanted.since is not None:
        query = query.where(at >= wanted.since)
    if wanted.until is not None:
        query = query.where(at < wanted.until)
    if before is not None:
        query = query.where((at <= before[0]) & ((at < before[0]) | (unique < before[1])))
    return query.order_by(at.desc(), unique.desc()).limit(limit)


def in_batches(names: Iterable[Name]) -> Iterator[tuple[Name, ...]]:
    """The names, no more at once than one statement takes."""
    rest = iter(names)
    while some := tuple(islice(rest, _BATCH)):
        yield some
