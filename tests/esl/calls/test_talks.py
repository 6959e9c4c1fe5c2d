"""Which legs talked, in every order of answers and hangups, also while fsplug was away."""

import pytest

from fsplug.store.calls import calls
from tests.esl.calls.wholetalk import RECORDED, assert_one_whole_recording
from tests.esl.story import ACME, BETA, ENDED, START, bridge, started, stopped, talk_begins, talk_ends, without


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


def test_another_companys_user_is_nobody_of_this_one_and_their_own_company_decides(story):
    story.asks("1001")
    story.receives(
        (9.0, "B1001", "CHANNEL_ANSWER", {"fsplug_company": BETA, "fsplug_call": "other"}),
        (9.0, "A", "CHANNEL_BRIDGE", bridge()),
    )
    assert (story.verdicts(), story.verdicts(BETA)) == ([], RECORDED)
    assert [call.answered_at for call in calls.listed(story.store, ACME)] == [START + 9.0]


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
