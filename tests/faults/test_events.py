"""Any events of a call lost, doubled or late: looking at the switch every few seconds makes up for them (F15-F17)."""

import itertools
from pathlib import Path

import pytest

from tests.esl.calls.test_witness_armed import settle
from tests.esl.story import Story, a_whole_call, started, stopped, talk_begins, talk_ends, without

LINES = range(8)
ANSWERED_AT, LOOK_SECONDS = 9.0, 3.0
# A usual talk, and one that is over before anything could be confirmed or found by looking.
TALKS = (11.0, 0.3)
LOST = [lost for count in (1, 2, 3, 8) for lost in itertools.combinations(LINES, count)]


@pytest.mark.parametrize("talk_seconds", TALKS)
@pytest.mark.parametrize("lost", LOST, ids=lambda lost: "".join(map(str, lost)))
def test_whichever_event_is_missing_there_is_one_decision_and_one_recording(
    lost: tuple[int, ...], talk_seconds: float, tmp_path: Path
) -> None:
    story = Story(tmp_path)
    story.asks("1001")
    recording = story.recording_of("1001")
    lines = _call(recording, talk_seconds)
    _tell(story, recording, [line for number, line in enumerate(lines) if number not in lost], talk_seconds)
    _is_true(story, recording)


@pytest.mark.parametrize("talk_seconds", TALKS)
@pytest.mark.parametrize("late", LINES)
@pytest.mark.parametrize("seconds", [1.0, 4.0, 14.0])
def test_an_event_may_come_late_and_a_second_time(
    late: int, seconds: float, talk_seconds: float, tmp_path: Path
) -> None:
    story = Story(tmp_path)
    story.asks("1001")
    recording = story.recording_of("1001")
    lines = _call(recording, talk_seconds)
    again = (lines[late][0] + seconds, *lines[late][1:])
    _tell(story, recording, sorted([*lines, again], key=lambda line: line[0]), talk_seconds)
    _is_true(story, recording)


def _call(recording: str, talk_seconds: float) -> list[tuple]:
    """A call that goes as it should, of this length."""
    ended_at = ANSWERED_AT + talk_seconds
    return [(min(line[0], ended_at), *line[1:]) for line in a_whole_call(recording)]


def _tell(story: Story, recording: str, lines: list[tuple], talk_seconds: float) -> None:
    """Tell these lines of a call that goes as it should, with looks at the switch between them."""
    looks = [ANSWERED_AT + LOOK_SECONDS * number for number in range(1, 10)]
    acts = [(line[0], 0, line) for line in lines] + [(at, 1, None) for at in looks]
    path = story.spool.path(recording)
    for at, _, line in sorted(acts, key=lambda act: act[:2]):
        story.until(at)
        talking = ANSWERED_AT <= at < ANSWERED_AT + talk_seconds
        story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001") if talking}
        story.switch.bridged = [("A", "B1001")] if talking else []
        story.switch.records = {("B1001", path)} if talking else set()
        story.spool.files = {recording} if at >= ANSWERED_AT else set()
        if line is not None:
            story.receives(line)
        else:
            story.reconciler.look()


def _is_true(story: Story, recording: str) -> None:
    story.until(120)
    # The switch's records, which come in any case, say who talked where no event did.
    story.write_down()
    settle(story)
    story.reconciler.look()
    story.reconciler.look()
    assert story.verdicts() == [(True, "department-policy", "1001")]
    assert story.recordings() == {recording: "stopped"}
    assert (story.gaps(), story.open_calls(), story.rejects()) == ([], [], [])
    assert (story.book.calls, story.book.channels, story.book.recordings) == ({}, {}, {})
    assert "start" not in [command for command, *_ in story.switch.commands]


@pytest.mark.parametrize("lost", [(), ("RECORD_START",), ("RECORD_STOP",), ("RECORD_START", "RECORD_STOP")])
def test_the_file_of_a_leg_that_answered_too_late_is_nobodys_and_goes(lost: tuple[str, ...], tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.asks("1001,1002")
    late, recording = story.recording_of("1002"), story.recording_of("1001")
    story.spool.files = {late, recording}
    lines = [
        (9.0, "B1002", "CHANNEL_ANSWER"),
        (9.0, "B1002", "RECORD_START", started(late)),
        (9.1, "B1002", "RECORD_STOP", stopped(late)),
        (9.1, "B1002", "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "LOSE_RACE", "Answer-State": "hangup"}),
    ]
    # They have talked for so short a time that the late one's end is not settled before the call's.
    call = [(min(line[0], 9.5), *line[1:]) for line in a_whole_call(recording)]
    story.receives(*sorted([line for line in lines if line[2] not in lost] + call, key=lambda line: line[0]))
    story.until(60)
    assert story.verdicts() == [(True, "department-policy", "1001")]
    assert story.recordings() == {recording: "stopped"}
    assert story.spool.files == {recording}
    assert (story.book.calls, story.book.channels, story.book.recordings) == ({}, {}, {})


def test_a_call_that_ends_while_fsplug_takes_it_up_again_leaves_no_gap(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.asks()
    recording = story.recording_of("1001")
    story.receives(*talk_begins(recording))
    story.spool.files = {recording}
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
    story.switch.bridged = [("A", "B1001")]
    story.start_again()
    story.switch.live, story.switch.bridged = {}, []
    story.receives(*without("RECORD_STOP CHANNEL_UNBRIDGE", talk_ends(recording)))
    story.until(60)
    assert story.recordings() == {recording: "stopped"}
    assert (story.gaps(), story.open_calls(), story.switch.commands) == ([], [], [])


def test_a_recording_that_begins_late_after_a_restart_is_reported_as_begun_late(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.asks()
    recording = story.recording_of("1001")
    # Its arm did not reach the switch: nothing is recorded when fsplug is killed.
    story.receives(*without("RECORD_START", talk_begins(recording)))
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
    story.switch.bridged = [("A", "B1001")]
    story.start_again()
    story.receives((10.5, "B1001", "RECORD_START", started(recording)))
    assert story.gaps() == ["began-late"]
