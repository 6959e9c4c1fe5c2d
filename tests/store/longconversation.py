"""A conversation with everything in it: a hold, a listen-in, a consultation, a transfer, a park, and who fetched it."""

from collections.abc import Mapping
from typing import Any

from fsplug.policy.conversation.events import Change, How
from fsplug.policy.listening.gate import Door, Ending
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined
from fsplug.store.calls.entries import (
    CallEnded,
    CallSeen,
    DecisionMade,
    JournalEntry,
    ListenBegan,
    ListenEnded,
    RecordingHeld,
    RecordingSealed,
    RecordingStarted,
    RecordingStopped,
)
from tests.store.cast import ACME
from tests.store.story import SHA256

CUSTOMER = "+4522334455"
Ends = Mapping[str, Any]


def user(username: str, name: str) -> Ends:
    """A user's end of a talk, as a decision writes it."""
    return {"user": {"username": username, "name": name}, "numbers": [username]}


OUTSIDE: Ends = {"user": None, "numbers": [CUSTOMER]}
ANNA, CLARA, DAVID = user("1001", "Anna Holm"), user("1003", "Clara Juhl"), user("1004", "David Krogh")


def long_conversation(at: float = 1_000.0, call: str = "call", company: str = ACME) -> list[JournalEntry]:
    """A customer calls Anna, who is recorded, holds the call, asks Clara in a call of her own and connects the two.

    Clara parks the customer at 6001, and David fetches him. Bo (1002) listens in to Anna meanwhile. It lasts five
    minutes; `call` begins the ids of its legs: `call` is the customer's, `call-ask` that of Anna's own call.
    """
    ask = f"{call}-ask"
    parked = CallChanged(f"{call}-p", company, call, Change.PARK, at + 185, call, None, None, "", "6001", at + 210)
    attended = ("1001", "1001", How.ATTENDED)
    return [
        CallSeen(call, company, "fs1", 1, "incoming", None, CUSTOMER, "+4570101001", {}, at),
        *talk(company, call, f"{call}:{call}-b", at + 12, at + 95, OUTSIDE, ANNA),
        RecordingHeld(f"{call}-h", f"{call}-{call}-b-rec", company, "user", at + 60, at + 95),
        ListenBegan(
            f"{call}-l", company, "fs1", "1002", "1001", "*28*1001", Door.DESK, call, f"{call}-b", f"{call}-ll", at + 20
        ),
        ListenEnded(f"{call}-l", at + 50, Ending.LISTENER_HUNG_UP),
        CallSeen(ask, company, "fs1", 1, "internal", None, "1001", "1003", {}, at + 65),
        *talk(company, ask, f"{ask}:{ask}-b", at + 72, at + 95, ANNA, CLARA, "box-not-ticked"),
        CallChanged(f"{call}-t", company, call, Change.TRANSFER, at + 95, f"{call}-b", call, *attended),
        CallChanged(f"{call}-u", company, call, Change.PARTED, at + 95, call, f"{call}-b"),
        CallEnded(ask, at + 95, "ATTENDED_TRANSFER"),
        CallJoined(ask, company, call, at + 95),
        *talk(company, call, f"{call}:{ask}-b", at + 95.5, at + 185, OUTSIDE, CLARA),
        CallChanged(f"{call}-v", company, call, Change.TRANSFER, at + 185, f"{ask}-b", call, "1003", "1003", How.BLIND),
        CallChanged(f"{call}-w", company, call, Change.PARTED, at + 185, call, f"{ask}-b"),
        parked,
        *talk(company, call, f"{call}:{call}-d", at + 210, at + 300, OUTSIDE, DAVID, "user-without-flag"),
        CallEnded(call, at + 300, "NORMAL_CLEARING"),
    ]


def talk(
    company: str, call: str, legs: str, at: float, until: float, caller: Ends, answerer: Ends, no: str = ""
) -> list[JournalEntry]:
    """A talk of two legs that is recorded, or is not for the reason `no`."""
    name, leg = legs.replace(":", "-"), legs.partition(":")[2]
    texts = [one["numbers"][0] for one in (caller, answerer)]
    made = DecisionMade(
        decision=f"{name}-dec",
        call=call,
        company=company,
        talk=f"{legs}:0",
        at=at,
        version=1,
        user=answerer["user"]["username"],
        leg=leg,
        record=not no,
        rule="department-policy",
        reason=no or "box-ticked",
        direction="internal" if caller["user"] else "incoming",
        group=None,
        caller=texts[0],
        answerer=texts[1],
        inputs={"company": company, "caller": caller, "answerer": answerer},
        recording=None if no else f"{name}-rec",
        path=None if no else f"/spool/{name}-rec.wav",
    )
    if no:
        return [made]
    return [
        made,
        RecordingStarted(f"{name}-rec", company, leg, f"/spool/{name}-rec.wav", at),
        RecordingStopped(f"{name}-rec", until, "success", until - at),
        RecordingSealed(f"{name}-rec", until - at, 1, SHA256, f"{company}/{name}-rec.wav", False, until + 1),
    ]
