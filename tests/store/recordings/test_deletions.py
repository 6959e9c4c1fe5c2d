"""Recordings deleted, undone and destroyed: what people see at every step, and that nothing is left between two."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.policy.access.scopes import Actor, AdminScope, operator
from fsplug.policy.entities import Role
from fsplug.store.audit import trail, verification
from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from fsplug.store.recordings import access, deletions, destructions, recordings, share_visits, shares
from fsplug.store.recordings.deletions import UNDO_SECONDS
from fsplug.store.recordings.destructions import Left
from fsplug.store.recordings.recordings import State
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter
from fsplug.store.recordings.shares import CodeBy, Offer
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import decided, recorded_call, seen, started

ROOT = operator("root")
ANNA = Actor("1001", AdminScope.NONE, Role.SUPERUSER, ACME)
OWN = Actor("1001", AdminScope.NONE, Role.MY_CONSOLE, ACME)
CHIEF = Actor("1002", AdminScope.COMPANY_ADMIN, Role.NONE, ACME)


@pytest.fixture
def store(console: Console) -> Store:
    """Three sealed recordings of Acme's, one that runs, and one of Beta's."""
    for number, call in enumerate("abc"):
        ledger.apply(console.store, recorded_call(call, at=100.0 + number))
    ledger.apply(console.store, [seen("r"), decided("r", at=200.0), started("r")])
    ledger.apply(console.store, recorded_call("beta", BETA))
    return console.store


def _listed(store: Store) -> list[str]:
    return [one.id for one in results.search(store, ACME, RecordingFilter()).recordings]


def _acts(store: Store) -> list[tuple[str, str]]:
    return [(one.act, one.subject) for one in reversed(trail.listed(store, ACME)) if one.subject.endswith("-rec")]


def _destroy(console: Console) -> None:
    """As the media worker does it, once the minute is over."""
    console.clock.turn(UNDO_SECONDS)
    for one in destructions.due(console.store, ["fs1"]):
        assert deletions.begin(console.store, one)
        deletions.destroyed(console.store, one)


def test_a_clock_put_back_far_makes_no_file_wait_for_it(store: Store, console: Console) -> None:
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    console.clock.turn(-30 * 86_400)
    _destroy(console)
    assert _acts(store)[-1][1] == "a-rec"
    assert deletions.get(store, ACME, "a-rec").destroyed_at is not None


def test_deleted_it_is_gone_at_once_from_every_list_and_for_every_ear(store: Store) -> None:
    batch = deletions.delete(store, ACME, ["a-rec", "b-rec"], ANNA)
    assert (batch.recordings, batch.deleted_by) == (2, f"1001@{ACME}")
    assert _listed(store) == ["r-rec", "c-rec"]
    assert [one.id for one in recordings.listed(store, ACME)] == ["r-rec", "c-rec"]
    for act in (access.recording, access.play):
        with pytest.raises(Invalid) as invalid:
            act(store, ACME, "a-rec", ROOT)
        assert invalid.value.code == "unknown-recording"
    with pytest.raises(Invalid):
        shares.create(store, ACME, Offer("a-rec", "x@outside.example", "s"), ROOT)
    gone = recordings.get(store, ACME, "a-rec")
    assert gone is not None and gone.state is State.DELETED
    with pytest.raises(Refused):
        access.playable(gone)


def test_who_hears_it_outside_hears_no_more(store: Store) -> None:
    share, code = shares.create(store, ACME, Offer("a-rec", "x@outside.example", "s", code_by=CodeBy.PHONE), ROOT)
    token = shares.new_link(store, share)
    cookie = share_visits.begin(store, token, "192.0.2.1", "browser")
    share_visits.prove(store, cookie, str(code), "192.0.2.1")
    share_visits.play(store, cookie, "192.0.2.1")
    share_visits.playing(store, cookie)
    deletions.delete(store, ACME, ["a-rec"], ANNA)

    def begun(store: Store, _cookie: str) -> str:
        return share_visits.begin(store, token, "192.0.2.1", "b")

    for act in (share_visits.playing, share_visits.visited, begun):
        with pytest.raises(Refused) as refused:
            act(store, cookie)
        assert refused.value.code == "share-not-good"


def test_undone_it_is_as_it_was(store: Store) -> None:
    before = store.rows("SELECT * FROM recording_keyword ORDER BY keyword, at, recording")
    batch = deletions.delete(store, ACME, ["a-rec", "b-rec"], ANNA)
    assert deletions.undelete_batch(store, ACME, batch.id, ANNA) == 2
    assert _listed(store) == ["r-rec", "c-rec", "b-rec", "a-rec"]
    assert store.rows("SELECT * FROM recording_keyword ORDER BY keyword, at, recording") == before
    assert access.play(store, ACME, "a-rec", ROOT).state is State.SEALED
    assert deletions.pending(store, ACME) == []
    with pytest.raises(Invalid):
        deletions.undelete_batch(store, ACME, batch.id, ANNA)


def test_after_a_minute_it_can_not_be_undone(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    console.clock.turn(UNDO_SECONDS)
    with pytest.raises(Refused) as refused:
        deletions.undelete(store, ACME, ["a-rec"], ANNA)
    assert refused.value.code == "too-late"
    assert _listed(store) == ["r-rec", "c-rec", "b-rec"]


def test_once_it_is_being_destroyed_a_clock_put_back_brings_nothing_back(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    console.clock.turn(UNDO_SECONDS)
    [one] = destructions.due(store, ["fs1"])
    assert deletions.begin(store, one)
    console.clock.turn(-UNDO_SECONDS)
    with pytest.raises(Refused):
        deletions.undelete(store, ACME, ["a-rec"], ANNA)


def test_nothing_is_due_within_the_minute_nor_on_another_switch(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    console.clock.turn(UNDO_SECONDS - 1)
    assert destructions.due(store, ["fs1"]) == []
    console.clock.turn(1)
    assert destructions.due(store, ["fs2"]) == []
    assert [one.recording for one in destructions.due(store, ["fs1"])] == ["a-rec"]


def test_what_is_due_and_what_is_left_is_known_by_switch(console: Console, store: Store) -> None:
    ledger.apply(store, [replace(seen("d"), switch="fs2"), *recorded_call("d")[1:]])
    deletions.delete(store, ACME, ["a-rec", "b-rec", "c-rec", "d-rec"], ANNA)
    console.clock.turn(UNDO_SECONDS - 1)
    assert destructions.left(store) == destructions.due_of_others(store, ["fs3"]) == []
    console.clock.turn(1)
    assert destructions.left(store) == [Left("fs1", 3), Left("fs2", 1)]
    assert destructions.left_ids(store, "fs1", 2) == ["a-rec", "b-rec"]
    assert [one.recording for one in destructions.due(store, ["fs2", "fs3"])] == ["d-rec"]
    assert len(destructions.due(store, ["fs1", "fs2"])) == 4
    others = {one.recording for one in destructions.due_of_others(store, ["fs2", "fs3"])}
    assert others == {"a-rec", "b-rec", "c-rec"}
    for one in destructions.due(store, ["fs1"]):
        assert deletions.begin(store, one)
        deletions.destroyed(store, one)
    assert destructions.left(store) == [Left("fs2", 1)]


def test_what_was_undone_just_before_is_not_destroyed(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    console.clock.turn(UNDO_SECONDS)
    [one] = destructions.due(store, ["fs1"])
    console.clock.turn(-UNDO_SECONDS)
    deletions.undelete(store, ACME, ["a-rec"], ANNA)
    console.clock.turn(UNDO_SECONDS)
    assert not deletions.begin(store, one)


def test_destroying_begins_when_the_minute_is_over_and_makes_one_entry(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    one = deletions.get(store, ACME, "a-rec")
    assert not deletions.begin(store, one)
    console.clock.turn(UNDO_SECONDS)
    assert deletions.begin(store, one) and not deletions.begin(store, one)
    console.clock.turn(deletions.LEASE_SECONDS)
    assert deletions.begin(store, one)
    deletions.destroyed(store, one)
    deletions.destroyed(store, one)
    assert _acts(store) == [("delete", "a-rec"), ("destroy", "a-rec")]


def test_each_step_makes_one_entry_with_the_people_it_is_about(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["b-rec"], ANNA)
    deletions.undelete(store, ACME, ["b-rec"], ROOT)
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    _destroy(console)
    _destroy(console)
    acts = [("delete", "b-rec"), ("undelete", "b-rec"), ("delete", "a-rec"), ("destroy", "a-rec")]
    assert _acts(store) == acts
    entries = {one.act: one for one in trail.listed(store, ACME)}
    assert entries["destroy"].people == entries["delete"].people == ("1001",)
    assert (entries["delete"].actor, entries["undelete"].actor, entries["destroy"].actor) == (
        f"1001@{ACME}",
        "root",
        "fsplug",
    )
    assert verification.verify(store, ACME).trouble is None


def test_what_can_not_be_destroyed_is_tried_again_later_and_shown(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["a-rec", "b-rec"], ANNA)
    console.clock.turn(UNDO_SECONDS)
    for one in destructions.due(store, ["fs1"]):
        lease = deletions.begin(store, one)
        assert lease is not None
        deletions.failed(store, lease, "archive-missing", "the archive is missing")
    assert destructions.due(store, ["fs1"]) == []
    [batch] = deletions.pending(store, ACME)
    assert (batch.recordings, batch.destroyed, batch.trouble) == (2, 0, "archive-missing")
    console.clock.turn(10)
    assert len(destructions.due(store, ["fs1"])) == 2
    _destroy(console)
    assert deletions.pending(store, ACME) == []


@pytest.mark.parametrize("ids", [["r-rec"], ["a-rec", "r-rec"]])
def test_what_is_still_to_be_sealed_is_not_deleted_and_nothing_beside_it(store: Store, ids: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        deletions.delete(store, ACME, ids, ANNA)
    assert refused.value.code == "not-deletable"
    assert len(_listed(store)) == 4 and deletions.pending(store, ACME) == []


@pytest.mark.parametrize("recording", ["beta-rec", "nothing", "a-rec' OR 1=1 --", "\x00", "💥" * 500, ""])
def test_another_companys_and_what_is_none_can_not_be_deleted(store: Store, recording: str) -> None:
    with pytest.raises(Invalid) as invalid:
        deletions.delete(store, ACME, ["a-rec", recording], ANNA)
    assert invalid.value.code in ("unknown-recording", "row-refused")
    with pytest.raises(Invalid):
        deletions.undelete(store, ACME, [recording], ANNA)
    assert _listed(store) == ["r-rec", "c-rec", "b-rec", "a-rec"]


@pytest.mark.parametrize("ids", [[], [f"r{number}" for number in range(1_001)]])
def test_none_or_too_many_are_turned_away(store: Store, ids: list[str]) -> None:
    with pytest.raises(Invalid) as invalid:
        deletions.delete(store, ACME, ids, ANNA)
    assert invalid.value.code == "bad-deletion"


@pytest.mark.parametrize("actor", [OWN, CHIEF, Actor("1001", AdminScope.NONE, Role.SUPERUSER, BETA)])
@pytest.mark.parametrize(
    "act",
    [
        lambda store, actor: deletions.delete(store, ACME, ["a-rec"], actor),
        lambda store, actor: deletions.undelete(store, ACME, ["b-rec"], actor),
        lambda store, actor: deletions.undelete_batch(store, ACME, "batch", actor),
    ],
)
def test_only_the_companys_superusers_delete_and_undo(store: Store, actor: Actor, act: Callable[..., Any]) -> None:
    deletions.delete(store, ACME, ["b-rec"], ANNA)
    with pytest.raises(FsplugError) as refused:
        act(store, actor)
    assert refused.value.code in ("not-allowed", "other-company")


def test_entries_that_come_again_bring_nothing_back(console: Console, store: Store) -> None:
    deletions.delete(store, ACME, ["a-rec"], ANNA)
    ledger.apply(store, recorded_call("a"))
    assert _listed(store) == ["r-rec", "c-rec", "b-rec"]
    _destroy(console)
    ledger.apply(store, recorded_call("a"))
    assert _listed(store) == ["r-rec", "c-rec", "b-rec"]
    assert recordings.in_states(store, "fs1", [State.EXPECTED, State.STOPPED]) == []


def test_a_batch_of_another_company_is_none(store: Store) -> None:
    batch = deletions.delete(store, BETA, ["beta-rec"], ROOT)
    with pytest.raises(Invalid):
        deletions.undelete_batch(store, ACME, batch.id, ANNA)
    assert deletions.pending(store, ACME) == []
