"""The entries of one recorded call, as the call flow writes them."""

from typing import Any

from fsplug.store.calls.entries import (
    CallAnswered,
    CallEnded,
    CallSeen,
    DecisionMade,
    JournalEntry,
    RecordingSealed,
    RecordingStarted,
    RecordingStopped,
)
from tests.store.cast import ACME

SHA256 = "ab" * 32


def seen(call: str = "a", company: str = ACME, at: float = 100.0, **others: Any) -> CallSeen:
    """The call `call` rings in."""
    known = {"switch": "fs1", "version": 1, "direction": "incoming", "group": "2001", "facts": {"ani": "1"}}
    numbers = {"caller": "+4522334455", "called": "+4570102001"}
    return CallSeen(call=call, company=company, at=at, **{**known, **numbers, **others})


def decided(call: str = "a", company: str = ACME, at: float = 101.0, **others: Any) -> DecisionMade:
    """Policy says to record the first talk of `call`, as `{call}-rec`."""
    known: dict[str, Any] = {
        "decision": f"{call}-dec",
        "talk": f"{call}-talk",
        "version": 1,
        "user": "1001",
        "leg": f"{call}-b",
        "record": True,
        "rule": "group-always",
        "reason": "group",
        "direction": "incoming",
        "group": "2001",
        "caller": "+4522334455",
        "answerer": "1001",
        "inputs": {"company": company},
        "recording": f"{call}-rec",
        "path": f"/spool/{call}-rec.wav",
    }
    return DecisionMade(call=call, company=company, at=at, **{**known, **others})


def started(call: str = "a", company: str = ACME, at: float = 102.0) -> RecordingStarted:
    """The switch writes."""
    return RecordingStarted(f"{call}-rec", company, f"{call}-b", f"/spool/{call}-rec.wav", at)


def stopped(call: str = "a", at: float = 109.0) -> RecordingStopped:
    """The switch closed the file."""
    return RecordingStopped(f"{call}-rec", at, "success-silence", 7.0)


def sealed(call: str = "a", at: float = 110.0) -> RecordingSealed:
    """The media worker has put it away."""
    return RecordingSealed(f"{call}-rec", 7.0, 224_044, SHA256, f"acme/{call}-rec.wav", False, at)


def recorded_call(call: str = "a", company: str = ACME, at: float = 100.0, **others: Any) -> list[JournalEntry]:
    """From ring to seal; `others` are facts of the decision."""
    return [
        seen(call, company, at),
        CallAnswered(call, at + 1, company),
        decided(call, company, at + 1, **others),
        started(call, company, at + 2),
        CallEnded(call, at + 9, "NORMAL_CLEARING", company),
        stopped(call, at + 9),
        sealed(call, at + 10),
    ]
