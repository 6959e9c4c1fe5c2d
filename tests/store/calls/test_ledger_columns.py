"""Each field of an entry reaches its column, the terms of a decision those of its recording, too."""

from dataclasses import fields, replace
from typing import Any

import pytest

from fsplug.policy.terms import Channels, OnFailure, Terms
from fsplug.store.calls import entries as kinds
from fsplug.store.calls import entry_lines, ledger
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined, ConsentTaken
from fsplug.store.calls.entries import JournalEntry, Unreadable
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from tests.store.cast import ACME
from tests.store.story import decided, started

STRICT = Terms(OnFailure.CLOSED, Channels.MONO, "evidence", 30)


def test_a_recording_is_on_the_terms_of_its_decision_and_on_none_while_only_the_switch_knows_of_it(
    store: Store,
) -> None:
    known_first = recordings.find(store, "a-rec")
    ledger.apply(store, [started()])
    of_the_switch = recordings.find(store, "a-rec")
    ledger.apply(store, [replace(decided(), terms=STRICT)])
    decided_on = recordings.find(store, "a-rec")
    assert known_first is None
    assert of_the_switch is not None and of_the_switch.terms is None
    assert decided_on is not None and decided_on.terms == STRICT


_TERMS = {"on_failure": "closed", "channels": "mono", "purpose": "evidence", "max_seconds": 30}
_LISTEN = {
    **{name: name for name in ("switch", "listener", "target", "dialled", "door", "listener_leg")},
    "id": "listen",
    "at": 1.5,
}
# What an entry whose texts are the names of their fields writes: the row by column, its company aside.
_OF_CONSENT = ("id", "call", "leg", "number", "form", "result", "ivr", "prompt", "pressed", "by_user", "door")
_WRITTEN: dict[type[JournalEntry], tuple[str, dict[str, Any]]] = {
    kinds.CallSeen: (
        "call",
        {
            **{name: name for name in ("switch", "direction", "caller", "called")},
            "id": "call",
            "grp": "group",
            "version": 1,
            "facts": "{}",
            "facts_at": 1.5,
            "started_at": 1.5,
        },
    ),
    kinds.CallAnswered: ("call", {"id": "call", "answered_at": 1.5}),
    kinds.CallEnded: ("call", {"id": "call", "ended_at": 1.5, "cause": "cause"}),
    CallJoined: ("call", {"id": "call", "conversation": "conversation", "joined_at": 1.5}),
    CallChanged: (
        "call_change",
        {
            **{name: name for name in ("id", "call", "leg", "other", "number", "how")},
            "kind": "change",
            "username": "user",
            "at": 1.5,
            "until": 2.5,
        },
    ),
    kinds.DecisionMade: (
        "decision",
        {
            **{name: name for name in ("call", "talk", "leg", "rule", "reason", "direction", "caller", "answerer")},
            "id": "decision",
            "at": 1.5,
            "version": 1,
            "username": "user",
            "record": 1,
            "grp": "group",
            "inputs": "{}",
            "recording": "recording",
        },
    ),
    kinds.RecordingExpected: (
        "recording",
        {
            **{name: name for name in ("call", "decision", "leg", "path")},
            "id": "recording",
            "username": "user",
            "decided_at": 1.5,
            **_TERMS,
        },
    ),
    kinds.RecordingStarted: ("recording", {"id": "recording", "leg": "leg", "path": "path", "started_at": 1.5}),
    kinds.RecordingHeld: (
        "recording_hold",
        {"id": "hold", "recording": "recording", "holder": "by", "at": 1.5, "until": 2.5},
    ),
    kinds.RecordingStopped: (
        "recording",
        {"id": "recording", "stopped_at": 1.5, "stop_cause": "cause", "talk_seconds": 0.5},
    ),
    kinds.RecordingSealed: (
        "recording",
        {
            **{name: name for name in ("sha256", "location")},
            "id": "recording",
            "seconds": 0.5,
            "bytes": 2,
            "repaired": 1,
            "sealed_at": 1.5,
            "whole": 1,
        },
    ),
    kinds.RecordingLost: (
        "recording",
        {"id": "recording", "lost_cause": "cause", "lost_detail": "detail", "lost_at": 1.5},
    ),
    kinds.GapFound: (
        "gap",
        {**{name: name for name in ("decision", "call", "recording", "cause", "detail")}, "at": 1.5},
    ),
    kinds.TalkWitnessed: (
        "witnessed_talk",
        {
            **{name: name for name in ("id", "talk", "call", "switch", "decision", "outage")},
            "at": 1.5,
            "until_at": 2.5,
            "asked": 1,
        },
    ),
    ConsentTaken: (
        "consent",
        {
            **dict(zip(_OF_CONSENT, _OF_CONSENT, strict=True)),
            "username": "user",
            "languages": '["da"]',
            "hashes": '["ab"]',
            "at": 1.5,
            "until": 2.5,
        },
    ),
    kinds.OutageSeen: (
        "outage",
        {"id": "outage", "switch": "switch", "cause": "cause", "from_at": 1.5, "until_at": 2.5},
    ),
    kinds.CallRefused: (
        "refused_call",
        {"id": "call", "switch": "switch", "profile": "profile", "cause": "cause", "at": 1.5},
    ),
    kinds.ListenRefused: ("listen_session", {**_LISTEN, "reason": "reason"}),
    kinds.ListenBegan: (
        "listen_session",
        {**_LISTEN, "call": "call", "target_leg": "target_leg", "began_at": 1.5},
    ),
    kinds.ListenEnded: (
        "listen_session",
        {"id": "listen", "ended_at": 1.5, "ending": "ending", "reason": "reason"},
    ),
}


@pytest.mark.parametrize("kind", [kind for kind in entry_lines.KINDS.values() if kind is not Unreadable])
def test_each_field_of_an_entry_reaches_its_column(store: Store, kind: type[JournalEntry]) -> None:
    table, expected = _WRITTEN[kind]
    ledger.apply(store, [_any_of(kind)])
    assert ledger.rejects(store) == []
    [found] = store.rows(f"SELECT {', '.join(expected)} FROM {table}")
    assert dict(zip(expected, found, strict=True)) == expected


_TIMES = {"at": 1.5, "until": 2.5, "from_at": 1.5, "until_at": 2.5}


def _any_of(kind: type[JournalEntry]) -> JournalEntry:
    """An entry of this kind with something in each field."""
    known: dict[str, Any] = {
        "company": ACME,
        "terms": STRICT,
        "record": True,
        "repaired": True,
        "asked": True,
        "whole": True,
    }
    numbers = {
        "at": 1.5,
        "until": 2.5,
        "from_at": 1.5,
        "until_at": 2.5,
        "version": 1,
        "bytes": 2,
        "seconds": 0.5,
        "talk_seconds": 0.5,
        "facts": {},
        "inputs": {},
        "languages": ["da"],
        "hashes": ["ab"],
    }
    return kind(**{one.name: {**known, **numbers}.get(one.name, one.name) for one in fields(kind)})
