"""The recording of a talk that the switch never begins, ends too early or goes on with: begun anew, stopped, a gap."""

import pytest

from fsplug.store.recordings import recordings
from tests.esl.calls.wholetalk import assert_one_whole_recording
from tests.esl.story import ACME, BETA, bridge, started, stopped, talk_begins, talk_ends, without


def test_a_recording_that_the_switch_never_began_is_started_and_if_that_fails_is_a_gap(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*without("RECORD_START", talk_begins(recording)))
    story.until(10)
    assert story.switch.commands == [("start", "B1001", recording)]
    story.until(15)
    assert (story.recordings(), story.gaps()) == ({recording: "expected"}, ["start-failed"])
    story.receives(*without("RECORD_STOP", talk_ends(recording)))
    story.until(30)
    assert (story.recordings(), story.gaps()) == ({recording: "lost"}, ["start-failed"])


def test_a_recording_that_a_starved_switch_begins_after_all_is_kept_and_its_late_beginning_is_told(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*without("RECORD_START", talk_begins(recording)))
    story.until(15)
    story.spool.files = {recording}
    story.receives((15.0, "B1001", "RECORD_START", started(recording)))
    story.until(16)
    assert (story.recordings(), story.gaps()) == ({recording: "recording"}, ["began-late"])
    story.receives(*talk_ends(recording))
    story.until(30)
    assert (story.recordings(), story.gaps()) == ({recording: "stopped"}, ["began-late"])


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
