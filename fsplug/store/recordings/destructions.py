"""Deleted recordings whose files are to be destroyed now: those of which node, and which are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import fn

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.recordings.deletions import DELETIONS, QUEUE, UNDO_IS_OVER, Deletion
from fsplug.store.schema.calls import Calls
from fsplug.store.schema.recordings import Deletions, Recordings


@dataclass(frozen=True, slots=True)
class Left:
    """How many deleted recordings of this switch wait for their files to be destroyed."""

    switch: str
    count: int


def _with_calls(found: Any, state: Any) -> Any:
    """These deletions with their calls, as far as they are in the queue's `state` and can't be undone any more."""
    return (
        found.join(Recordings, on=(Recordings.id == Deletions.recording))
        .join(Calls, on=((Calls.id == Recordings.call) & (Calls.company == Recordings.company)))
        .where(state & UNDO_IS_OVER)
    )


def _due() -> Any:
    return _with_calls(DELETIONS, QUEUE.ready()).limit(given.limit)


_DUE = Select(Deletion, lambda: _due().where(Calls.switch.in_(given_each.switches)).order_by(Deletions.next_at))
# In any order: the file of none of them may be here, and then the same ones must not come first each time.
_DUE_OF_OTHERS = Select(Deletion, lambda: _due().where(Calls.switch.not_in(given_each.switches)).order_by(fn.RANDOM()))
_LEFT = Select(
    Left,
    lambda: (
        _with_calls(Deletions.select(Calls.switch, fn.COUNT(Deletions.recording).alias("count")), QUEUE.waiting)
        .where(Calls.switch.is_null(False))
        .group_by(Calls.switch)
        .order_by(Calls.switch)
    ),
)
_LEFT_IDS = Select(
    str,
    lambda: (
        _with_calls(Deletions.select(Deletions.recording), QUEUE.waiting)
        .where(Calls.switch == given.switch)
        .order_by(Deletions.at, Deletions.recording)
        .limit(given.limit)
    ),
)


def due(store: Store, switches: Sequence[str], limit: int = 100) -> list[Deletion]:
    """The deletions of these switches' recordings to be destroyed now, of every company: for the media worker."""
    return _DUE.rows(store, now=store.database_now(), switches=switches, limit=limit)


def due_of_others(store: Store, switches: Sequence[str], limit: int = 1_000) -> list[Deletion]:
    """Deletions that are due but belong to other switches than these, at most `limit` of them."""
    return _DUE_OF_OTHERS.rows(store, now=store.database_now(), switches=switches, limit=limit)


def left(store: Store) -> list[Left]:
    """How many files of each switch should be destroyed by now, of every company."""
    return _LEFT.rows(store, now=store.database_now())


def left_ids(store: Store, switch: str, limit: int) -> list[str]:
    """The recordings that `left` counts for this switch, those deleted first at the beginning."""
    return _LEFT_IDS.rows(store, now=store.database_now(), switch=switch, limit=limit)
