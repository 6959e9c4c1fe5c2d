"""Pauses in every flow: what the switch tells, what people ask for, and what the switch is then told to silence.

A is the customer's leg, B the one towards 1001, who is recorded and may pause, C the one towards 1003. `PAUSES` and
`RESUMES` are by the user in the note; the leg is the call that they name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from fsplug.errors import Unavailable
from fsplug.esl.calls.pauses import PAUSE_SECONDS
from fsplug.policy.conversation.events import Change
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.recording.control import Act, By, Reason
from fsplug.policy.terms import AgentMay, Terms
from fsplug.store.audit import trail
from fsplug.store.schema.calls import CallChanges
from tests.esl.calls.pausedflow import AB, ABC, BEGIN, END, MOVES, PausedFlow, may_pause, restart
from tests.esl.flows import Marks, customer, lines
from tests.esl.story import ACME, BETA, START, Story
from tests.policysets import set_department_policy


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow, what the switch is told to silence (`5.0 mask B`), and each pause as it is written down."""

    name: str
    events: str
    told: str
    pauses: str
    refused: str = ""
    legs: Mapping[str, Marks] = None  # type: ignore[assignment]


KINDS = [
    Kind(
        "a pause and its end",
        BEGIN + "5.0 A PAUSES 1001\n 9.0 A RESUMES 1001\n" + END.format(at=20, leg="B"),
        "5.0 mask B\n 9.0 unmask B",
        "1001 5.0 9.0",
    ),
    Kind(
        "a pause ends by itself",
        BEGIN + "5.0 A PAUSES 1001\n" + END.format(at=90, leg="B"),
        "5.0 mask B\n 65.0 unmask B",
        "1001 5.0 65.0",
    ),
    Kind(
        "a pause that the user has ended does not end the next one when it would have been due",
        BEGIN + "5.0 A PAUSES 1001\n 6.0 A RESUMES 1001\n 60.0 A PAUSES 1001\n" + END.format(at=80, leg="B"),
        "5.0 mask B\n 6.0 unmask B\n 60.0 mask B",
        "1001 5.0 6.0\n 1001 60.0 None",
    ),
    Kind(
        "the call ends in a pause",
        BEGIN + "5.0 A PAUSES 1001\n" + END.format(at=20, leg="B"),
        "5.0 mask B",
        "1001 5.0 None",
    ),
    Kind(
        "the user sends the call on in a pause: the next recording begins in it, until it is due",
        BEGIN + "5.0 A PAUSES 1001\n" + MOVES + END.format(at=90, leg="C"),
        "5.0 mask B\n 7.0 mask C\n 65.0 unmask C",
        "1001 5.0 65.0",
        legs=ABC,
    ),
    Kind(
        "who gets the call in a pause of somebody who has left it may end it",
        BEGIN + "5.0 A PAUSES 1001\n" + MOVES + "9.0 A RESUMES 1003\n" + END.format(at=20, leg="C"),
        "5.0 mask B\n 7.0 mask C\n 9.0 unmask C",
        "1001 5.0 9.0",
        legs=ABC,
    ),
    Kind(
        "who pauses twice, goes on without a pause, or is not in the call is refused",
        BEGIN
        + "4.0 A RESUMES 1001\n 5.0 A PAUSES 1001\n 6.0 A PAUSES 1001\n 6.0 A PAUSES 1003\n 7.0 X PAUSES 1001\n"
        + "8.0 A RESUMES 1001\n"
        + END.format(at=20, leg="B"),
        "5.0 mask B\n 8.0 unmask B",
        "1001 5.0 8.0",
        "not-paused\n already-paused\n not-in-call\n not-in-call",
    ),
]


@pytest.fixture
def story(tmp_path):
    return may_pause(Story(tmp_path))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_silent_and_what_is_written_down(story: Story, kind: Kind) -> None:
    flow = PausedFlow(story, kind.legs or AB)
    flow.plays(kind.events)
    assert (flow.told, flow.pauses(), flow.refused) == (lines(kind.told), lines(kind.pauses), lines(kind.refused))
    story.pauses.apply()
    assert (story.pauses._open, story.pauses._masked) == ({}, set())


def test_two_users_of_one_call_pause_it_and_it_is_silent_until_both_go_on(story: Story) -> None:
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN)
    call = story.book.calls["A"]
    story.pauses.hearers = lambda: [("L", "A")]
    first = story.pauses.pause(call, "1001", "B", "command")
    second = story.pauses.pause(call, "1003", "C", "command")
    story.pauses.end([first])
    flow._note()
    assert flow.told == ["1.0 deafen L", "1.0 mask B"]
    story.pauses.end([second])
    flow._note()
    assert flow.told[2:] == ["1.0 hear again L", "1.0 unmask B"]


@pytest.mark.parametrize("theirs", ["1001", "1002"])
def test_a_pause_is_ended_by_nobody_of_another_company_of_the_conversation(story: Story, theirs: str) -> None:
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN)
    call = story.book.calls["A"]
    made = story.pauses.pause(replace(call, company=BETA), theirs, "X", "key")
    flow.begins("2.0 A RESUMES 1001\n")
    assert (flow.refused, story.pauses.of(call)[0]) == ([Reason.NOT_PAUSED], made)


OTHERS = """
    2.00  C  ASKS     trunk
    2.10  C  ANSWER
    5.00  A  PAUSES   1001
    6.00  B  STOP     success-silence
    6.00  A  UNBRIDGE A-B
    6.00  B  HANGUP   NORMAL_CLEARING
    6.02  A  BRIDGE   A-C
"""


