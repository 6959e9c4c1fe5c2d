"""The one queue: rows that wait for some work, are leased while it is done, and tried again if it fails.

A table becomes a queue by these columns; its primary key is the id of the thing, so that a thing is queued once.

    next_at       not before this is it tried (again)
    tries         how often it was taken
    leased_until  until this it is somebody's; 0 when it is nobody's
    code, reason  why the last try failed

All times are the database's, in epoch seconds: the clocks of two processes may differ. A thing is done at least once:
a process that dies leaves its lease to run out, and then another takes the thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, given_each
from fsplug.store.db.text import clean

# The longest lease. A lease that ends later than this was given before the database's clock was put back.
LONGEST_LEASE_SECONDS = 3_600.0
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Lease:
    """The thing `key` is its holder's until `until`. `tries` counts this try."""

    key: str
    until: float
    tries: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something waits: the last try's error, how many tries there were, and when the next one comes."""

    tries: int
    next_at: float
    code: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many things wait, how many of them have failed before, and the one of these with the most tries."""

    waiting: int
    failing: int
    worst: Trouble | None


@dataclass(frozen=True, slots=True)
class _Taken:
    key: str
    tries: int


@dataclass(frozen=True, slots=True)
class _Counted:
    waiting: int
    failing: int


class Queue:
    """The rows of `table` that are `waiting` (a condition on its columns).

    `pauses` are the seconds between one try and the next; the last one repeats.
    """

    def __init__(self, table: Any, waiting: Any, *, lease_seconds: float, pauses: Sequence[float]) -> None:
        self.waiting = waiting
        self.lease_seconds = lease_seconds
        self._table = table
        self._pauses = pauses
        key = table._meta.primary_key
        free = {table.leased_until: 0.0}
        taken = {table.leased_until: given.until, table.tries: table.tries + 1}
        delayed = {table.next_at: given.next_at, table.code: given.code, table.reason: given.reason, **free}
        is_held = waiting & (key == given.key) & (table.leased_until == given.held_until)
        worst = table.select(*columns(Trouble, table)).where(waiting & table.code.is_null(False))
        counts = (table.next_at, "waiting"), (table.code, "failing")
        self._take = Select(
            _Taken,
            lambda: (
                table.update(taken)
                .where(key.in_(given_each.keys) & self.ready())
                .returning(key.alias("key"), table.tries)
            ),
        )
        untried = {table.tries: table.tries - 1, **free}
        self._give_back = Write(lambda: table.update(untried).where(is_held))
        self._delay = Write(lambda: table.update(delayed).where(is_held))
        self._counts = Select(
            _Counted, lambda: table.select(*(_count(column).alias(name) for column, name in counts)).where(waiting)
        )
        self._worst = Select(Trouble, lambda: worst.order_by(table.tries.desc(), table.next_at).limit(1))

    def ready(self) -> Any:
        """The condition that a row waits, is due and is not leased, at the database's time `given.now`.

        A row that is due or leased impossibly far ahead was written before the database's clock was put back.
        """
        table = self._table
        is_due = (table.next_at <= given.now) | (table.next_at > given.now + max(self._pauses))
        is_free = (table.leased_until <= given.now) | (table.leased_until > given.now + LONGEST_LEASE_SECONDS)
        return self.waiting & is_due & is_free

    def take(self, store: Store, key: str, seconds: float | None = None) -> Lease | None:
        """Take the thing for `seconds`, by default `lease_seconds`; None if it is not `ready` (any more).

        If several processes take it at once, only one gets it.
        """
        return self.take_all(store, [key], self.lease_seconds if seconds is None else seconds).get(key)

    def take_all(self, store: Store, keys: Sequence[str], seconds: float) -> dict[str, Lease]:
        """Take these things together for `seconds`: the leases by key of those that are `ready`."""
        with store.atomic():
            now = store.database_now()
            until = now + min(seconds, LONGEST_LEASE_SECONDS)
            taken = self._take.rows(store, keys=keys, now=now, until=until)
        return {one.key: Lease(one.key, until, one.tries) for one in taken}

    def give_back(self, store: Store, leases: Sequence[Lease]) -> None:
        """These things were not tried after all; they are anybody's again."""
        with store.atomic():
            self._give_back.run_many(store, [{"key": one.key, "held_until": one.until} for one in leases])

    def delay(self, store: Store, lease: Lease, code: str, reason: str, *, pause: bool = True) -> float:
        """The try failed: try again after a pause (or at once); returns the pause in seconds.

        Does nothing if the lease has run out and another process has taken the thing.
        """
        seconds = self._pauses[min(lease.tries, len(self._pauses)) - 1] if pause else 0.0
        with store.atomic():
            due = {"next_at": store.database_now() + seconds, "code": code, "reason": short(reason)}
            self._delay.run(store, key=lease.key, held_until=lease.until, **due)
        return seconds

    def state(self, store: Store) -> QueueState:
        """The state of the queue, for all companies together."""
        counted = self._counts.one(store)
        return QueueState(counted.waiting, counted.failing, self._worst.row(store))


def short(reason: str) -> str:
    """An error's text for storing: one line of at most 500 characters."""
    return clean(" ".join(reason.split()))[:_LONGEST_REASON]


def _count(column: Any) -> Any:
    return peewee.fn.COUNT(column)
