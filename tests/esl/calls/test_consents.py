"""What a leg tells of consents becomes rows, and decides: nothing is recorded of whoever was asked and said no yes."""

from typing import Any

import pytest

from fsplug.esl.calls.records import leg_record
from fsplug.policy.consent import played
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.terms import Announce, Terms
from fsplug.store.calls import consents
from tests.esl.calls.legrecords import encoded, raw
from tests.esl.story import ACME, CUSTOMER, ENDED, START, Story, bridge
from tests.policysets import set_department_policy

AT = int(START) - 6
HASHES = ("ab" * 32, "cd" * 32)
ASKED = f"/{AT}:{ACME}:ivr.3001:da+en:{'+'.join(HASHES)}:1"
YES, NO, SILENCE = f"{ASKED}:1:{AT + 4}", f"{ASKED}:2:{AT + 4}", f"{ASKED}::{AT + 5}"

Row = tuple[str, str, str, str | None, str, str, float, float | None]


def rows(story: Story) -> list[Row]:
    """(id, call, number, user, key, result, from, to) of every row."""
    story.write_down()
    found = reversed(consents.listed(story.store, ACME))
    return [(one.id, one.call, one.number, one.user, one.pressed, one.result, one.at, one.until) for one in found]


def row(key: str, result: str, until: float | None, at: float = AT, number: int = 0) -> Row:
    return (f"A-consent-{number}", "A", CUSTOMER, None, key, result, at, until)


@pytest.mark.parametrize(
    ("noted", "group", "armed", "verdict", "written"),
    [
        (YES, "2001", True, (True, "group-always", "1001"), [row("1", "yes", AT + 4)]),
        (NO, "2002", False, (False, "group-never", "1001"), [row("2", "no", AT + 4)]),
        # Silence is no, wherever it leads; so is a question that a transfer broke off.
        (SILENCE, "2001", False, (False, "consent", "1001"), [row("", "silence", AT + 5)]),
        (NO, "", False, (False, "consent", "1001"), [row("2", "no", AT + 4)]),
        (ASKED, "", False, (False, "consent", "1001"), [row("", "broken-off", None)]),
        # Asked again, the later answer counts.
        (
            NO + YES,
            "2001",
            True,
            (True, "group-always", "1001"),
            [row("2", "no", AT + 4), row("1", "yes", AT + 4, number=1)],
        ),
        # Of another company's question nothing counts here.
        (NO.replace(ACME, "beta.example"), "", True, (True, "department-policy", "1001"), []),
    ],
)
def test_the_answer_decides_and_stands_in_the_ledger(
    story: Story, noted: str, group: str, armed: bool, verdict: Any, written: list[Row]
) -> None:
    told = {"fsplug_consents": noted, "fsplug_group": group}
    story.asks(**told)
    assert bool(story.recording_of("1001")) is armed
    story.receives(
        (2.0, "B1001", "CHANNEL_ANSWER"),
        (2.0, "A", "CHANNEL_BRIDGE", {**bridge(), **told}),
        (9.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, **told, "bridge_uuid": "B1001"}),
    )
    assert story.verdicts() == [verdict]
    assert rows(story) == written


def test_a_hangup_in_the_middle_of_the_question_has_a_row_and_no_decision(story: Story) -> None:
    story.receives((1.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "fsplug_consents": ASKED}))
    assert rows(story) == [row("", "broken-off", None)]
    assert story.verdicts() == []


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_answered_while_fsplug_was_away_is_known_from_the_leg_s_record(story: Story, times: int) -> None:
    facts = raw("incoming-user")
    caller = next(one for one in facts if one["channel_data"]["direction"] == "inbound")
    caller["variables"]["fsplug_consents"] = NO
    for _ in range(times):
        record = leg_record(encoded(caller))
        story.witness.settle({record.uuid: record}, {record.uuid: 1_000.0})
    [found] = rows(story)
    assert found[1:] == (record.uuid, "+4522334455", None, "2", "no", AT, AT + 4)


def test_a_leg_that_comes_back_after_a_restart_is_written_once(story: Story) -> None:
    told = {"fsplug_consents": YES, "fsplug_group": "2001"}
    story.asks(**told)
    story.start_again()
    story.receives((1.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, **told}))
    assert rows(story) == [row("1", "yes", AT + 4)]


QUESTION, ANNOUNCEMENT = f"/{AT}:{ACME}:question:da:ab:1", f"/{AT}:{ACME}:announcement:da:ab:"
AGREED, REFUSED, SAID = f"{QUESTION}:1:{AT + 4}", f"{QUESTION}::{AT + 4}", f"{ANNOUNCEMENT}::{AT + 4}"
# Another part by which a leg hears something is asked for before it: nothing is armed. Then the dialplan asks anew.
ARMED_AFTER: list[tuple[Announce, str, str, str, tuple[bool, str, str]]] = [
    (Announce.ASK, "1001", "ask", AGREED, (True, "department-policy", "1001")),
    (Announce.ASK, "1001", "ask", REFUSED, (False, "consent", "1001")),
    (Announce.CALLER, "1001", "say", SAID, (True, "department-policy", "1001")),
    (Announce.CALLER, "1001", "say", ANNOUNCEMENT, (False, "consent", "1001")),
]


