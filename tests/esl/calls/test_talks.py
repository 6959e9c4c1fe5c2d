"""Events as the switch tells them, lost, doubled and out of order, and the rows they must end in (F15 to F20)."""

import itertools

import pytest

from fsplug.store.recordings import recordings
from tests.esl.story import (
    ACME,
    BETA,
    ENDED,
    Story,
    a_whole_call,
    bridge,
    started,
    stopped,
    talk_begins,
    talk_ends,
    without,
)


@pytest.fixture
def story(tmp_path):
    return Story(tmp_path)


RECORDED = [(True, "department-policy", "1001")]


def assert_one_whole_recording(story, recording):
    story.until(60)
    assert story.verdicts() == RECORDED
    assert story.recordings() == {recording: "stopped"}
    assert (story.gaps(), story.open_calls(), story.rejects()) == ([], [], [])
    assert (story.book.calls, story.book.channels, story.book.recordings) == ({}, {}, {})


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


def test_an_answer_and_a_hangup_within_20_ms_are_a_decision_though_no_bridge_was_reported(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(
        (9.00, "B1001", "CHANNEL_ANSWER"),
        (9.01, "B1001", "RECORD_START", started(recording)),
        (9.02, "B1001", "RECORD_STOP", stopped(recording)),
        (9.02, "B1001", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "A"}),
        (9.02, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "B1001"}),
    )
    assert_one_whole_recording(story, recording)