@pytest.mark.parametrize("is_killed", [False, True])
def test_another_company_of_the_conversation_is_silenced_too_and_reads_when_and_not_by_whom(story, is_killed) -> None:
    theirs = {**customer("+4570201001", "+4522334477"), "variable_fsplug_company": BETA}
    flow = PausedFlow(story, {**AB, "C": theirs})
    flow.begins(BEGIN + OTHERS)
    assert flow.pauses(Change.SILENCED, CallChanges.call) == ["C 6.0 None"]
    if is_killed:
        story.switch.bridged = [("A", "C")]
        story.start_again()
        assert all(story.pauses.covers(one) for one in "AC")
    flow.begins("65.5 C ASKED\n" if not is_killed else "67.0 C ASKED\n")
    assert flow.pauses() == ["1001 5.0 65.0"]
    assert flow.pauses(Change.SILENCED, CallChanges.call) == ["C 6.0 65.0"]
    assert flow.pauses(Change.SILENCED) == ["None 6.0 65.0"]
    assert not any(story.pauses.covers(one) for one in "AC")


def test_who_begins_to_listen_in_a_pause_hears_nothing_and_is_not_let_in_if_the_switch_fails(story: Story) -> None:
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN + "5.0 A PAUSES 1001\n")
    story.pauses.hearers = lambda: [("L", "A")]
    story.switch.is_silent = True
    assert not story.pauses.is_silent_for("L")
    story.switch.is_silent = False
    assert story.pauses.is_silent_for("L")
    flow.begins("6.0 A RESUMES 1001\n")
    assert flow.told[-2:] == ["6.0 hear again L", "6.0 unmask B"]


def test_if_the_switch_does_not_silence_a_recording_the_user_is_told_and_nothing_counts_as_paused(story: Story) -> None:
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN)
    story.switch.is_silent = True
    with pytest.raises(Unavailable):
        story.control.do(Act.PAUSE, ACME, "A", "1001", By.COMMAND)
    assert story.pauses.of(story.book.calls["A"]) == []
    assert flow.pauses() == ["1001 1.0 1.0"]


def test_a_killed_fsplug_takes_up_a_pause_and_ends_it_when_it_is_due(story: Story) -> None:
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN + "5.0 A PAUSES 1001\n 10.0 A ASKED\n")
    restart(story)
    flow._until(64.0)
    assert flow.told == ["5.0 mask B", "10.0 mask B"], "told again: nobody knows whether the switch was told"
    flow._until(66.0)
    assert flow.told[2:] == ["65.0 unmask B"]
    assert flow.pauses() == ["1001 5.0 65.0"]


def test_a_pause_that_was_due_while_fsplug_was_away_ends_when_it_is_back(story: Story) -> None:
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN + "5.0 A PAUSES 1001\n")
    story.clock._waiting.clear()
    flow._until(5.0 + 2 * PAUSE_SECONDS)
    flow.told.clear()
    restart(story)
    flow._until(5.0 + 2 * PAUSE_SECONDS + 1.0)
    assert (flow.told, flow.pauses()) == (["125.0 unmask B"], ["1001 5.0 125.0"])


def test_what_begins_in_a_pause_begins_silent_and_sounds_if_the_pause_ended_meanwhile(story: Story) -> None:
    flow = PausedFlow(story, ABC)
    moves = MOVES.replace("    7.00  C  START\n", "")
    flow.begins(BEGIN + "5.0 A PAUSES 1001\n" + moves + "7.6 A RESUMES 1003\n 7.8 C START\n")
    assert [one[:2] for one in story.switch.commands if one[0].startswith("start")] == [("start silent", "C")]
    assert flow.told == ["5.0 mask B", "7.8 unmask C"]


def test_a_user_is_told_of_their_own_calls_what_may_be_done_now_and_why_the_rest_may_not(story: Story) -> None:
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN)
    assert story.control.own_calls(ACME, "1003") == []
    [own] = story.control.own_calls(ACME, "1001")
    assert (own.call, own.paused_until, own.refused[Act.PAUSE]) == ("A", None, None)
    flow.begins("5.0 A PAUSES 1001\n")
    [own] = story.control.own_calls(ACME, "1001")
    assert (own.paused_until, own.refused[Act.RESUME]) == (START + 5.0 + PAUSE_SECONDS, None)
    assert (own.refused[Act.PAUSE], own.refused[Act.STOP]) == (Reason.PAUSED, Reason.NOT_ALLOWED)


def test_a_pause_is_in_the_audit_trail_once_with_who_made_it(story: Story) -> None:
    flow = PausedFlow(story, AB)
    flow.plays(BEGIN + "5.0 A PAUSES 1001\n 9.0 A RESUMES 1001\n" + END.format(at=20, leg="B"))
    story.write_down()
    [entry] = [one for one in trail.listed(story.store, ACME) if one.act == "pause"]
    assert (entry.actor, entry.people, entry.facts) == (f"1001@{ACME}", ("1001",), {"call": "A", "door": "command"})


@pytest.mark.parametrize(
    ("terms", "note", "reason"),
    [(Terms(), "1001", Reason.NOT_ALLOWED), (Terms(agent_may=frozenset({AgentMay.PAUSE})), "1003", Reason.NOT_IN_CALL)],
)
def test_the_gate_decides_by_the_terms_of_the_recording(story: Story, terms: Terms, note: str, reason: Reason) -> None:
    boxes = DepartmentPolicy("Sales", True, True, True, terms)
    set_department_policy(story.store, ACME, boxes, by="test")
    flow = PausedFlow(story, AB)
    flow.begins(BEGIN + f"5.0 A PAUSES {note}\n")
    assert (flow.refused, flow.told) == ([reason], [])
