"""How fast audio is sent: much at once, and then faster than it is played and no faster."""

import pytest

from fsplug.policy.access.plays import is_unusual, needs_step_up
from fsplug.policy.pacing import OF_LISTENER, OF_REQUEST, Pace, PaceTerms


def _seconds_for(pace: Pace, audio_seconds: float, block: float, now: float = 0.0) -> float:
    """How long it takes to be sent so much audio in blocks of so many seconds."""
    sent = 0.0
    while sent < audio_seconds:
        now += pace.wait_seconds(now)
        pace.sent(block, now)
        sent += block
    return now


def test_the_first_part_is_sent_at_once() -> None:
    assert _seconds_for(Pace(OF_LISTENER, 0.0), OF_LISTENER.at_once, 2.0) == 0.0


def test_an_hour_is_sent_as_fast_as_a_player_needs_it_at_twice_the_speed_and_hardly_faster() -> None:
    hour = 3_600.0
    took = _seconds_for(Pace(OF_LISTENER, 0.0), hour, 2.0)
    assert took < hour / 2, "a player at twice the speed never waits"
    assert took > (hour - OF_LISTENER.at_once) / 2.6


def test_what_is_not_used_is_given_back_and_no_more_than_that() -> None:
    pace = Pace(PaceTerms(10.0, 2.0), 0.0)
    pace.sent(30.0, 0.0)
    assert pace.wait_seconds(0.0) == 10.0
    assert pace.wait_seconds(10.1) == 0.0 and not pace.is_full(10.1)
    assert pace.is_full(15.0)
    pace.sent(10.0, 1_000_000.0)
    assert pace.wait_seconds(1_000_000.0) > 0.0, "an hour of silence is no credit of an hour"


def test_who_seeks_every_two_seconds_for_a_minute_never_waits() -> None:
    listener = Pace(OF_LISTENER, 0.0)
    for seek in range(30):
        request, now = Pace(OF_REQUEST, 2.0 * seek), 2.0 * seek
        assert max(listener.wait_seconds(now), request.wait_seconds(now)) == 0.0
        listener.sent(OF_REQUEST.at_once, now)


@pytest.mark.parametrize(
    ("plays", "is_told", "is_asked"),
    [(0, False, False), (19, False, False), (20, False, True), (40, False, True), (41, True, True)],
)
def test_a_person_is_asked_before_others_are_told(plays: int, is_told: bool, is_asked: bool) -> None:
    assert (is_unusual(plays, 40), needs_step_up(plays, 40)) == (is_told, is_asked)


def test_with_the_smallest_threshold_the_first_play_is_free() -> None:
    assert not needs_step_up(0, 1) and needs_step_up(1, 1)
