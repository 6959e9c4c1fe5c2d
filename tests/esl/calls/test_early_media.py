"""Who is called and sends sound before they answer (183) is connected at once; the talk begins with the answer.

time  leg  event           note
3.0   A    CHANNEL_BRIDGE  1001's phone, or the trunk, sends sound
9.0   B    CHANNEL_ANSWER  it answers; A is answered, and what is armed begins
"""

from pathlib import Path
from typing import Any

import pytest

from tests.esl.story import CUSTOMER, START, Story, bridge, started, talk_ends

EARLY = {"Answer-State": "early"}
EXCLUDED = {"Caller-Callee-ID-Number": "+4522334499"}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """1001 is called, and sends sound before any answer."""
    story = Story(tmp_path)
    story.asks("1001")
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA", **EARLY) for leg in ("A", "B1001")}
    story.switch.bridged = [("A", "B1001")]
    story.receives((3.0, "A", "CHANNEL_BRIDGE", {**bridge(), **EARLY}))
    story.until(8.0)
    return story


def _answers(story: Story, recording: str, **says: str) -> list[tuple[Any, ...]]:
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
    story.spool.files.add(recording)
    return [
        (9.0, "B1001", "CHANNEL_ANSWER", says),
        (9.0, "A", "CHANNEL_ANSWER"),
        (9.0, "B1001", "RECORD_START", {**started(recording), **says}),
    ]


def _call(story: Story) -> Any:
    story.write_down()
    [call] = story.calls()
    return call


def test_a_call_that_is_never_answered_has_no_talk_whatever_was_to_be_heard(story: Story) -> None:
    story.reconciler.look()
    story.until(12.0)
    story.reconciler.look()
    ended = {"Hangup-Cause": "ALLOTTED_TIMEOUT", "Answer-State": "hangup", "Caller-Channel-Bridged-Time": "1"}
    story.receives(
        (20.0, "A", "CHANNEL_UNBRIDGE", bridge()),
        (20.0, "B1001", "CHANNEL_HANGUP_COMPLETE", ended),
        (20.0, "A", "CHANNEL_HANGUP_COMPLETE", ended),
    )
    assert (story.verdicts(), story.recordings(), story.gaps()) == ([], {}, [])
    assert (_call(story).answered_at, _call(story).cause) == (None, "ALLOTTED_TIMEOUT")
    assert not [one for one in story.switch.commands if one[0] == "start"]


def test_the_talk_begins_with_the_answer_and_so_does_its_recording(story: Story) -> None:
    recording = story.recording_of("1001")
    story.receives(*_answers(story, recording))
    assert _call(story).answered_at == START + 9.0
    story.until(12.0)
    story.receives(*talk_ends(recording))
    assert (story.verdicts(), story.gaps()) == ([(True, "department-policy", "1001")], [])
    assert list(story.recordings()) == [recording]


def test_an_answer_that_names_an_excluded_number_counts_after_sound_too(story: Story) -> None:
    recording = story.recording_of("1001")
    story.receives(*_answers(story, recording, **EXCLUDED))
    assert recording not in story.spool.files
    assert story.verdicts() == [(False, "excluded-number", "1001")]


def test_an_answer_that_no_event_reported_is_found_by_looking(story: Story) -> None:
    recording = story.recording_of("1001")
    _answers(story, recording)
    for seconds in (9.0, 11.0):
        story.until(seconds)
        story.reconciler.look()
    assert story.verdicts() == [(True, "department-policy", "1001")]


def test_who_is_connected_with_somebody_else_before_they_answer_talks_to_them(story: Story) -> None:
    story.receives(
        (8.1, "A", "CHANNEL_UNBRIDGE", bridge()),
        (8.2, "A2", "CHANNEL_BRIDGE", {**bridge("A2"), "Caller-Caller-ID-Number": CUSTOMER}),
        (9.0, "B1001", "CHANNEL_ANSWER"),
    )
    story.until(10.0)
    story.write_down()
    assert [one.talk.split(":")[0] for one in story.decisions()] == ["A2"]
