"""fsplug killed and started again: the same calls, no second recording, none lost (B23, P3)."""

import pytest

from tests.esl.calls.test_witness_armed import settle
from tests.esl.flows import Flow
from tests.esl.story import ACME, CUSTOMER, ENDED, a_whole_call, bridge, started, stopped, talk_begins

RECORDED = [(True, "department-policy", "1001")]


def live(story, bridged=True, recording=None):
    """The switch still has the call."""
    story.switch.live = {leg: story.event(leg, "CHANNEL_DATA") for leg in ("A", "B1001")}
    story.switch.bridged = [("A", "B1001")] if bridged else []
    story.switch.records = {("B1001", f"/spool/{recording}.wav")} if recording else set()


@pytest.mark.parametrize("told_before", range(9))
def test_killed_after_any_event_the_call_ends_as_if_nothing_had_happened(story, told_before):
    story.asks("1001")
    recording = story.recording_of("1001")
    lines = a_whole_call(recording)
    story.receives(*lines[:told_before])
    if 2 <= told_before < 5:
        story.spool.files = {recording}
        live(story, bridged=told_before >= 4, recording=recording)
    elif told_before < 2:
        live(story, bridged=False, recording=recording if told_before else None)
    else:
        story.spool.files = {recording}
        story.switch.live = {}
    story.start_again()
    story.receives(*lines[told_before:])
    story.until(100)
    assert story.verdicts() == RECORDED
    assert story.recordings() == {recording: "stopped"}
    assert (story.open_calls(), story.rejects()) == ([], [])
    assert [command for command in story.switch.commands if command[0] == "start"] == []


def test_a_call_that_ended_meanwhile_is_settled_by_the_file_it_left_and_the_records_of_who_talked(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files = {recording}
    story.start_again()
    story.until(30)
    assert (story.verdicts(), story.open_calls()) == ([], ["A"])
    settle(story)
    story.reconciler.look()
    assert story.verdicts() == RECORDED
    assert (story.recordings(), story.open_calls()) == ({recording: "stopped"}, [])


def test_a_call_that_an_originated_leg_has_begun_ends_with_that_leg(story):
    phone = {"Caller-Destination-Number": "1001", "variable_fsplug_company": ACME, "variable_fsplug_user": "1001"}
    outside = {"Caller-Destination-Number": CUSTOMER, "variable_originator": "A"}
    both = {"Call-Direction": "outbound"}
    flow = Flow(story, {"A": {**both, **phone}, "B": {**both, **outside}})
    flow.begins("0.5 A ANSWER\n 1.0 B ANSWER\n 1.0 A BRIDGE A-B\n 1.2 A START")
    story.switch.bridged = [("A", "B")]
    story.switch.records = {("A", one.path) for one in story.book.recordings.values()}
    story.start_again()
    flow.plays("9.0 A STOP success-silence\n 9.0 A UNBRIDGE A-B\n 9.0 B HANGUP NORMAL\n 9.0 A HANGUP NORMAL")
    assert story.verdicts() == RECORDED
    assert (story.open_calls(), list(story.recordings().values())) == ([], ["stopped"])


def test_a_call_that_rang_in_vain_meanwhile_leaves_no_decision(story):
    story.asks("1001")
    story.start_again()
    story.until(30)
    assert (story.verdicts(), story.recordings(), story.open_calls()) == ([], {}, [])


def test_a_recording_that_had_stopped_meanwhile_is_followed_by_another_and_not_wiped(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*talk_begins(recording))
    story.spool.files = {recording}
    live(story)
    story.start_again()
    story.until(10)
    [(act, leg, follower)] = story.switch.commands
    assert (act, leg) == ("start", "B1001")
    assert follower != recording
    story.receives(
        (10.2, "B1001", "RECORD_START", started(follower)), (19.0, "B1001", "RECORD_STOP", stopped(follower))
    )
    assert story.recordings() == {recording: "stopped", follower: "stopped"}


def test_a_call_transferred_meanwhile_is_decided_anew_and_what_recorded_the_old_talk_stops(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*talk_begins(recording))
    story.spool.files = {recording}
    live(story, recording=recording)
    story.switch.live["B1003"] = story.event("B1003", "CHANNEL_DATA")
    story.switch.bridged = [("B1001", "B1003")]
    story.start_again()
    story.until(12)
    assert ("stop", "B1001", recording) in story.switch.commands
    assert len(story.verdicts()) == 2


def test_the_policy_version_of_the_call_outlives_the_restart(story):
    story.asks("1001")
    live(story, bridged=False)
    story.start_again()
    assert story.book.calls["A"].version == 1
    assert story.book.calls["A"].armed["1001"].recording == story.recording_of("1001")


def test_an_end_reported_after_the_restart_ends_the_call(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*talk_begins(recording))
    live(story, recording=recording)
    story.start_again()
    story.receives(
        (20.0, "B1001", "RECORD_STOP", stopped(recording)),
        (20.0, "A", "CHANNEL_UNBRIDGE", bridge()),
        (20.0, "B1001", "CHANNEL_HANGUP_COMPLETE", ENDED),
        (20.0, "A", "CHANNEL_HANGUP_COMPLETE", ENDED),
    )
    story.until(60)
    assert (story.open_calls(), story.book.channels, story.book.recordings) == ([], {}, {})


def test_after_a_restart_too_the_same_two_who_meet_again_get_a_file_of_their_own(story):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.receives(*talk_begins(recording), (12.0, "A", "CHANNEL_UNBRIDGE", bridge()))
    story.until(12.2)
    story.receives((12.2, "B1001", "RECORD_STOP", stopped(recording)))
    live(story, bridged=False)
    story.start_again()
    story.receives((15.0, "A", "CHANNEL_BRIDGE", bridge()))
    story.until(15.1)
    [(_, _, second)] = [command for command in story.switch.commands if command[0] == "start at once"]
    assert second != recording
    assert (story.verdicts(), story.rejects()) == (RECORDED * 2, [])


# fsplug notes a call, and dies before the switch has the variables that arm it. The looks that find its talk come at 0
# and at 1 s. What the switch sends then, and what is left: the recording's state and the causes of gaps.
UNARMED = "id3"
NOT_ARMED = [
    (
        "the recording begins",
        [
            (1.1, "B1001", "RECORD_START", started(UNARMED)),
            (20.0, "B1001", "RECORD_STOP", stopped(UNARMED)),
            (20.0, "A", "CHANNEL_UNBRIDGE", bridge()),
            (20.0, "B1001", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "A"}),
            (20.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "B1001"}),
        ],
        "stopped",
        [],
    ),
    (
        "the talk ends before that",
        [
            (1.1, "A", "CHANNEL_UNBRIDGE", bridge()),
            (1.1, "B1001", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "A"}),
            (1.1, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "B1001"}),
        ],
        "lost",
        ["ended-before-start"],
    ),
]


