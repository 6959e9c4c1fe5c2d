"""A node that is gone: any other writes down its calls and gaps, and the node takes that back when it returns."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.listening.gate import Ending
from fsplug.store.calls import calls, gaps, ledger, listen_sessions
from fsplug.store.calls.entries import (
    CallAnswered,
    CallEnded,
    GapFound,
    JournalEntry,
    ListenBegan,
    RecordingLost,
    RecordingSealed,
)
from fsplug.store.db.database import Store
from fsplug.store.nodes import names, presence, settlement
from fsplug.store.nodes.names import LEASE_SECONDS, Claim
from fsplug.store.nodes.settlement import GONE_SECONDS, STOPPED_SECONDS, settle_gone
from fsplug.store.outbox import sealings
from fsplug.store.recordings import recordings
from tests.store.accountcast import Clock
from tests.store.cast import ACME
from tests.store.story import decided, recorded_call, sealed, seen, started, stopped

Open = Callable[..., Store]
FS1 = Claim("fs1", "alpha", "/var/lib/fsplug", "/archive")
FS2 = Claim("fs2", "beta", "/var/lib/fsplug", "/archive")


def _ringing(call: str) -> list[JournalEntry]:
    return [seen(call)]


def _expected(call: str) -> list[JournalEntry]:
    return [seen(call), CallAnswered(call, 101.0), decided(call)]


def _recording(call: str) -> list[JournalEntry]:
    return [*_expected(call), started(call)]


def _stopped(call: str) -> list[JournalEntry]:
    return [*_recording(call), CallEnded(call, 109.0, "NORMAL_CLEARING"), stopped(call)]


def _on(switch: str, entries: list[JournalEntry]) -> list[JournalEntry]:
    return [replace(one, switch=switch) if hasattr(one, "switch") else one for one in entries]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(open_store: Open, clock: Clock) -> Store:
    """fs1 and fs2 serve, each with a call at each stage."""
    store = open_store(database_clock=clock)
    for claim, prefix in ((FS1, ""), (FS2, "other-")):
        presence.hold(store, claim, [], f"{claim.name}-1")
        for name, make in (("ring", _ringing), ("wait", _expected), ("run", _recording), ("stop", _stopped)):
            ledger.apply(store, _on(claim.name, make(f"{prefix}{name}")))
        ledger.apply(store, _on(claim.name, recorded_call(f"{prefix}done")))
        sealings.follow(store, claim.name, [f"{prefix}stop-rec"])
    return store


def _ended(store: Store) -> dict[str, str | None]:
    return {one.id: one.cause for one in calls.listed(store, ACME) if not one.id.startswith("other-")}


def _states(store: Store) -> dict[str, str]:
    found = recordings.listed(store, ACME)
    return {one.call: str(one.state) for one in found if not one.call.startswith("other-")}


def _gaps(store: Store) -> set[tuple[str, str]]:
    return {(one.call, one.cause) for one in gaps.listed(store, ACME)}


def _others(store: Store) -> list[object]:
    every = [*calls.listed(store, ACME), *recordings.listed(store, ACME)]
    return [one for one in every if one.id.startswith("other-")]


ENDED = "NORMAL_CLEARING"
ALIVE = (
    {"ring": None, "wait": None, "run": None, "stop": ENDED, "done": ENDED},
    {"wait": "expected", "run": "recording", "stop": "stopped", "done": "sealed"},
    set(),
)


def _told(store: Store) -> tuple[object, object, object]:
    return _ended(store), _states(store), _gaps(store)


def _settled(died: str, cause: str) -> tuple[object, object, object]:
    return (
        {"ring": died, "wait": died, "run": died, "stop": ENDED, "done": ENDED},
        {"wait": "lost", "run": "lost", "stop": "lost", "done": "sealed"},
        {("wait", cause), ("run", cause), ("stop", cause)},
    )


def _lives(store: Store, claim: Claim, number: int) -> None:
    presence.hold(store, claim, [f"{claim.name}-{number - 1}"], f"{claim.name}-{number}")


def test_within_a_minute_only_the_unsealed_parts_of_a_dead_node_are_gaps_and_no_call_of_it_goes_on(
    store: Store, clock: Clock
) -> None:
    others = _others(store)
    clock.turn(LEASE_SECONDS + GONE_SECONDS - 1)
    _lives(store, FS2, 2)
    assert settle_gone(store, "fs2") == []
    assert _told(store) == ALIVE
    clock.turn(2)
    assert settle_gone(store, "fs2") == ["fs1"]
    assert _told(store) == _settled("NODE_DIED", "node-died")
    assert LEASE_SECONDS + GONE_SECONDS < 40
    assert _others(store) == others
    assert (sealings.due(store, "fs1"), sealings.due(store, "fs2")) == (set(), {"other-stop-rec"})
    assert settle_gone(store, None) == []
    [gap] = [one for one in gaps.listed(store, ACME) if one.call == "run"]
    assert gap.detail.startswith("fs1 on alpha gave its last sign at 2027-01-15T08:00:00+00:00")


def test_a_stopped_node_is_settled_later_and_called_stopped(store: Store, clock: Clock) -> None:
    clock.turn(1)
    names.release(store, "fs1", "fs1-1")
    clock.turn(STOPPED_SECONDS - 1)
    _lives(store, FS2, 2)
    assert settle_gone(store, "fs2") == []
    clock.turn(2)
    assert settle_gone(store, "fs2") == ["fs1"]
    assert _told(store) == _settled("NODE_STOPPED", "node-stopped")


def test_a_node_settles_all_others_and_never_itself(store: Store, clock: Clock) -> None:
    clock.turn(3_600)
    assert settle_gone(store, "fs1") == ["fs2"]
    assert _told(store)[0] == ALIVE[0]
    assert settle_gone(store, None) == ["fs1"]


def test_a_node_that_returns_takes_everything_back_and_its_own_word_counts(store: Store, clock: Clock) -> None:
    clock.turn(60)
    settle_gone(store, "fs2")
    _lives(store, FS1, 2)
    assert _told(store) == ALIVE
    ledger.apply(store, [CallEnded("run", 130.0, ENDED), stopped("run"), sealed("run"), sealed("stop")])
    ledger.apply(store, [RecordingLost("wait-rec", "never-started", "", 131.0)])
    _lives(store, FS1, 3)
    ended, states, _ = _told(store)
    assert ended == {**ALIVE[0], "run": ENDED}
    assert states == {"wait": "lost", "run": "sealed", "stop": "sealed", "done": "sealed"}
    assert _gaps(store) == {("wait", "never-started")}


def test_a_node_that_is_settled_again_and_again_comes_back_each_time(store: Store, clock: Clock) -> None:
    for number in (2, 3):
        clock.turn(60)
        settle_gone(store, "fs2")
        assert _told(store) == _settled("NODE_DIED", "node-died")
        _lives(store, FS1, number)
        assert _told(store) == ALIVE


def test_a_gap_that_the_node_had_reported_itself_is_not_lost_by_it(store: Store, clock: Clock) -> None:
    stall = GapFound(ACME, "run", "run-dec", "run-rec", "write-stalled", "the file stands still", 105.0)
    ledger.apply(store, [stall])
    clock.turn(60)
    settle_gone(store, "fs2")
    _lives(store, FS1, 2)
    assert _gaps(store) == {("run", "write-stalled")}


def test_another_machine_under_the_name_of_a_dead_one_leaves_it_settled(store: Store, clock: Clock) -> None:
    clock.turn(25)
    presence.hold(store, replace(FS1, host="gamma"), [], "c1")
    assert _told(store) == _settled("NODE_DIED", "node-died")
    assert names.get(store, "fs1").settled_at is None


def test_a_node_whose_token_is_lost_has_what_lies_in_its_own_spool(store: Store, clock: Clock) -> None:
    clock.turn(60)
    settle_gone(store, "fs2")
    presence.hold(store, FS1, [], "new")
    assert _told(store) == ALIVE


def test_an_open_listen_in_of_a_dead_node_ended_with_it(store: Store, clock: Clock) -> None:
    began = ListenBegan("l1", ACME, "fs1", "1001", "1002", "1002", "desk", "run", "run-b", "x", 103.0)
    ledger.apply(store, [began])
    clock.turn(60)
    settle_gone(store, "fs2")
    [one] = listen_sessions.listed(store, ACME)
    assert (one.ending, one.ended_at) == (Ending.FSPLUG_AWAY, names.get(store, "fs1").seen_at)


def test_of_many_that_settle_at_once_one_does(store: Store, open_store: Open, clock: Clock) -> None:
    clock.turn(60)
    stores, starts, told = [open_store(database_clock=clock) for _ in range(4)], Barrier(4), list[str]()

    def settle(one: Store) -> None:
        starts.wait(PATIENCE_SECONDS)
        told.extend(settle_gone(one, "fs2"))

    threads = [Thread(target=settle, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert told == ["fs1"]


def test_a_gone_node_can_be_removed_and_one_that_came_back_cannot(store: Store, clock: Clock) -> None:
    clock.turn(60)
    gone = names.get(store, "fs1")
    assert settlement.is_gone(gone, store.database_now())
    _lives(store, FS1, 2)
    assert not names.remove(store, gone)
    assert names.remove(store, names.get(store, "fs2"))
    assert [one.name for one in names.every(store)] == ["fs1"]


def test_what_was_sealed_although_it_was_given_up_stays_sealed(store: Store, clock: Clock) -> None:
    clock.turn(60)
    settle_gone(store, "fs2")
    ledger.apply(store, [RecordingSealed("stop-rec", 7.0, 1, "ab" * 32, "acme/stop.wav", False, 110.0, True)])
    _lives(store, FS1, 2)
    assert _states(store)["stop"] == "sealed"
    assert _gaps(store) == set()
