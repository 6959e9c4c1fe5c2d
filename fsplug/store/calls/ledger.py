"""The ledger: entries become rows of call, decision, recording, gap and listen-in, in any order, however often.

Every statement either fills columns that are still unknown or adds a row that isn't there. So entries commute, and an
entry applied again changes nothing. A recording is expected, recording, stopped, lost, sealed: the furthest of these
that is known (a sealed file is a fact, a loss an inference: sealed wins).
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from operator import attrgetter
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.terms import TERM_NAMES, terms_facts
from fsplug.store.calls import call_rows, control, gap_rows, listen_trail, talk_users, withdrawals
from fsplug.store.calls import entries as kinds
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined, ConsentTaken
from fsplug.store.calls.entries import JournalEntry
from fsplug.store.calls.entry_lines import to_json
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, fill, given, insert
from fsplug.store.db.text import clean
from fsplug.store.recordings.search import index
from fsplug.store.schema.calls import (
    CallChanges,
    Calls,
    Consents,
    Decisions,
    LedgerRejects,
    ListenSessions,
    Outages,
    RefusedCalls,
    WitnessedTalks,
)
from fsplug.store.schema.recordings import RecordingHolds, Recordings

Ids = Callable[[str], str]  # A company's id by its domain.
_Hold = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """An entry that no table accepted: its JSON, the reason, and when (epoch seconds)."""

    entry: str
    error: str
    at: float


@dataclass(frozen=True, slots=True)
class Step:
    """How entries of one kind are written to one table.

    A column is filled from the entry's field of the same name, or from the one that `sources` names for it. An entry
    for which `when` is false writes nothing.
    """

    write: Write
    sources: Mapping[str, str]
    when: Callable[[Any], bool]

    def rows(self, found: Sequence[tuple[JournalEntry, dict[str, Any]]]) -> list[dict[str, Any]]:
        """The rows that these entries make; each comes with its values."""
        sources = tuple(self.sources.items())
        rows = [values.copy() for entry, values in found if self.when(entry)]
        for row in rows:
            for column, field in sources:
                row[column] = row[field]
        return rows


_REJECTS = Select(
    Reject,
    lambda: (
        LedgerRejects.select(*columns(Reject, LedgerRejects))
        .order_by(LedgerRejects.at.desc(), LedgerRejects.id)
        .limit(given.limit)
    ),
)
_SET_ASIDE = Write(lambda: insert(LedgerRejects, "id entry error at", once_by="id"))


def apply(store: Store, entries: Sequence[JournalEntry]) -> None:
    """Write all entries in one transaction.

    Entries that the store refuses are set aside, the others are written. If the store itself fails, nothing is written
    and Unavailable is raised: the same entries may be applied again.
    """
    with store.atomic():
        _apply_or_halve(store, entries)


def rejects(store: Store, limit: int = 100) -> list[Reject]:
    """The newest entries that were set aside."""
    return _REJECTS.rows(store, limit=limit)


def _apply_or_halve(store: Store, entries: Sequence[JournalEntry]) -> None:
    """Find a bad entry among thousands in a few steps, without a savepoint for each entry."""
    try:
        with store.atomic():
            _write(store, entries)
    except Invalid as refusal:
        if len(entries) == 1:
            _set_aside(store, entries[0], refusal.text)
            return
        middle = len(entries) // 2
        _apply_or_halve(store, entries[:middle])
        _apply_or_halve(store, entries[middle:])


def _write(store: Store, entries: Sequence[JournalEntry]) -> None:
    by_kind: dict[type[JournalEntry], list[JournalEntry]] = {}
    for entry in entries:
        by_kind.setdefault(type(entry), []).append(entry)
    ids = cache(partial(company_id, store))
    listen_trail.write(store, by_kind.get(kinds.ListenBegan, ()))
    control.write_trail(store, by_kind.get(CallChanged, ()))
    withdrawn = withdrawals.unwritten(store, by_kind.get(ConsentTaken, ()))
    for kind, its_entries in by_kind.items():
        if steps := _STEPS.get(kind):
            _take(store, steps, its_entries, ids)
    talk_users.write(store, by_kind.get(kinds.DecisionMade, ()), ids)
    _file(store, by_kind)
    withdrawals.carry_out(store, withdrawn)
    for entry in by_kind.get(kinds.Unreadable, ()):
        _set_aside(store, entry, getattr(entry, "error", ""))


def _take(store: Store, steps: Sequence[Step], entries: Sequence[JournalEntry], ids: Ids) -> None:
    try:
        hold = _holder(type(entries[0]), ids)
        found = [(entry, hold(entry)) for entry in entries]
    except (AttributeError, TypeError, ValueError) as error:
        raise Invalid("bad-entry", f"the entry has a value of the wrong type: {error}") from error
    for step in steps:
        step.write.run_many(store, step.rows(found))


def _holder(kind: type[JournalEntry], ids: Ids) -> Callable[[JournalEntry], dict[str, Any]]:
    """A function that turns the fields of an entry of this kind into values that a table can hold."""
    names = tuple(field.name for field in fields(kind))
    read = attrgetter(*names)
    held_as: Mapping[str, _Hold] = {**_HELD_AS, "company": lambda domain: None if domain is None else ids(domain)}
    special = [(name, hold) for name, hold in held_as.items() if name in names]

    def values(entry: JournalEntry) -> dict[str, Any]:
        found = dict(zip(names, read(entry), strict=True))
        for name, hold in special:
            found[name] = hold(found[name])
        if "terms" in found:
            found |= terms_facts(found["terms"])
        return found

    return values


def _file(store: Store, by_kind: Mapping[type[JournalEntry], Sequence[Any]]) -> None:
    """File the recordings that these entries made or moved."""
    decided = [one for one in by_kind.get(kinds.DecisionMade, ()) if _expects(one)]
    made = (*decided, *by_kind.get(kinds.RecordingExpected, ()), *by_kind.get(kinds.RecordingStarted, ()))
    index.file(store, {one.recording for one in made}, {one.decision for one in decided})


def _set_aside(store: Store, entry: JournalEntry, error: str) -> None:
    line = to_json(entry)
    digest = hashlib.sha256(line.encode()).hexdigest()
    _SET_ASIDE.run(store, id=digest, entry=line, error=clean(error), at=store.now())


def _json(facts: Mapping[str, Any] | Sequence[str]) -> str:
    return json.dumps(facts, separators=(",", ":"), default=str)


_HELD_AS: Mapping[str, _Hold] = {
    **dict.fromkeys(("caller", "called", "answerer", "dialled", "detail", "number", "prompt"), clean),
    **dict.fromkeys(("facts", "inputs", "languages", "hashes"), _json),
    "how": lambda text: text and clean(text),
}


def _is_whole(entry: kinds.RecordingSealed) -> bool:
    return entry.whole


def _always(_: Any) -> bool:
    return True


def _expects(entry: kinds.DecisionMade) -> bool:
    return entry.record and entry.recording is not None and entry.terms.is_kept


def _step(build: Callable[[], Any], when: Callable[[Any], bool] = _always, **sources: str) -> Step:
    return Step(Write(build), sources, when)


def _filled(table: Any, names: str, when: Callable[[Any], bool] = _always, **sources: str) -> Step:
    return _step(lambda: fill(table, names), when, **sources)


def _of_call(names: str, **sources: str) -> tuple[Step, ...]:
    """Fills these columns of the company's row of a call; where the entry names none, of every row of that call."""
    own = _filled(Calls, f"id company {names}", lambda entry: entry.company is not None, id="call", **sources)
    return own, _step(lambda: call_rows.of_every_company(names), lambda entry: entry.company is None, **sources)


