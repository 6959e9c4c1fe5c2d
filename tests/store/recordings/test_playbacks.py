"""Playing is begun by pressing play in a session, told once, and ends with the session, the role or the recording."""

from collections.abc import Callable

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.store.accounts import housekeeping, sessions
from fsplug.store.accounts.sessions import Session
from fsplug.store.audit import trail
from fsplug.store.calls import ledger, overview
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import actors
from fsplug.store.recordings import deletions, playbacks, waveforms
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import recorded_call

REC = "a-rec"


@pytest.fixture
def anna(console: Console) -> str:
    """The cookie of Anna, a superuser, whose call was recorded."""
    ledger.apply(console.store, recorded_call("a"))
    console.made()
    return sessions.begin(console.store, ACME, "1001", "192.0.2.1", "Firefox")


def _session(console: Console, token: str) -> tuple[Session, Actor]:
    session = sessions.find(console.store, token)
    assert session is not None
    return session, actors.actor(console.store, session.company, session.username)


def _begin(console: Console, token: str, reason: str = "") -> None:
    playbacks.begin(console.store, *_session(console, token), REC, reason)


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises((Refused, Invalid)) as refused:
        act()
    return refused.value.code


def test_one_press_is_one_entry_however_often_it_is_asked_for(console: Console, anna: str) -> None:
    _begin(console, anna)
    for _ in range(5):
        assert playbacks.playing(console.store, anna, REC).id == REC
    [entry] = trail.plays(console.store, ACME, REC)
    assert (entry.actor, entry.subject, "1001" in entry.people) == ("1001@acme.example", REC, True)
    _begin(console, anna)
    assert len(trail.plays(console.store, ACME, REC)) == 2


def test_nothing_is_heard_before_play_is_pressed_nor_in_another_session(console: Console, anna: str) -> None:
    store = console.store
    assert _refusal(lambda: playbacks.playing(store, anna, REC)) == "not-hearing"
    _begin(console, anna)
    other = sessions.begin(store, ACME, "1001", "192.0.2.2", "Safari")
    for token in (other, "", "x" * 43):
        assert _refusal(lambda token=token: playbacks.playing(store, token, REC)) == "not-hearing"
    assert _refusal(lambda: playbacks.playing(store, anna, "b-rec")) == "not-hearing"


def test_it_ends_after_four_hours(console: Console, anna: str) -> None:
    _begin(console, anna)
    for _ in range(16):
        console.clock.turn(14 * 60)
        assert sessions.find(console.store, anna), "she does something else meanwhile, which keeps her signed in"
        assert playbacks.playing(console.store, anna, REC)
    console.clock.turn(16 * 60)
    assert _refusal(lambda: playbacks.playing(console.store, anna, REC)) == "not-hearing"


def test_playing_alone_ends_with_the_session_that_nobody_uses(console: Console, anna: str) -> None:
    _begin(console, anna)
    console.clock.turn(29 * 60)
    assert playbacks.playing(console.store, anna, REC)
    console.clock.turn(2 * 60)
    assert _refusal(lambda: playbacks.playing(console.store, anna, REC)) == "not-hearing"


def test_a_clock_that_was_put_back_far_ends_it(console: Console, anna: str) -> None:
    console.clock.turn(1_000)
    _begin(console, anna)
    console.clock.turn(-900)
    assert _refusal(lambda: playbacks.playing(console.store, anna, REC)) == "not-hearing"


def test_it_ends_when_the_session_does(console: Console, anna: str) -> None:
    _begin(console, anna)
    sessions.end_all(console.store, ACME, "1001", "root")
    assert _refusal(lambda: playbacks.playing(console.store, anna, REC)) == "not-hearing"


def test_it_ends_with_the_role(console: Console, anna: str) -> None:
    _begin(console, anna)
    console.give("1001", role="none")
    assert _refusal(lambda: playbacks.playing(console.store, anna, REC)) in ("not-hearing", "not-allowed")


