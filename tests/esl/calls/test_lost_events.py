"""Events lost, doubled and out of order, and the rows they must end in; what no event reported is found by looking."""

import itertools

import pytest

from tests.esl.calls.wholetalk import RECORDED, assert_one_whole_recording
from tests.esl.story import ENDED, a_whole_call, bridge, stopped, talk_begins, talk_ends, without


def test_a_call_that_goes_as_it_should_is_one_decision_and_one_recording(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*a_whole_call(recording))
    assert_one_whole_recording(story, recording)
    assert story.switch.commands == []


@pytest.mark.parametrize("doubled", range(8))
def test_an_event_that_comes_twice_counts_once(story, doubled):
    story.asks("1001")
    recording = story.recording_of("1001")
    lines = a_whole_call(recording)
    story.receives(*lines[: doubled + 1], *lines[doubled:])
    assert_one_whole_recording(story, recording)


@pytest.mark.parametrize("lost", ["CHANNEL_ANSWER", "RECORD_STOP", "CHANNEL_UNBRIDGE"])
def test_an_event_that_is_lost_changes_nothing_in_the_end(story, lost):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.switch.live["B1001"] = story.event("B1001", "CHANNEL_DATA")
    story.receives(*without(lost, a_whole_call(recording)))
    assert_one_whole_recording(story, recording)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[1:])
def test_the_first_four_events_may_come_in_any_order(story, order):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.switch.live["B1001"] = story.event("B1001", "CHANNEL_DATA")
    at_once = [(9.0, *event) for _, *event in talk_begins(recording)]
    story.receives(*[at_once[place] for place in order], *talk_ends(recording))
    assert_one_whole_recording(story, recording)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[1:])
def test_the_last_four_events_may_come_in_any_order(story, order):
    story.asks("1001")
    recording = story.recording_of("1001")
    ends = talk_ends(recording)
    story.receives(*talk_begins(recording), *[ends[place] for place in order])
    assert_one_whole_recording(story, recording)


def test_a_bridge_that_no_event_reported_is_found_by_looking(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*without("CHANNEL_BRIDGE", talk_begins(recording)))
    story.switch.bridged = [("A", "B1001")]
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
    story.reconciler.look()
    assert story.verdicts() == []
    story.until(11)
    assert story.verdicts() == RECORDED
    story.receives(*talk_ends(recording))
    assert_one_whole_recording(story, recording)


def _attended(story):
    """A talks to B1001, and then to B1003: 1001's phone connects the two. The recording that runs at the end."""
    story.asks("1001")
    first = story.recording_of("1001")
    story.receives(*talk_begins(first), (12.0, "B1003", "CHANNEL_ANSWER", {"fsplug_call": "elsewhere"}))
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001", "B1003")}
    return first


def _connected(first):
    return [
        (14.0, "B1001", "RECORD_STOP", stopped(first)),
        (14.0, "A", "CHANNEL_UNBRIDGE", bridge()),
        (14.0, "B1001", "CHANNEL_HANGUP_COMPLETE", ENDED),
        (14.02, "A", "CHANNEL_BRIDGE", bridge("A", "B1003")),
    ]


@pytest.mark.parametrize("looks", [(13.95, 14.1), (14.05, 14.15), (14.01, 14.25), (14.1,), (13.0, 14.1), (12.0, 14.05)])
def test_a_list_that_is_behind_the_events_changes_nothing(story, looks):
    first = _attended(story)
    story.switch.bridged = [("A", "B1001")]
    acts = sorted(
        [*((at, None) for at in looks), *((line[0], line) for line in _connected(first))], key=lambda act: act[0]
    )
    for at, line in acts:
        story.until(at)
        if line is None:
            story.reconciler.look()
        else:
            story.receives(line)
    story.until(14.3)
    story.switch.bridged = [("A", "B1003")]
    story.switch.live.pop("B1001")
    story.until(30)
    assert len(story.verdicts()) == 2
    assert story.book.channels["A"].partner == "B1003"
    assert [command[:2] for command in story.switch.commands] == [("start at once", "B1003")]


def test_what_a_first_look_found_is_dropped_when_an_event_says_otherwise(story):
    first = _attended(story)
    story.switch.bridged = [("A", "B1003")]
    story.until(13)
    story.reconciler.look()
    story.until(13.5)
    story.receives((13.5, "A", "CHANNEL_BRIDGE", bridge()))
    story.until(14.0)
    assert story.book.channels["A"].partner == "B1001"
    story.switch.bridged = [("A", "B1001")]
    story.until(20)
    assert (story.verdicts(), story.switch.commands) == (RECORDED, [])
    assert first in story.book.recordings


def test_a_record_start_that_is_not_reported_is_found_by_asking_and_nothing_is_started_twice(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    lines = without("RECORD_START", a_whole_call(recording))
    story.switch.records = {("B1001", f"/spool/{recording}.wav")}
    story.receives(*lines)
    assert_one_whole_recording(story, recording)
    assert story.switch.commands == []
