"""Calls of the demo's companies as the record flow writes them down."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fsplug.policy.entities import Direction, Party, Talk, User
from fsplug.store.calls.entries import (
    CallAnswered,
    CallEnded,
    CallSeen,
    DecisionMade,
    JournalEntry,
    RecordingLost,
    RecordingSealed,
    RecordingStarted,
    RecordingStopped,
)
from tests.cli.conftest import ACME

ANNA = User("1001", "1001", "Anna Holm", "Sales", True, ("+4570101001",))
DAVID = User("1004", "1004", "David Krogh", "Support", False, ("+4570101004",))


def talk_to(user: User = ANNA, caller: str = "22334455", **others: Any) -> Talk:
    """A customer talks to the user."""
    known = {"company": ACME, "direction": Direction.INCOMING}
    return Talk(caller=Party(None, (caller,)), answerer=Party(user, (user.username,)), **{**known, **others})


def answered(call: str = "a", at: float = 1000.0, talk: Talk | None = None, **verdict: Any) -> list[JournalEntry]:
    """A customer's call that Anna answers and that her department's policy records, unless `verdict` says otherwise."""
    talk = talk or talk_to()
    inputs: Mapping[str, Any] = asdict(talk)
    known: dict[str, Any] = {
        "user": "1001",
        "leg": f"{call}-b",
        "record": True,
        "rule": "department-policy",
        "reason": "box-ticked",
        "direction": "incoming",
        "group": None,
        "recording": f"{call}-rec",
        "path": f"/spool/{call}-rec.wav",
    }
    caller = talk.caller.numbers[0]
    ends = {"caller": caller, "answerer": talk.answerer.numbers[0]}
    made = {"decision": f"{call}-dec", "talk": f"{call}-talk", "version": 1, "inputs": inputs, "at": at + 5}
    return [
        CallSeen(call, talk.company, "fs1", 1, talk.direction, None, caller, "+4570101001", {}, at),
        CallAnswered(call, at + 5),
        DecisionMade(call=call, company=talk.company, **{**known, **ends, **made, **verdict}),
    ]


def not_recorded(call: str = "n", at: float = 2000.0, talk: Talk | None = None) -> list[JournalEntry]:
    """A customer's call that David answers, who has no flag."""
    verdict = {"record": False, "reason": "user-without-flag", "user": "1004", "recording": None, "leg": None}
    return [*answered(call, at, talk or talk_to(DAVID), **verdict), CallEnded(call, at + 60, "NORMAL_CLEARING")]


def recorded(
    call: str = "a", at: float = 1000.0, seconds: float = 55.0, bytes: int = 1, sha256: str = "ab" * 32, **verdict: Any
) -> list[JournalEntry]:
    """A call from its ring to the archive."""
    return [
        *answered(call, at, **verdict),
        RecordingStarted(f"{call}-rec", ACME, f"{call}-b", f"/spool/{call}-rec.wav", at + 5),
        CallEnded(call, at + 60, "NORMAL_CLEARING"),
        RecordingStopped(f"{call}-rec", at + 60, "success", 55.0),
        RecordingSealed(f"{call}-rec", seconds, bytes, sha256, f"{ACME}/{call}-rec.wav", False, at + 61),
    ]


def lost(call: str = "l", at: float = 3000.0) -> list[JournalEntry]:
    """A call that should have been recorded, on a disk that was full."""
    return [*answered(call, at), RecordingLost(f"{call}-rec", "spool-full", "0 bytes are left", at + 6)]