def test_a_leg_that_lost_the_race_is_no_talk_and_its_file_goes(story):
    story.asks("1001,1002", fsplug_group="2001")
    lost, won = story.recording_of("1002"), story.recording_of("1001")
    story.spool.files = {lost, won}
    story.receives(
        (8.99, "B1002", "CHANNEL_ANSWER"),
        (8.99, "B1002", "RECORD_START", started(lost)),
        *talk_begins(won),
        (9.03, "B1002", "RECORD_STOP", stopped(lost)),
        (9.03, "B1002", "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "LOSE_RACE"}),
        *talk_ends(won),
    )
    story.until(60)
    assert story.verdicts() == [(True, "group-always", "1001")]
    assert story.recordings() == {won: "stopped"}
    assert story.spool.files == {won}


@pytest.mark.parametrize("first", ["A", "B1001"])
def test_a_caller_who_hangs_up_before_the_bridge_but_was_answered_has_talked(story, first):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files = {recording}
    of_caller = (9.02, "A", "CHANNEL_HANGUP_COMPLETE", ENDED)
    bridged = {"Hangup-Cause": "ORIGINATOR_CANCEL", "bridge_uuid": "A"}
    of_answerer = (9.02, "B1001", "CHANNEL_HANGUP_COMPLETE", {**ENDED, **bridged})
    story.receives(
        *without("CHANNEL_BRIDGE", talk_begins(recording)),
        (9.02, "B1001", "RECORD_STOP", stopped(recording)),
        *([of_caller, of_answerer] if first == "A" else [of_answerer, of_caller]),
    )
    assert_one_whole_recording(story, recording)


@pytest.mark.parametrize("before", ["ringing", "answered"])
def test_a_phone_that_answers_a_caller_who_has_gone_is_no_talk(story, before):
    story.asks("1001", **{"Answer-State": before})
    recording = story.recording_of("1001")
    story.spool.files = {recording}
    story.receives(
        (9.0, "B1001", "CHANNEL_ANSWER"),
        (9.0, "B1001", "RECORD_START", started(recording)),
        (9.02, "B1001", "RECORD_STOP", stopped(recording)),
        (9.02, "A", "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "ORIGINATOR_CANCEL", "Answer-State": "hangup"}),
        (9.02, "B1001", "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "ORIGINATOR_CANCEL", "Answer-State": "hangup"}),
    )
    story.until(60)
    assert (story.verdicts(), story.recordings(), story.spool.files) == ([], {}, set())


def test_a_caller_who_gives_up_leaves_no_decision_and_nothing_in_the_picture(story):
    story.asks("1001")
    story.receives(
        (5.0, "A", "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "ORIGINATOR_CANCEL", "Answer-State": "hangup"})
    )
    story.until(60)
    assert (story.verdicts(), story.recordings(), story.open_calls()) == ([], {}, [])
    assert (story.book.calls, story.book.channels, story.book.recordings) == ({}, {}, {})


def test_a_recording_that_the_switch_never_began_is_started_and_if_that_fails_is_a_gap(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*without("RECORD_START", talk_begins(recording)))
    story.until(10)
    assert story.switch.commands == [("start", "B1001", recording)]
    story.until(15)
    assert (story.recordings(), story.gaps()) == ({recording: "lost"}, ["start-failed"])


def test_a_fail_closed_call_that_cannot_be_recorded_is_hung_up(story):
    marks = {"fsplug_company": BETA}
    story.asks("1001", **marks)
    story.receives((9.0, "B1001", "CHANNEL_ANSWER", marks), (9.0, "A", "CHANNEL_BRIDGE", {**bridge(), **marks}))
    story.until(15)
    assert story.gaps(BETA) == ["start-failed"]
    assert story.switch.commands[-1] == ("hang up", "B1001", "DESTINATION_OUT_OF_ORDER")


def test_a_recording_the_switch_ends_during_the_talk_is_a_gap_and_is_followed_by_another(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files = {recording}
    story.receives(
        *talk_begins(recording),
        (
            14.0,
            "B1001",
            "RECORD_STOP",
            {**stopped(recording), "Answer-State": "answered", "Record-Completion-Cause": "uri-failure"},
        ),
    )
    story.until(14.1)
    [(_, leg, follower)] = story.switch.commands
    assert (leg, story.gaps()) == ("B1001", ["stopped-early"])
    story.receives(
        (14.2, "B1001", "RECORD_START", started(follower)),
        (20.0, "B1001", "RECORD_STOP", stopped(follower)),
        *without("RECORD_STOP", talk_ends(recording)),
    )
    story.until(60)
    assert story.recordings() == {recording: "stopped", follower: "stopped"}


@pytest.mark.parametrize("restarted", [False, True])
def test_what_follows_a_recording_on_the_partner_s_leg_has_the_same_person_on_the_left(story, restarted):
    """1001, whose leg was answered before, calls out: recorded on the trunk's leg, with the channels swapped."""
    calls_out = {"fsplug_user": "1001", "Answer-State": "answered"}
    story.asks("trunk", **calls_out)
    recording = story.recording_of("trunk")
    story.spool.files = {recording}
    pair = bridge("A", "Btrunk")
    story.receives(
        (9.0, "Btrunk", "CHANNEL_ANSWER"),
        (9.0, "Btrunk", "RECORD_START", started(recording)),
        (9.02, "A", "CHANNEL_BRIDGE", {**pair, **calls_out}),
    )
    if restarted:
        legs = [story.event("A", "DUMP", **calls_out), story.event("Btrunk", "DUMP")]
        story.switch.live, story.switch.bridged = {one.uuid: one for one in legs}, [("A", "Btrunk")]
        story.start_again()
    else:
        ended = {**stopped(recording), "Answer-State": "answered", "Record-Completion-Cause": "uri-failure"}
        story.receives((14.0, "Btrunk", "RECORD_STOP", ended))
    story.until(14.1)
    assert [command[:2] for command in story.switch.commands if "start" in command[0]] == [("start swapped", "Btrunk")]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("stays", ["B1001", "A"])
def test_what_records_the_rest_of_a_talk_is_stopped_with_that_talk(story, stays, restarted):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files = {recording}
    cut_short = {**stopped(recording), "Answer-State": "answered", "Record-Completion-Cause": "success-maxtime"}
    story.receives(*talk_begins(recording), (14.0, "B1001", "RECORD_STOP", cut_short))
    story.until(14.1)
    [(_, _, follower)] = story.switch.commands
    story.receives((14.2, "B1001", "RECORD_START", started(follower)))
    if restarted:
        story.spool.files.add(follower)
        story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
        story.switch.bridged = [("A", "B1001")]
        story.switch.records = {("B1001", f"/spool/{follower}.wav")}
        story.start_again()
    story.receives(
        (18.0, "B1002", "CHANNEL_ANSWER"),
        (18.0, "A", "CHANNEL_UNBRIDGE", bridge()),
        (18.02, stays, "CHANNEL_BRIDGE", bridge(stays, "B1002")),
    )
    story.until(18.1)
    assert ("stop", "B1001", follower) in story.switch.commands


def test_a_call_that_came_while_fsplug_was_away_is_decided_late_and_its_beginning_is_a_gap(story):
    answered = {"Caller-Channel-Answered-Time": "1800000002000000"}
    story.switch.live = {
        "A": story.event("A", "CHANNEL_DATA", **answered),
        "B1001": story.event("B1001", "CHANNEL_DATA", **answered),
    }
    story.switch.bridged = [("A", "B1001")]
    story.until(10)
    story.reconciler.look()
    story.until(11.5)
    [(act, leg, recording)] = story.switch.commands
    assert (act, leg) == ("start", "B1001")
    story.receives((11.7, "B1001", "RECORD_START", started(recording)))
    assert story.verdicts() == RECORDED
    assert (story.recordings(), story.gaps()) == ({recording: "recording"}, ["began-late"])


def test_an_excluded_caller_who_came_while_fsplug_was_away_opens_no_file(story):
    doctor = {"Caller-Caller-ID-Number": "0045 22 33 44 99"}
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA", **doctor) for leg in ("A", "B1001")}
    story.switch.bridged = [("A", "B1001")]
    story.reconciler.look()
    story.until(60)
    assert story.verdicts() == [(False, "excluded-number", "1001")]
    assert story.switch.commands == []


def test_when_a_leg_goes_on_to_talk_with_somebody_else_its_recording_stops_and_the_new_talk_is_decided(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(
        *talk_begins(recording),
        (12.0, "B1003", "CHANNEL_ANSWER", {"fsplug_call": "elsewhere"}),
        (12.1, "B1001", "CHANNEL_BRIDGE", bridge("B1001", "B1003")),
    )
    story.until(12.2)
    assert ("stop", "B1001", recording) in story.switch.commands
    assert story.verdicts()[1][:2] == (True, "department-policy")


def test_another_companys_leg_is_nobody_of_this_one(story):
    story.asks("1001")
    story.receives(
        (9.0, "B1001", "CHANNEL_ANSWER", {"fsplug_company": BETA, "fsplug_call": "other"}),
        (9.0, "A", "CHANNEL_BRIDGE", bridge()),
    )
    assert story.verdicts() == [(False, "no-policy", None)]
    assert story.verdicts(BETA) == []


def test_a_switch_that_started_again_has_none_of_the_calls_and_each_is_ended_and_its_file_kept(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*talk_begins(recording))
    story.reconciler.look()
    story.until(13)
    story.reconciler.look()
    story.until(60)
    assert story.recordings() == {recording: "stopped"}
    assert (story.open_calls(), story.book.channels) == ([], {})


def test_legs_that_are_none_of_ours_are_not_taken_in(story):
    foreign = {"fsplug_company": "", "fsplug_call": "", "fsplug_leg": "", "fsplug_user": ""}
    story.receives((1.0, "A", "CHANNEL_BRIDGE", {**bridge("A", "B1001"), **foreign}))
    story.until(60)
    assert story.verdicts(ACME) == []


def test_the_same_two_who_part_and_meet_again_are_decided_again_and_no_file_is_written_twice(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(
        *talk_begins(recording),
        (12.0, "A", "CHANNEL_UNBRIDGE", bridge()),
        (12.2, "B1001", "RECORD_STOP", {**stopped(recording), "Answer-State": "answered"}),
        (15.0, "A", "CHANNEL_BRIDGE", bridge()),
    )
    story.until(15.1)
    assert story.switch.commands[0] == ("stop", "B1001", recording)
    [(_, leg, second)] = story.switch.commands[1:]
    assert (leg, second != recording) == ("B1001", True)
    assert (story.verdicts(), story.gaps()) == (RECORDED * 2, [])


def test_a_recording_whose_end_was_not_reported_has_no_talk_length(story):
    story.asks("1001")
    story.receives(*talk_begins(story.recording_of("1001")))
    story.reconciler.look()
    story.until(40)
    story.reconciler.look()
    story.until(60)
    [stop] = [entry for entry in story.entries if entry.kind == "recording-stopped"]
    assert (stop.cause, stop.talk_seconds) == ("end-unseen", None)


def test_a_file_is_not_reported_as_stalled_for_the_time_the_switch_was_away(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*talk_begins(recording))
    story.spool.stalled = {recording: 4096}
    story.growth.rest()
    story.growth.look()
    assert story.gaps() == []


def codec(rate):
    return {"Channel-Read-Codec-Rate": rate}


@pytest.mark.parametrize("rates", [("16000",), ("16000", "16000"), ("8000", "16000")])
def test_a_phone_that_changes_its_codec_is_recorded_on_in_another_file_at_the_new_rate(story, rates):
    story.asks("1001")
    recording = story.recording_of("1001")
    answer, begun, *rest = talk_begins(recording)
    story.receives(answer, (*begun[:3], {**begun[3], **codec("8000")}), *rest)
    story.receives(*((12.0, "B1001", "CODEC", codec(rate)) for rate in rates))
    story.until(12.01)
    assert story.switch.commands == [("stop", "B1001", recording)]
    ended = {**stopped(recording), "Answer-State": "answered", "Record-Completion-Cause": "success-maxtime"}
    story.receives((12.02, "B1001", "RECORD_STOP", ended))
    story.until(12.03)
    [_, (act, leg, follower)] = story.switch.commands
    assert (act, leg) == ("start", "B1001")
    story.receives(
        (12.05, "B1001", "RECORD_START", {**started(follower), **codec("16000")}),
        (14.0, "B1001", "CODEC", codec("16000")),
        *talk_ends(follower),
    )
    story.until(60)
    assert story.recordings() == {recording: "stopped", follower: "stopped"}
    assert {one.user for one in recordings.listed(story.store, ACME)} == {"1001"}
    assert (story.gaps(), story.open_calls(), story.rejects()) == ([], [], [])
    assert story.book.recordings == {}


def test_a_codec_of_the_same_rate_changes_nothing_in_a_recording(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    answer, begun, *rest = talk_begins(recording)
    story.receives(answer, (*begun[:3], {**begun[3], **codec("8000")}), *rest, (12.0, "B1001", "CODEC", codec("8000")))
    story.receives(*talk_ends(recording))
    assert_one_whole_recording(story, recording)
    assert story.switch.commands == []