def _gap_of_lost(when: Callable[[Any], bool] = _always) -> Step:
    """Runs when the loss becomes known and when the decision does; the later of the two makes the row."""
    return _step(gap_rows.of_lost, when, id="recording")


def _expected(when: Callable[[Any], bool] = _always) -> Step:
    names = f"id company call decision username leg path {' '.join(TERM_NAMES)} decided_at"
    return _filled(Recordings, names, when, id="recording", username="user", decided_at="at")


_SEEN, _NEWEST = "id company switch version direction group caller called started_at", "facts facts_at"
_DECISION = """id company call talk at version username leg record rule reason direction group caller answerer inputs
    recording start"""
_WITNESSED = "id company talk call switch at until_at asked decision outage"
_PART_OF = "conversation joined_at"
_CHANGE = "id company call kind at until leg other username number how"
_CONSENT = """id company call leg number username form ivr languages hashes prompt pressed result at until by_user
    door"""
_LISTEN = "id company switch listener target dialled door listener_leg at"
_STEPS: Mapping[type[JournalEntry], tuple[Step, ...]] = {
    kinds.CallSeen: (
        _step(
            # A transferred call rings again and is armed again: the newest facts count.
            lambda: fill(Calls, _SEEN, newest=_NEWEST, by="facts_at"),
            id="call",
            started_at="at",
            facts_at="at",
        ),
    ),
    kinds.CallAnswered: _of_call("answered_at", answered_at="at"),
    kinds.CallEnded: _of_call("ended_at cause", ended_at="at"),
    CallJoined: (
        _step(
            lambda: fill(Calls, "id company", newest="conversation joined_at", by="joined_at"),
            id="call",
            joined_at="at",
        ),
    ),
    CallChanged: (_filled(CallChanges, _CHANGE, kind="change", username="user"),),
    ConsentTaken: (_step(lambda: insert(Consents, _CONSENT, once_by="id"), username="user"),),
    kinds.DecisionMade: (
        _step(lambda: insert(Decisions, _DECISION, once_by="id"), id="decision", username="user"),
        _expected(_expects),
        _gap_of_lost(_expects),
    ),
    kinds.RecordingExpected: (_expected(), _gap_of_lost()),
    kinds.RecordingStarted: (_filled(Recordings, "id company leg path started_at", id="recording", started_at="at"),),
    kinds.RecordingHeld: (_filled(RecordingHolds, "id recording company by at until", id="hold"),),
    kinds.RecordingStopped: (
        _filled(
            Recordings,
            "id stopped_at stop_cause talk_seconds",
            id="recording",
            stopped_at="at",
            stop_cause="cause",
        ),
    ),
    kinds.RecordingSealed: (
        _filled(
            Recordings,
            "id seconds bytes sha256 location repaired sealed_at whole",
            id="recording",
            sealed_at="at",
        ),
        _step(gap_rows.forget_stall, _is_whole, id="recording"),
    ),
    kinds.RecordingLost: (
        _filled(
            Recordings,
            "id lost_cause lost_detail lost_at",
            id="recording",
            lost_cause="cause",
            lost_detail="detail",
            lost_at="at",
        ),
        _gap_of_lost(),
    ),
    kinds.GapFound: (
        _step(gap_rows.of_entry, lambda entry: entry.cause != gap_rows.STALLED),
        _step(gap_rows.of_stall, lambda entry: entry.cause == gap_rows.STALLED),
    ),
    kinds.TalkWitnessed: (_step(lambda: insert(WitnessedTalks, _WITNESSED, once_by="id"), until_at="until"),),
    kinds.OutageSeen: (_filled(Outages, "id switch cause from_at until_at", id="outage"),),
    kinds.CallRefused: (_step(lambda: insert(RefusedCalls, "id switch profile cause at", once_by="id"), id="call"),),
    kinds.ListenRefused: (_filled(ListenSessions, f"{_LISTEN} reason", id="listen"),),
    kinds.ListenBegan: (_filled(ListenSessions, f"{_LISTEN} call target_leg began_at", id="listen", began_at="at"),),
    kinds.ListenEnded: (_filled(ListenSessions, "id ended_at ending reason", id="listen", ended_at="at"),),
}