def test_who_is_left_with_their_own_hears_others_no_more(console: Console, anna: str) -> None:
    bo = console.made("1002", "bo@acme.example", "superuser")
    token = sessions.begin(console.store, ACME, bo, "192.0.2.2", "Firefox")
    _begin(console, token)
    assert playbacks.playing(console.store, token, REC)
    console.give(bo, role="my-console")
    assert _refusal(lambda: playbacks.playing(console.store, token, REC)) == "not-hearing"


def test_it_ends_when_the_recording_is_deleted(console: Console, anna: str) -> None:
    _begin(console, anna)
    deletions.delete(console.store, ACME, [REC], _session(console, anna)[1])
    assert _refusal(lambda: playbacks.playing(console.store, anna, REC)) == "not-hearing"
    assert _refusal(lambda: _begin(console, anna)) == "unknown-recording"


def test_where_the_company_asks_for_it_there_is_no_playing_without_a_reason(console: Console, anna: str) -> None:
    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "playback_reason": True})

    edit(console.store, ACME, "operator", change)
    for typed in ("", "  \n "):
        assert _refusal(lambda typed=typed: _begin(console, anna, typed)) == "reason-wanted"
    assert trail.plays(console.store, ACME, REC) == []
    _begin(console, anna, " a complaint\r\nof today\0 ")
    [entry] = trail.plays(console.store, ACME, REC)
    assert entry.facts["reason"] == "a complaint of today\N{REPLACEMENT CHARACTER}"


def test_a_reason_of_ten_thousand_characters_is_refused(console: Console, anna: str) -> None:
    assert _refusal(lambda: _begin(console, anna, "x" * 10_000)) == "reason-too-long"
    _begin(console, anna, "x" * 300)


def test_plays_are_listed_for_this_recording_of_this_company_and_to_those_it_is_about(
    console: Console, anna: str
) -> None:
    ledger.apply(console.store, recorded_call("b"))
    _begin(console, anna)
    assert len(trail.plays(console.store, ACME, REC, "1001")) == 1
    assert trail.plays(console.store, ACME, REC, "1003") == []
    assert trail.plays(console.store, ACME, "b-rec") == trail.plays(console.store, BETA, REC) == []


def test_other_acts_on_the_recording_are_no_plays(console: Console, anna: str) -> None:
    trail.add(console.store, ACME, "root", "share", REC, ["1001"])
    trail.add(console.store, ACME, "customer@outside.example", "share-play", REC, ["1001"])
    _begin(console, anna)
    assert [entry.act for entry in trail.plays(console.store, ACME, REC)] == ["play", "share-play"]


def test_with_a_destroyed_recording_goes_its_waveform(console: Console, anna: str) -> None:
    store = console.store
    waveforms.keep(store, REC, [[1]])
    deletions.delete(store, ACME, [REC], _session(console, anna)[1])
    assert waveforms.find(store, REC), "it may be undone still"
    console.clock.turn(deletions.UNDO_SECONDS + 1)
    deletion = deletions.get(store, ACME, REC)
    assert deletions.begin(store, deletion)
    deletions.destroyed(store, deletion)
    assert waveforms.find(store, REC) is None
    waveforms.keep(store, REC, [[1]])
    assert waveforms.find(store, REC) is None, "one that was still being made comes too late"
    assert overview.recorded_bytes(store, ACME, 0.0) == 0, "and its room is free"
    assert overview.growth(store, ACME, deletion.at).freed > 0


def test_playing_of_long_ago_is_forgotten(console: Console, anna: str) -> None:
    _begin(console, anna)
    housekeeping.delete_old(console.store)
    assert console.store.row("SELECT COUNT(*) FROM playback") == (1,)
    console.clock.turn(3 * 86_400)
    housekeeping.delete_old(console.store)
    assert console.store.row("SELECT COUNT(*) FROM playback") == (0,)


def test_a_waveform_is_kept_as_it_was_made_and_goes_with_the_recording(console: Console) -> None:
    heights = [[0, 1, 254, 255], [7, 8, 9, 10]]
    waveforms.keep(console.store, REC, heights)
    waveforms.keep(console.store, REC, [[1]])
    assert waveforms.find(console.store, REC) == heights
    assert waveforms.find(console.store, "b-rec") is None
    waveforms.forget(console.store, REC)
    assert waveforms.find(console.store, REC) is None
