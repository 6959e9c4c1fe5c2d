"""Long lists in pages, newest first: what to look for, and where the page before ended."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

# The time and id of the last thing on a page; the next page begins after it, whatever was added meanwhile.
Cursor = tuple[float, str]

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
