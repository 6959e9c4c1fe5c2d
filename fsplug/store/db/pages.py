"""Long lists in pages, from either end in time: what to look for, and where the page before ended."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Generic, TypeVar

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Filtered, given

# The time and id (or number) of the last thing on a page; the next page begins after it, whatever was added meanwhile.
Cursor = tuple[float, str | int]

Shape = TypeVar("Shape")
Name = TypeVar("Name")
# What one statement asks for by name at once; SQLite takes 32,766 parameters, older ones 999.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list holds; None for no limit.

    Times are epoch seconds, `person` a username, `numbers` the spellings of one number (`policy.spellings`). `version`:
    of calls that began under this policy version or a later one; what is of no call is of the moment it was written.
    With `oldest`, the oldest are first, and a page goes on to newer ones.
    """

    since: float | None = None
    until: float | None = None
    person: str | None = None
    numbers: tuple[str, ...] | None = None
    version: int | None = None
    oldest: bool = False


EVERYTHING = Wanted()
_ASKED = tuple(field.name for field in fields(Wanted) if field.name != "oldest")


def beyond(columns: tuple[Any, Any], ends: tuple[Any, Any], is_ascending: bool) -> Any:
    """The condition of what comes after `ends` in the order of the two columns; the first alone bounds an index."""
    (first, unique), (end, last) = columns, ends
    if is_ascending:
        return (first >= end) & ((first > end) | (unique > last))
    return (first <= end) & ((first < end) | (unique < last))


def in_order(query: Any, columns: tuple[Any, Any], is_ascending: bool) -> Any:
    """The query in the order of the two columns."""
    return query.order_by(*(one.asc() if is_ascending else one.desc() for one in columns))


class Listing(Generic[Shape]):
    """A long list, in the order of the columns `at` and `key` of `table`; compiled once for each set of conditions.

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
        place = (table.at, getattr(table, key))
        self._is_of_calls = "version" in conditions

        def pages(is_ascending: bool) -> Filtered[Shape]:
            return Filtered(
                shape,
                lambda: in_order(build(), place, is_ascending).limit(given.limit),
                since=table.at >= given.since,
                until=table.at < given.until,
                before=beyond(place, (given.before_at, given.before), is_ascending),
                **conditions,
            )

        self._newest, self._oldest = pages(is_ascending=False), pages(is_ascending=True)

    def page(self, store: Store, wanted: Wanted, limit: int, before: Cursor | None, **values: object) -> list[Shape]:
        """One page of what is `wanted`; `values` are those that the query itself takes.

        KeyError if the list has no condition for something that is wanted.
        """
        asked = {name: getattr(wanted, name) for name in _ASKED if name != "version" or self._is_of_calls}
        pages = self._oldest if wanted.oldest else self._newest
        if before is None:
            return pages.rows(store, asked, **values, limit=limit)
        return pages.rows(store, {**asked, "before": before[1]}, **values, before_at=before[0], limit=limit)


def in_batches(names: Iterable[Name]) -> Iterator[tuple[Name, ...]]:
    """The names, no more at once than one statement takes."""
    rest = iter(names)
    while some := tuple(islice(rest, _BATCH)):
        yield some
