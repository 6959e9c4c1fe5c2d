"""Talks of which policy wants the first seconds only: the events, and every row of recording and gap they end in."""

from typing import Any

import pytest

from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.terms import OnFailure, Terms
from fsplug.store.calls import gaps
from fsplug.store.recordings import recordings
from tests.esl.story import ACME, ENDED, Story, a_whole_call, bridge, started, stopped
from tests.policysets import set_department_policy

LIMIT = 10
# Legs: A called in, B1001 is Anna's. Her recording begins at 9.0 and is to hold ten seconds.
FIRST = "first"


@pytest.fixture
def story(tmp_path):
    return limited(Story(tmp_path))


def limited(story, on_failure=OnFailure.OPEN):
    boxes = DepartmentPolicy("Sales", incoming=True, internal=True, terms=Terms(on_failure, max_seconds=LIMIT))
    set_department_policy(story.store, ACME, boxes, by="test")
    return story


def ended(recording, cause="success-maxtime", state="answered"):
    return {**stopped(recording), "Record-Completion-Cause": cause, "Answer-State": state}


def begun(story):
    """The call up to its talk; the id of its recording."""
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*a_whole_call(recording)[:4])
    story.spool.files = {recording}
    return recording


def hung_up(at):
    return [
        (at, "A", "CHANNEL_UNBRIDGE", bridge()),
        (at, "B1001", "CHANNEL_HANGUP_COMPLETE", ENDED),
        (at, "A", "CHANNEL_HANGUP_COMPLETE", ENDED),
    ]


def rows(story, **names):
    """(recording, state, cause, talk seconds, limit) of every recording, oldest first; and (recording, cause) of gaps.

    Ids are called as `names` call them.
    """
    story.write_down()
    called = {one: name for name, one in names.items()}
    found = sorted(recordings.listed(story.store, ACME), key=lambda one: (one.at, one.id))
    made: list[tuple[Any, ...]] = [
        (called.get(one.id, "next"), str(one.state), one.stop_cause, one.talk_seconds, one.terms.max_seconds)
        for one in found
    ]
    missing = [(called.get(one.recording, "next"), one.cause) for one in gaps.listed(story.store, ACME)]
    return made, missing


