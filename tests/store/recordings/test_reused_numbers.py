"""Whoever gets a number, a membership or a username that was another's hears nothing of what was before."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Invalid
from fsplug.policy.access.failures import WINDOW_SECONDS, Failure
from fsplug.policy.access.scopes import operator
from fsplug.policy.entities import Direction, Party, Talk, User
from fsplug.policy.listening.gate import Door
from fsplug.policy.recording.facts import talk_facts
from fsplug.store.accounts import sessions
from fsplug.store.audit import failures, trail
from fsplug.store.calls import ledger, my_calls
from fsplug.store.calls.entries import JournalEntry, ListenBegan
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import actors
from fsplug.store.db.pages import Wanted
from fsplug.store.recordings import access, play_counts, playbacks
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.story import recorded_call

FORMER, NEWCOMER, MOBILE = "1001", "1009", "+4520101001"
ANNA = User(FORMER, "1001", "Anna", "Sales", True, ("+4570101001", MOBILE))


def _call(call: str, at: float, version: int = 1) -> list[JournalEntry]:
    """A customer rings the group, and Anna answers on her mobile."""
    talk = Talk(ACME, Party(None, ("22334455",)), Party(ANNA, (MOBILE, "1001")), Direction.INCOMING, ("2001",))
    return recorded_call(call, at=at, version=version, answerer=MOBILE, inputs=talk_facts(talk))


def _newcomer(draft: Draft, **given: Any) -> None:
    known = {"username": NEWCOMER, "extension": NEWCOMER, "name": "Bodil Krog"}
    draft.put("user", {**known, **given})


def _change_former(draft: Draft, **given: Any) -> None:
    draft.put("user", {**draft.entry("user", FORMER), **given}, FORMER)


def _extension(draft: Draft) -> None:
    _change_former(draft, extension="1991")
    _newcomer(draft, extension="1001")


def _fixed_number(draft: Draft) -> None:
    _change_former(draft, fixed_number=None)
    _newcomer(draft, fixed_number="+4570101001")
    draft.put("number", {"number": "+4570101001", "user": NEWCOMER}, "+4570101001")


def _mobile(draft: Draft) -> None:
    _change_former(draft, mobile_numbers=[], verified_numbers=[])
    _newcomer(draft, mobile_numbers=[MOBILE], verified_numbers=[MOBILE])


def _membership(draft: Draft) -> None:
    _newcomer(draft)
    draft.put("group", {**draft.entry("group", "2001"), "members": [NEWCOMER]}, "2001")


GIVEN = [_extension, _fixed_number, _mobile, _membership]


def _heard(console: Console, username: str) -> set[str]:
    """The recordings that this user may play, is shown, and is told of; each of the three must say the same."""
    actor = actors.actor(console.store, ACME, username)
    playable = set()
    for recording in ("a-rec", "b-rec"):
        try:
            access.recording(console.store, ACME, recording, actor)
            playable.add(recording)
        except Invalid as unknown:
            assert unknown.code == "unknown-recording"
    own = RecordingFilter(own=username, tenure=actor.tenure)
    assert {one.id for one in results.search(console.store, ACME, own).recordings} == playable
    played = {one.entry.subject for one in my_calls.about(console.store, ACME, username).deeds}
    assert played == playable & {"a-rec"}
    return playable


@pytest.fixture
def before(console: Console) -> Console:
    """A recorded call of Anna's, which the operator has played, before anything is given to anybody."""
    ledger.apply(console.store, _call("a", console.clock.now - 600))
    access.play(console.store, ACME, "a-rec", operator("root"))
    return console


def _edit(console: Console, change: Callable[[Draft], None]) -> int:
    console.clock.turn(60.0)
    return edit(console.store, ACME, "operator", change).version


@pytest.mark.parametrize("given", GIVEN)
def test_a_number_or_a_membership_brings_no_past_with_it(before: Console, given: Callable[[Draft], None]) -> None:
    _edit(before, given)
    for username, address in ((NEWCOMER, "bodil@acme.example"), (FORMER, "anna@acme.example")):
        before.give(username, role="my-console", email=address)
    assert _heard(before, NEWCOMER) == set()
    assert _heard(before, FORMER) == {"a-rec"}, "it is still hers"