@pytest.mark.parametrize(
    ("lines", "state", "causes"), [row[1:] for row in NOT_ARMED], ids=[row[0] for row in NOT_ARMED]
)
def test_a_talk_that_was_not_armed_is_recorded_as_soon_as_it_is_found(story, lines, state, causes):
    story.asks("1001")
    assert story.recording_of("1001") == UNARMED
    live(story)
    story.start_again()
    story.until(1.0)
    assert story.switch.commands == [("start", "B1001", UNARMED)]
    story.receives(*lines)
    story.until(60)
    assert (story.recordings(), story.gaps(), story.open_calls()) == ({UNARMED: state}, causes, [])
    assert [command for command in story.switch.commands if command[0] == "start"] == [("start", "B1001", UNARMED)]


def test_a_leg_whose_caller_left_meanwhile_is_disarmed(story):
    story.asks("1001")
    live(story, bridged=False)
    del story.switch.live["A"]
    story.switch.live["B1001"] = story.event("B1001", "CHANNEL_DATA", **{"Answer-State": "ringing"})
    story.start_again()
    story.until(1)
    assert story.switch.commands == [("mark", "B1001", "execute_on_answer=")]


@pytest.mark.parametrize("partner", ["elsewhere", None])
def test_a_leg_that_answered_another_partner_meanwhile_keeps_no_recording(story, partner):
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files = {recording}
    live(story, bridged=False)
    del story.switch.live["A"]
    if partner:
        marks = {"fsplug_call": partner, "Caller-Caller-ID-Number": "+4522334499"}
        story.switch.live[partner] = story.event("A2", "CHANNEL_DATA", **marks, **{"Unique-ID": partner})
        story.switch.bridged = [(partner, "B1001")]
    story.start_again()
    story.until(10)
    assert ("stop", "B1001", recording) in story.switch.commands
    assert (story.spool.files, story.recordings(), story.gaps()) == (set(), {}, ["not-ordered"])
    assert [record for record, _, _ in story.verdicts()] == ([False] if partner else [])
