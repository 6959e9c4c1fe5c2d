"""The statements that write gaps: one for each decision, whatever the order in which its causes come."""

from typing import Any

import peewee
from peewee import EXCLUDED, SQL, Case, Tuple, fn

from fsplug.store.db.statements import constant, given, insert
from fsplug.store.schema.calls import Gaps
from fsplug.store.schema.recordings import Recordings

_COLUMNS = "decision company call recording cause detail at"
# Causes that are only suspected while the talk goes on: the sealed file has the last word, and what has not begun may
# begin late.
STALLED, START_FAILED = "write-stalled", "start-failed"
# What every other cause explains better, even a stall.
SHORT = "short"
# What others write down of a node that is gone: whatever the node itself knows is better.
NODE_DIED, NODE_STOPPED = "node-died", "node-stopped"
GONE = (NODE_DIED, NODE_STOPPED)


def of_entry() -> Any:
    """The gap that an entry reports."""
    return _earliest(insert(Gaps, _COLUMNS))


def of_stall() -> Any:
    """The gap of a file that stood still, unless that file was sealed and is whole."""
    whole = Recordings.select(SQL("1")).where((Recordings.id == given.recording) & Recordings.whole)
    row = peewee.Select(columns=[getattr(given, name) for name in _COLUMNS.split()]).where(~fn.EXISTS(whole))
    return _earliest(Gaps.insert_from(row, [getattr(Gaps, name) for name in _COLUMNS.split()]))


def forget_stall() -> Any:
    """Remove the gap of a file that stood still, and was found whole afterwards."""
    return Gaps.delete().where((Gaps.recording == given.id) & (Gaps.cause == constant(STALLED)))


def of_lost() -> Any:
    """The gap of a lost recording, as far as its loss and its decision are known."""
    lost = Recordings.select(
        Recordings.decision,
        Recordings.company,
        Recordings.call,
        Recordings.id,
        Recordings.lost_cause,
        Recordings.lost_detail,
        Recordings.lost_at,
    ).where(
        (Recordings.id == given.id)
        & Recordings.lost_at.is_null(False)
        & Recordings.decision.is_null(False)
        & Recordings.company.is_null(False)
    )
    return _earliest(Gaps.insert_from(lost, [getattr(Gaps, name) for name in _COLUMNS.split()]))


def _earliest(query: Any) -> Any:
    """One gap for each decision, with the earliest cause, so that the order of arrival doesn't matter.

    A stall explains only a short file, and what seemed not to begin may have begun late, so both give way to every
    cause that is certain. That the node is gone gives way to every other cause.
    """
    new = {name: getattr(EXCLUDED, name) for name in ("recording", "cause", "detail", "at")}
    before = Tuple(_rank(new["cause"]), new["at"], new["cause"]) < Tuple(_rank(Gaps.cause), Gaps.at, Gaps.cause)
    return query.on_conflict(
        conflict_target=[Gaps.decision],
        update={getattr(Gaps, name): value for name, value in new.items()},
        where=(Gaps.company == EXCLUDED.company) & before,
    )


def _rank(cause: Any) -> Any:
    ranks = [(cause == constant(suspected), SQL("1")) for suspected in (STALLED, START_FAILED)]
    ranks += [(cause == constant(SHORT), SQL("2"))]
    ranks += [(cause == constant(gone), SQL("3")) for gone in GONE]
    return Case(None, ranks, SQL("0"))
