"""The ledger: entries become rows of call, decision, recording, gap and listen-in, in any order, however often.

Every statement either fills columns that are still unknown or adds a row that isn't there. So entries commute, and an
entry applied again changes nothing. A recording is expected, recording, stopped, lost, sealed: the furthest of these
that is known (a sealed file is a fact, a loss an inference: sealed wins).
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import told
from fsplug.policy.terms import TERM_NAMES, terms_facts
from fsplug.store.audit import chain
from fsplug.store.calls import entries as kinds
from fsplug.store.calls.entries import Entry
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.text import clean
from fsplug.store.recordings.search import index

# A company's id by its domain.
Ids = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reject:
    """An entry that no table would take: its JSON, the reason, and when (epoch seconds)."""

    entry: str
    error: str
    at: float


@dataclass(frozen=True, slots=True)
class Statement:
    """Rows of one shape: the SQL, and how an entry fills it; None for no row."""

    sql: str
    row: Callable[[Any, Ids], Row | None]


def apply(store: Store, entries: Sequence[Entry]) -> None:
    """Write all entries in one transaction; those that the store refuses are set aside, the others are written.

    Unavailable, and nothing is written, when the store itself fails: the same entries may be applied again.
    """
    with store.atomic():
        _apply_or_halve(store, entries)


def rejects(store: Store, limit: int = 100) -> list[Reject]:
    """The newest entries that were set aside."""
    sql = "SELECT entry, error, at FROM ledger_reject ORDER BY at DESC, id LIMIT ?"
    return [Reject(*row) for row in store.rows(sql, limit)]


def _apply_or_halve(store: Store, entries: Sequence[Entry]) -> None:
    """Find the bad entry among thousands in a few steps, without a savepoint for each."""
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


def _write(store: Store, entries: Sequence[Entry]) -> None:
    by_kind: dict[type[Entry], list[Entry]] = {}
    for entry in entries:
        by_kind.setdefault(type(entry), []).append(entry)
    ids = cache(partial(company_id, store))
    _tell_of_listening(store, by_kind.get(kinds.ListenBegan, ()), ids)
    for kind, its_entries in by_kind.items():
        for statement in _STATEMENTS.get(kind, ()):
            store.run_many(statement.sql, _rows(statement, its_entries, ids))
    index.file_entries(store, entries)
    for entry in by_kind.get(kinds.Unreadable, ()):
        _set_aside(store, entry, getattr(entry, "error", ""))


def _tell_of_listening(store: Store, begun: Sequence[Any], ids: Ids) -> None:
    """The audit trail is told of a listen-in once, however often its entry is applied."""
    for listen, entry in {one.listen: one for one in begun}.items():
        if store.row("SELECT 1 FROM listen_session WHERE id = ? AND began_at IS NOT NULL", listen) is None:
            people = (entry.target, entry.listener)
            by, facts = told(entry.listener, entry.company), {"call": entry.call, "door": str(entry.door)}
            chain.append(store, ids(entry.company), by, "listen", entry.target, people, listen=listen, **facts)


def _rows(statement: Statement, entries: Sequence[Entry], ids: Ids) -> list[Row]:
    try:
        rows = [statement.row(entry, ids) for entry in entries]
    except (AttributeError, TypeError, ValueError) as error:
        raise Invalid("bad-entry", f"the entry has a value of the wrong type: {error}") from error
    return [row for row in rows if row is not None]


def _set_aside(store: Store, entry: Entry, error: str) -> None:
    line = entry.to_json()
    sql = "INSERT INTO ledger_reject (id, entry, error, at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
    store.run(sql, hashlib.sha256(line.encode()).hexdigest(), line, clean(error), store.now())


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, separators=(",", ":"), default=str)


def _upsert(table: str, columns: str, newest: str = "", by: str = "") -> str:
    """Insert, or fill what is unknown; the columns `newest` keep the row with the highest `by`.

    A row that belongs to one company is never touched by an entry of another.
    """
    names = [*columns.split(), *newest.split()]
    newer = f"excluded.{by} > COALESCE({table}.{by}, 0)"
    filled = [f"{name} = COALESCE({table}.{name}, excluded.{name})" for name in columns.split() if name != "id"]
    kept = [f"{name} = CASE WHEN {newer} THEN excluded.{name} ELSE {table}.{name} END" for name in newest.split()]
    ours = f" WHERE {table}.company IS NULL OR {table}.company = excluded.company" if "company" in names else ""
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
        f"ON CONFLICT (id) DO UPDATE SET {', '.join(filled + kept)}{ours}"
    )


_DECISION = """INSERT INTO decision (id, company, call, talk, at, version, username, leg, record, rule, reason,
    direction, grp, caller, answerer, inputs, recording) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING"""
# One gap per decision: the earliest cause, so that the order of arrival doesn't matter.
_EARLIEST = """ON CONFLICT (decision) DO UPDATE
    SET recording = excluded.recording, cause = excluded.cause, detail = excluded.detail, at = excluded.at
    WHERE gap.company = excluded.company AND (excluded.at, excluded.cause) < (gap.at, gap.cause)"""
_GAP = f"""INSERT INTO gap (decision, company, call, recording, cause, detail, at)
    VALUES (?, ?, ?, ?, ?, ?, ?) {_EARLIEST}"""
# Written when the loss is known and when the decision is: whichever comes last makes the row.
_GAP_OF_LOST = f"""INSERT INTO gap (decision, company, call, recording, cause, detail, at)
    SELECT decision, company, call, id, lost_cause, lost_detail, lost_at FROM recording
    WHERE id = ? AND lost_at IS NOT NULL AND decision IS NOT NULL AND company IS NOT NULL {_EARLIEST}"""


_EXPECTED = _upsert("recording", f"id company call decision username leg path {' '.join(TERM_NAMES)} decided_at")
# A call that is transferred rings again, and is armed again: the newest facts are those that count.
_CALL_SEEN = _upsert(
    "call", "id company switch version direction grp caller called started_at", newest="facts facts_at", by="facts_at"
)


def _call_seen(entry: kinds.CallSeen, ids: Ids) -> Row:
    marks = (entry.call, ids(entry.company), entry.switch, entry.version, str(entry.direction), entry.group)
    return (*marks, clean(entry.caller), clean(entry.called), entry.at, _json(entry.facts), entry.at)


def _decision(entry: kinds.DecisionMade, ids: Ids) -> Row:
    what = (entry.decision, ids(entry.company), entry.call, entry.talk, entry.at, entry.version)
    verdict = (entry.user, entry.leg, entry.record, str(entry.rule), str(entry.reason), str(entry.direction))
    parties = (entry.group, clean(entry.caller), clean(entry.answerer), _json(entry.inputs))
    return (*what, *verdict, *parties, entry.recording)


def _expected(entry: kinds.DecisionMade, ids: Ids) -> Row | None:
    if not entry.record or entry.recording is None:
        return None
    what = (entry.recording, ids(entry.company), entry.call, entry.decision, entry.user, entry.leg)
    return (*what, entry.path, *terms_facts(entry.terms).values(), entry.at)


def _further(entry: kinds.RecordingExpected, ids: Ids) -> Row:
    what = (entry.recording, ids(entry.company), entry.call, entry.decision, entry.user, entry.leg)
    return (*what, entry.path, *terms_facts(entry.terms).values(), entry.at)


def _gap(entry: kinds.GapFound, ids: Ids) -> Row:
    where = (entry.decision, ids(entry.company), entry.call, entry.recording)
    return (*where, entry.cause, clean(entry.detail), entry.at)


_LISTEN = "id company switch listener target dialled door listener_leg at"
_REFUSED = _upsert("listen_session", f"{_LISTEN} reason")
_BEGAN = _upsert("listen_session", f"{_LISTEN} call target_leg began_at")


def _refused(entry: kinds.ListenRefused, ids: Ids) -> Row:
    return (*_listen(entry, ids), str(entry.reason))


def _began(entry: kinds.ListenBegan, ids: Ids) -> Row:
    return (*_listen(entry, ids), entry.call, entry.target_leg, entry.at)


def _listen(entry: kinds.ListenRefused | kinds.ListenBegan, ids: Ids) -> Row:
    who = (entry.listen, ids(entry.company), entry.switch, entry.listener, entry.target)
    return (*who, clean(entry.dialled), str(entry.door), entry.listener_leg, entry.at)


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)


_STATEMENTS: Mapping[type[Entry], tuple[Statement, ...]] = {
    kinds.CallSeen: (Statement(_CALL_SEEN, _call_seen),),
    kinds.CallAnswered: (Statement(_upsert("call", "id answered_at"), lambda e, ids: (e.call, e.at)),),
    kinds.CallEnded: (Statement(_upsert("call", "id ended_at cause"), lambda e, ids: (e.call, e.at, e.cause)),),
    kinds.DecisionMade: (
        Statement(_DECISION, _decision),
        Statement(_EXPECTED, _expected),
        Statement(_GAP_OF_LOST, lambda e, ids: (e.recording,) if e.record and e.recording else None),
    ),
    kinds.RecordingExpected: (
        Statement(_EXPECTED, _further),
        Statement(_GAP_OF_LOST, lambda e, ids: (e.recording,)),
    ),
    kinds.RecordingStarted: (
        Statement(
            _upsert("recording", "id company leg path started_at"),
            lambda e, ids: (e.recording, ids(e.company), e.leg, e.path, e.at),
        ),
    ),
    kinds.RecordingStopped: (
        Statement(
            _upsert("recording", "id stopped_at stop_cause talk_seconds"),
            lambda e, ids: (e.recording, e.at, e.cause, e.talk_seconds),
        ),
    ),
    kinds.RecordingSealed: (
        Statement(
            _upsert("recording", "id seconds bytes sha256 location repaired sealed_at"),
            lambda e, ids: (e.recording, e.seconds, e.bytes, e.sha256, e.location, e.repaired, e.at),
        ),
    ),
    kinds.RecordingLost: (
        Statement(
            _upsert("recording", "id lost_cause lost_detail lost_at"),
            lambda e, ids: (e.recording, e.cause, clean(e.detail), e.at),
        ),
        Statement(_GAP_OF_LOST, lambda e, ids: (e.recording,)),
    ),
    kinds.GapFound: (Statement(_GAP, _gap),),
    kinds.ListenRefused: (Statement(_REFUSED, _refused),),
    kinds.ListenBegan: (Statement(_BEGAN, _began),),
    kinds.ListenEnded: (
        Statement(
            _upsert("listen_session", "id ended_at ending reason"),
            lambda e, ids: (e.listen, e.at, str(e.ending), _text(e.reason)),
        ),
    ),
}
