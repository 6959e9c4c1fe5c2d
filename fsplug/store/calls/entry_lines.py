"""Entries of the ledger as lines of the journal: JSON, one entry on each line."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from fsplug.policy.terms import Terms, terms_facts, terms_from
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined, ConsentTaken
from fsplug.store.calls.entries import (
    CallAnswered,
    CallEnded,
    CallRefused,
    CallSeen,
    DecisionMade,
    GapFound,
    JournalEntry,
    ListenBegan,
    ListenEnded,
    ListenRefused,
    OutageSeen,
    RecordingExpected,
    RecordingHeld,
    RecordingLost,
    RecordingSealed,
    RecordingStarted,
    RecordingStopped,
    TalkWitnessed,
    Unreadable,
)

KINDS: Mapping[str, type[JournalEntry]] = {
    entry.kind: entry
    for entry in (
        CallSeen,
        CallAnswered,
        CallEnded,
        CallJoined,
        CallChanged,
        ConsentTaken,
        DecisionMade,
        RecordingExpected,
        RecordingStarted,
        RecordingHeld,
        RecordingStopped,
        RecordingSealed,
        RecordingLost,
        GapFound,
        TalkWitnessed,
        OutageSeen,
        CallRefused,
        ListenRefused,
        ListenBegan,
        ListenEnded,
        Unreadable,
    )
}
# Earlier journals hold terms as fields of the entry, not as one object.
_EARLIER_TERMS = ("channels", "purpose", "on_failure")
_FIELD_NAMES = {entry.kind: tuple(field.name for field in fields(entry)) for entry in KINDS.values()}


def _worded(value: object) -> object:
    """A value that JSON can't hold is written as its text, so that the entry is not lost."""
    return terms_facts(value) if isinstance(value, Terms) else str(value)


_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_worded)


def to_json(entry: JournalEntry) -> str:
    """One line, ASCII only, that `from_json` reads."""
    written = {"kind": entry.kind}
    written.update((name, getattr(entry, name)) for name in _FIELD_NAMES[entry.kind])
    return _ENCODER.encode(written)


def from_json(line: str | bytes) -> JournalEntry:
    """The entry written as `line`; ValueError if it is none."""
    written = json.loads(line)
    if not isinstance(written, dict):
        raise ValueError("not an object")
    kind = written.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    if "terms" in _FIELD_NAMES[kind]:
        written["terms"] = _terms(written)
    try:
        return KINDS[kind](**written)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _terms(written: dict[str, Any]) -> Terms:
    loose = {name: written.pop(name) for name in _EARLIER_TERMS if name in written}
    facts = written.get("terms", loose)
    if not isinstance(facts, dict):
        raise ValueError(f"{facts!r} are not terms")
    return terms_from(facts)