def _passes_on(console: Console) -> tuple[int, int]:
    """Anna leaves, and Bodil gets her username; the policy versions before and since."""
    entry = Draft(console.store, ACME).entry("user", FORMER)
    began_under = _edit(console, lambda draft: _change_former(draft, department="Support"))

    def leave(draft: Draft) -> None:
        draft.remove("user", FORMER)
        draft.put("group", {**draft.entry("group", "2001"), "members": ["1002"]}, "2001")
        draft.put("number", {"number": "+4570101001", "group": "2001"}, "+4570101001")

    _edit(console, leave)
    version = _edit(console, lambda draft: draft.put("user", {**entry, "name": "Bodil Krog"}))
    console.give(FORMER, role="my-console", email="bodil@acme.example")
    return began_under, version


def test_a_username_brings_none_and_a_call_that_goes_on_meanwhile_stays_the_other_s(before: Console) -> None:
    began_under, version = _passes_on(before)
    ledger.apply(before.store, _call("b", before.clock.now + 60, began_under))
    assert _heard(before, FORMER) == set()
    ledger.apply(before.store, _call("c", before.clock.now + 120, version))
    actor = actors.actor(before.store, ACME, FORMER)
    assert access.recording(before.store, ACME, "c-rec", actor).id == "c-rec", "from now on they are the new one's"


def _told(console: Console) -> list[str]:
    """The acts that the trail shows to whoever has the username, since they have it."""
    theirs = Wanted(person=FORMER, since=actors.actor(console.store, ACME, FORMER).tenure.at)
    return [one.act for one in trail.listed(console.store, ACME, wanted=theirs)]


def _listens(call: str, at: float, listener: str = "1002", target: str = FORMER) -> ListenBegan:
    legs = {"call": call, "target_leg": "t", "listener_leg": "l"}
    whose = {"company": ACME, "switch": "fs1", "listener": listener, "target": target}
    return ListenBegan(f"listen-{call}", **whose, dialled="", door=Door.DESK, **legs, at=at)


@pytest.mark.parametrize("whose", [{"target": FORMER}, {"listener": FORMER, "target": "1002"}])
def test_a_listen_in_that_is_written_late_is_told_to_those_who_had_the_usernames(
    before: Console, whose: dict[str, str]
) -> None:
    at = before.clock.now
    _passes_on(before)
    told = _told(before)
    ledger.apply(before.store, [_listens("x", at, **whose)])
    assert _told(before) == told
    [entry] = [one for one in trail.listed(before.store, ACME) if one.act == "listen"]
    assert entry.people == ("1002",)
    ledger.apply(before.store, [_listens("y", before.clock.now, **whose)])
    assert _told(before) == ["listen", *told], "from now on they are the new one's"


def test_a_listen_in_on_a_call_that_goes_on_meanwhile_is_told_to_nobody_else(before: Console) -> None:
    began_under, _ = _passes_on(before)
    told = _told(before)
    ledger.apply(before.store, _call("b", before.clock.now + 60, began_under))
    ledger.apply(before.store, [_listens("b", before.clock.now + 90)])
    assert _told(before) == told


def test_wrong_guesses_at_somebody_s_account_are_not_told_to_who_gets_their_username(before: Console) -> None:
    failures.add(before.store, ACME, "sign-in-refused", Failure("198.51.100.7", person=FORMER))
    _passes_on(before)
    told = _told(before)
    before.clock.turn(WINDOW_SECONDS)
    assert failures.sum_up(before.store) == 1
    assert _told(before) == told


def test_what_somebody_has_played_does_not_count_for_who_gets_their_username(before: Console) -> None:
    before.give(FORMER, role="superuser", email="anna@acme.example")
    session = sessions.find(before.store, sessions.begin(before.store, ACME, FORMER, "192.0.2.1", "Firefox"))
    assert session is not None
    playbacks.begin(before.store, session, actors.actor(before.store, ACME, FORMER), "a-rec", per_hour=10)
    assert play_counts.within_hour(before.store, ACME, FORMER) == 1
    _passes_on(before)
    assert play_counts.within_hour(before.store, ACME, FORMER) == 0