def sales_is(story: Story, announce: Announce) -> None:
    boxes = DepartmentPolicy("Sales", outgoing=True, incoming=True, terms=Terms(announce=announce))
    set_department_policy(story.store, ACME, boxes, by="test")


@pytest.mark.parametrize(("announce", "legs", "tell", "noted", "verdict"), ARMED_AFTER)
def test_a_call_is_armed_once_the_caller_has_heard_or_agreed(
    story: Story, announce: Announce, legs: str, tell: str, noted: str, verdict: Any
) -> None:
    sales_is(story, announce)
    variables = story.asks(legs)
    assert (variables["fsplug_tell"], story.recording_of("1001"), variables["fsplug_confirm_1001"]) == (tell, "", "")
    again = story.asks(legs, fsplug_consents=noted)
    # Who broke an announcement off hears it anew; nobody is asked twice.
    assert again["fsplug_tell"] == ("say" if noted == ANNOUNCEMENT else "")
    assert bool(story.recording_of("1001")) is verdict[0]
    story.receives(
        (2.0, "B1001", "CHANNEL_ANSWER"), (2.0, "A", "CHANNEL_BRIDGE", {**bridge(), "fsplug_consents": noted})
    )
    assert story.verdicts() == [verdict]


def _begun_after_prompt(story: Story, announce: Announce, noted: str) -> str:
    """Anna calls the customer, who hears the prompt; the switch begins to record, on the customer's leg."""
    sales_is(story, announce)
    told = story.asks("trunk", fsplug_user="1001")["fsplug_then_trunk"]
    assert "RECORD_STEREO_SWAP" in told, "the left one is what Anna says"
    path, _, _ = told.partition(" ")
    recording = path.rpartition("/")[2].removesuffix(".wav")
    started = {"Recording-Variable-fsplug_recording": recording, "Record-File-Path": path}
    story.receives(
        (2.0, "Btrunk", "CHANNEL_ANSWER"), (6.0, "Btrunk", "CHANNEL_APPLICATION", {"fsplug_consents": noted})
    )
    story.spool.files.add(recording)
    story.watch.see(story.event("Btrunk", "RECORD_START", fsplug_consents=noted, **started))
    return recording


@pytest.mark.parametrize(("announce", "noted"), [(Announce.ASK, AGREED), (Announce.CALLED, SAID)])
def test_what_the_switch_records_from_the_end_of_a_prompt_on_is_the_talk_s_recording(
    story: Story, announce: Announce, noted: str
) -> None:
    recording = _begun_after_prompt(story, announce, noted)
    story.receives((6.1, "A", "CHANNEL_BRIDGE", {**bridge("A", "Btrunk"), "fsplug_user": "1001"}))
    story.until(12.0)
    assert story.verdicts() == [(True, "department-policy", "1001")]
    assert list(story.recordings()) == [recording]
    assert not [one for one in story.switch.commands if one[0].startswith(("start", "stop"))]


def test_what_is_recorded_after_a_prompt_is_destroyed_if_nobody_talks_then(story: Story) -> None:
    recording = _begun_after_prompt(story, Announce.CALLED, SAID)
    story.until(12.0)
    assert recording not in story.spool.files
    assert ("stop", "Btrunk", recording) in story.switch.commands


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize(
    ("announce", "user", "told", "noted", "verdict"),
    [
        (Announce.ASK, "1001", "ask", AGREED, (True, "department-policy", "1001")),
        (Announce.ASK, "1001", "ask", REFUSED, (False, "consent", "1001")),
        (Announce.CALLED, "1001", "say", SAID, (True, "department-policy", "1001")),
        # Without the event of the dialplan nobody is known to have heard anything.
        (Announce.ASK, "1001", "ask", "", (False, "consent", "1001")),
        (Announce.CALLED, "1001", "say", "", (False, "consent", "1001")),
    ],
)
def test_whoever_is_called_hears_it_before_the_talk_which_is_decided_then(
    story: Story, announce: Announce, user: str, told: str, noted: str, verdict: Any, is_killed: bool
) -> None:
    sales_is(story, announce)
    variables = story.asks("trunk", fsplug_user=user)
    assert (variables["fsplug_told_trunk"], variables["fsplug_confirm_trunk"]) == (told, "exec")
    assert (variables["fsplug_tell"], variables["execute_on_answer"]) == ("", "")
    story.receives((2.0, "Btrunk", "CHANNEL_ANSWER"))
    if is_killed:
        # In the middle of the prompt: the switch shows the legs as they are afterwards.
        story.switch.live = {
            "A": story.event("A", "CHANNEL_DATA", fsplug_user=user, fsplug_legs="trunk"),
            "Btrunk": story.event("Btrunk", "CHANNEL_DATA", fsplug_consents=noted),
        }
        story.start_again()
    if noted:
        story.receives((6.0, "Btrunk", "CHANNEL_APPLICATION", {"fsplug_consents": noted}))
    story.receives((6.1, "A", "CHANNEL_BRIDGE", {**bridge("A", "Btrunk"), "fsplug_user": user}))
    story.until(7.0)
    assert story.verdicts() == [verdict]
    started = [command for command in story.switch.commands if command[0].startswith("start")]
    assert len(started) == verdict[0]
    if noted:
        story.write_down()
        [row] = consents.listed(story.store, ACME)
        assert (row.leg, row.call, row.result) == ("Btrunk", "A", played(noted)[0].result)