WHOLE = [(FIRST, "stopped", "limit-reached", None, LIMIT)]
ENDINGS = {
    "the switch ends it at the limit and the talk goes on": (
        lambda one: [(19.4, "B1001", "RECORD_STOP", ended(one)), *hung_up(60.0)],
        (WHOLE, []),
    ),
    "Anna holds over the limit: the switch ends it at her next frame": (
        lambda one: [(45.0, "B1001", "RECORD_STOP", ended(one)), *hung_up(60.0)],
        (WHOLE, []),
    ),
    "Anna holds over the limit, and the call ends so": (
        lambda one: [(45.0, "B1001", "RECORD_STOP", ended(one, "success-silence", "hangup")), *hung_up(45.0)],
        (WHOLE, []),
    ),
    "its end is not told": (
        lambda one: hung_up(60.0),
        (WHOLE, []),
    ),
    "its end is told twice": (
        lambda one: [
            (19.4, "B1001", "RECORD_STOP", ended(one)),
            (19.5, "B1001", "RECORD_STOP", ended(one)),
            *hung_up(60.0),
        ],
        (WHOLE, []),
    ),
    "the talk is over before the limit": (
        lambda one: [(14.0, "B1001", "RECORD_STOP", ended(one, "success-silence", "hangup")), *hung_up(14.0)],
        ([(FIRST, "stopped", "success-silence", 5.0, LIMIT)], []),
    ),
    "the disk is full at the limit": (
        lambda one: [(19.4, "B1001", "RECORD_STOP", ended(one, "uri-failure")), *hung_up(19.5)],
        ([(FIRST, "stopped", "uri-failure", pytest.approx(10.4), LIMIT)], [(FIRST, "stopped-early")]),
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_limited_recording_ends_in_these_rows(story, ending):
    recording = begun(story)
    told, expected = ENDINGS[ending]
    story.receives(*told(recording))
    story.until(100)
    assert rows(story, **{FIRST: recording}) == expected
    assert [one for one in story.switch.commands if one[0] != "mark"] == []
    assert (story.open_calls(), story.rejects(), story.book.recordings) == ([], [], {})


def test_the_leg_is_armed_with_a_second_more_for_the_switch_counts_whole_seconds(story):
    armed = story.asks("1001")["fsplug_arm_1001"]
    assert armed.startswith(f"record_session /spool/{story.recording_of('1001')}.wav +11 {{fsplug_recording%3D")


def test_without_a_limit_the_leg_is_armed_without_one(story):
    set_department_policy(story.store, ACME, DepartmentPolicy("Sales", incoming=True), by="test")
    armed = story.asks("1001")["fsplug_arm_1001"]
    assert armed.startswith(f"record_session /spool/{story.recording_of('1001')}.wav {{fsplug_recording%3D")


def test_a_recording_that_ends_too_soon_is_a_gap_and_goes_on_for_the_rest_of_its_limit(story):
    recording = begun(story)
    story.receives((13.0, "B1001", "RECORD_STOP", ended(recording)))
    story.until(13.1)
    [(act, leg, rest)] = story.switch.commands
    assert (act, leg) == ("start", "B1001")
    story.receives(
        (13.1, "B1001", "RECORD_START", started(rest)),
        (19.5, "B1001", "RECORD_STOP", ended(rest)),
        *hung_up(60.0),
    )
    story.until(100)
    made, missing = rows(story, **{FIRST: recording, "rest": rest})
    assert made == [
        (FIRST, "stopped", "success-maxtime", 4.0, LIMIT),
        ("rest", "stopped", "limit-reached", None, 6),
    ]
    assert missing == [(FIRST, "stopped-early")]


def test_where_no_call_goes_unrecorded_the_limit_hangs_nobody_up(tmp_path):
    story = limited(Story(tmp_path), OnFailure.CLOSED)
    recording = begun(story)
    story.receives((19.4, "B1001", "RECORD_STOP", ended(recording)), *hung_up(60.0))
    story.until(100)
    assert rows(story, **{FIRST: recording}) == (WHOLE, [])
    assert story.switch.commands == []


def test_a_file_that_stands_still_after_its_limit_is_no_gap(story):
    recording = begun(story)
    story.spool.stalled = {recording: 320_044}
    story.until(30.0)
    story.growth.look()
    story.receives((31.0, "B1001", "RECORD_STOP", ended(recording)), *hung_up(60.0))
    story.until(100)
    assert rows(story, **{FIRST: recording}) == (WHOLE, [])


def test_a_file_that_stands_still_before_its_limit_is_a_gap(story):
    recording = begun(story)
    story.spool.stalled = {recording: 44}
    story.spool.trouble = "spool-full: 0 bytes are left"
    story.switch.live = {"B1001": story.event("B1001", "CHANNEL_DATA")}
    story.until(17.0)
    story.growth.look()
    assert rows(story, **{FIRST: recording})[1] == [(FIRST, "write-stalled")]


def test_a_talk_after_a_transfer_is_recorded_for_its_own_first_seconds(story):
    recording = begun(story)
    story.receives(
        (19.4, "B1001", "RECORD_STOP", ended(recording)),
        (30.0, "A", "CHANNEL_UNBRIDGE", bridge()),
        (30.0, "A", "CHANNEL_HANGUP_COMPLETE", ENDED),
        (30.0, "B1003", "CHANNEL_ANSWER"),
        (30.02, "B1001", "CHANNEL_BRIDGE", bridge("B1001", "B1003")),
    )
    story.until(30.1)
    [(act, leg, second)] = story.switch.commands
    assert (act, leg) == ("start at once", "B1001")
    story.receives(
        (30.2, "B1001", "RECORD_START", started(second)),
        (40.5, "B1001", "RECORD_STOP", ended(second)),
        (60.0, "B1001", "CHANNEL_UNBRIDGE", bridge("B1001", "B1003")),
        (60.0, "B1001", "CHANNEL_HANGUP_COMPLETE", ENDED),
        (60.0, "B1003", "CHANNEL_HANGUP_COMPLETE", ENDED),
    )
    story.until(100)
    made, missing = rows(story, **{FIRST: recording, "second": second})
    assert made == [*WHOLE, ("second", "stopped", "limit-reached", None, LIMIT)]
    assert missing == []


AWAY = {
    # What of the call is told before fsplug is killed, when it is back, whether the switch still records, what follows.
    "it reached its limit meanwhile": (4, 40.0, False, [], WHOLE),
    "its begin was not told, and it reached its limit meanwhile": (1, 40.0, False, [], WHOLE),
    "it runs on and then reaches its limit": (4, 12.0, True, [(19.4, "RECORD_STOP")], WHOLE),
    "it runs on, and its end is not told": (4, 12.0, True, [], WHOLE),
}


@pytest.mark.parametrize("case", AWAY)
def test_restarted_in_mid_talk_fsplug_neither_starts_it_anew_nor_misses_anything(story, case):
    before, back_at, records, after, expected = AWAY[case]
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*[line for line in a_whole_call(recording)[:4] if before > 1 or line[2] != "RECORD_START"])
    story.spool.files = {recording}
    story.write_down()
    story.clock.now = story.clock.now - 9.02 + back_at
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
    story.switch.bridged = [("A", "B1001")]
    story.switch.records = {("B1001", f"/spool/{recording}.wav")} if records else set()
    story.start_again()
    story.receives(*[(at, "B1001", name, ended(recording)) for at, name in after], *hung_up(60.0))
    story.until(100)
    assert rows(story, **{FIRST: recording}) == (expected, [])
    assert story.switch.commands == []
    assert (story.open_calls(), story.rejects(), story.book.recordings) == ([], [], {})


def test_ended_too_soon_while_fsplug_was_away_it_goes_on_for_the_rest_of_its_limit(story):
    recording = begun(story)
    story.write_down()
    story.clock.now += 12.98 - 9.0
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
    story.switch.bridged = [("A", "B1001")]
    story.start_again()
    story.until(13.5)
    [(act, leg, rest)] = story.switch.commands
    assert (act, leg) == ("start", "B1001")
    made, missing = rows(story, **{FIRST: recording, "rest": rest})
    assert made == [(FIRST, "stopped", "end-unseen", None, LIMIT), ("rest", "expected", None, None, 6)]
    assert missing == []
