"""Calls that the switch refused before its dialplan, by SIP profile and cause."""

from dataclasses import dataclass

from peewee import SQL, fn

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.calls import RefusedCalls


@dataclass(frozen=True, slots=True)
class RefusedKind:
    """How many calls were refused on this SIP profile with this hangup cause."""

    profile: str
    cause: str
    calls: int


_COUNTED = Select(
    RefusedKind,
    lambda: (
        RefusedCalls.select(RefusedCalls.profile, RefusedCalls.cause, fn.COUNT(SQL("*")).alias("calls"))
        .where(RefusedCalls.at >= given.since)
        .group_by(RefusedCalls.profile, RefusedCalls.cause)
        .order_by(fn.COUNT(SQL("*")).desc(), RefusedCalls.profile, RefusedCalls.cause)
    ),
)


def counted(store: Store, since: float) -> list[RefusedKind]:
    """Those of all switches since epoch seconds `since`, the most frequent kind first."""
    return _COUNTED.rows(store, since=since)
