"""The page of a conversation of 30 legs, in a store with a million recordings beside it."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import longpast
from benchmarks.figures import Figure, Target, number
from fsplug.policy.conversation.events import Change, How
from fsplug.policy.terms import DEFAULT_TERMS
from fsplug.store.calls import ledger
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined
from fsplug.store.calls.entries import (
    CallEnded,
    CallSeen,
    DecisionMade,
    JournalEntry,
    RecordingHeld,
    RecordingSealed,
    RecordingStarted,
    RecordingStopped,
)
from fsplug.store.db.database import Store

PAGE = Target("the page of a conversation of 30 legs beside a million recordings, 95th percentile", 50, "ms")
TALKS, TALK_SECONDS = 15, 60.0


def measure(store: Store, get: Callable[[str], float], rounds: int) -> Iterator[Figure]:
    """A superuser's page; `get` gives the seconds that a path takes."""
    ledger.apply(store, list(_entries("bench", time.time() - TALKS * TALK_SECONDS - 60)))
    took = [get("/conversations/bench") for _ in range(rounds + 5)][5:]
    middle, worst = number(statistics.median(took) * 1e3), number(max(took) * 1e3)
    said = f"median {middle} ms of {rounds}, slowest {worst} ms; {TALKS} recordings, holds, pauses and transfers"
    yield PAGE.judged(statistics.quantiles(took, n=20)[18] * 1e3, said)


def _entries(name: str, at: float) -> Iterator[JournalEntry]:
    """A customer is sent on from one user to the next, by a call of its own each time: two legs for every talk."""
    for talk in range(TALKS):
        call = f"{name}-{talk}" if talk else name
        begun = at + talk * TALK_SECONDS
        yield CallSeen(call, longpast.DOMAIN, "fs1", 1, "incoming", None, longpast.customer(1), "2001", {}, begun)
        yield from _talk(call, f"u{talk}", begun + 2, begun + TALK_SECONDS - 1)
        if talk:
            yield CallJoined(call, longpast.DOMAIN, name, begun)


def _talk(call: str, user: str, at: float, until: float) -> Iterator[JournalEntry]:
    leg, recording, company = f"{call}-b", f"{call}-rec", longpast.DOMAIN
    named = {"username": user, "name": f"Person {user}", "extension": user}
    ends: dict[str, Any] = {
        "caller": {"user": None, "numbers": [longpast.customer(1)]},
        "answerer": {"user": named, "numbers": [user]},
    }
    names = {"caller": longpast.customer(1), "answerer": user, "recording": recording, "path": f"/spool/{recording}"}
    yield DecisionMade(
        decision=f"{call}-dec",
        call=call,
        company=company,
        talk=f"{call}:{leg}:0",
        at=at,
        version=1,
        user=user,
        leg=leg,
        record=True,
        rule="group-always",
        reason="group-says-always",
        direction="incoming",
        group=None,
        inputs=ends,
        terms=DEFAULT_TERMS,
        **names,
    )
    yield RecordingStarted(recording, company, leg, f"/spool/{recording}", at)
    yield RecordingHeld(f"{call}-h", recording, company, "user", at + 5, at + 15)
    yield RecordingStopped(recording, until, "success", until - at)
    yield RecordingSealed(recording, until - at, 1, "ab" * 32, f"{recording}.wav", False, until + 1)
    yield CallChanged(f"{call}-p", company, call, Change.PAUSE, at + 20, leg, None, user, user, "console", at + 30)
    yield CallChanged(f"{call}-t", company, call, Change.TRANSFER, until, leg, call, user, user, How.BLIND)
    yield CallChanged(f"{call}-u", company, call, Change.PARTED, until, call, leg)
    yield CallEnded(call, until, "BLIND_TRANSFER", company)
