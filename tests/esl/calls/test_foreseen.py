"""A leg that lives is about to be connected with another one: what policy wants recorded of that talk begins before it.

A is the customer's leg, B the one towards 1001, D the one towards 1003; seconds are the captures' (FreeSWITCH 1.11.1).
"""

import pytest

from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.recording.control import Act, By
from fsplug.policy.terms import AgentMay, Terms
from tests.esl.calls.flowtables.foreseen import CONSULTED, CONSULTS, DOCTOR, KINDS, TALKS
from tests.esl.flows import Flow, assert_nothing_is_left, called, caller, customer, lines
from tests.esl.story import ACME
from tests.policysets import set_department_policy

MAY_PAUSE = Terms(agent_may=frozenset({AgentMay.PAUSE}))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_recording_begins_before_its_talk_and_is_of_that_talk_alone(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.talks)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert flow.commanded() == lines(kind.told)
    assert_nothing_is_left(story)


def test_nobody_is_armed_for_whom_policy_never_records(story):
    flow = Flow(story, {**CONSULTS, "A": customer(who=DOCTOR)})
    flow.begins(CONSULTED.replace("0.06  B  START", ""))
    story.clock.run_until(story.clock.now + 1)
    assert flow.commanded() == []


def test_who_says_in_a_consultation_that_they_are_never_recorded_is_disarmed(story):
    flow = Flow(story, CONSULTS)
    flow.begins(f"{CONSULTED}\n1.20  A  NAMES  {DOCTOR}")
    story.clock.run_until(story.clock.now + 0.1)
    assert flow.commanded() == ["arm D", "stop B", "take back D"]


def test_who_is_named_anew_and_may_be_recorded_stays_armed(story):
    flow = Flow(story, CONSULTS)
    flow.begins(f"{CONSULTED}\n1.20  A  NAMES  +4522334466")
    story.clock.run_until(story.clock.now + 0.1)
    assert flow.commanded() == ["arm D"]


def test_who_talks_to_many_at_once_costs_no_command_for_each_two_of_them(story):
    many = range(12)
    legs = {f"A{n}": customer() for n in many} | {f"B{n}": called("1001", by=f"A{n}") for n in many}
    flow = Flow(story, {**legs, "A0": caller("1003", "1001")})
    for n in many:
        at = n / 10
        flow.begins(
            f"""
            {at:.2f}  A{n}  ASKS     1001
            {at + 0.02:.2f}  B{n}  ANSWER
            {at + 0.02:.2f}  A{n}  ANSWER
            {f"{at + 0.02:.2f}  B{n}  START" if n else ""}
            {at + 0.04:.2f}  A{n}  BRIDGE   A{n}-B{n}
            """
        )
    story.clock.run_until(story.clock.now + 1)
    assert len([one for one in flow.commanded() if one.startswith("arm ")]) <= 3


def _where_sales_may_pause(story):
    boxes = DepartmentPolicy("Sales", outgoing=True, internal=False, incoming=True, terms=MAY_PAUSE)
    set_department_policy(story.store, ACME, boxes, by="test")
    return story


def test_while_a_call_is_paused_the_switch_is_not_to_begin_anything_by_itself(story):
    flow = Flow(_where_sales_may_pause(story), CONSULTS)
    flow.begins(CONSULTED)
    story.clock.run_until(story.clock.now + 0.1)
    for act in (Act.PAUSE, Act.RESUME):
        story.control.do(act, ACME, "A", "1001", By.COMMAND)
        story.clock.run_until(story.clock.now + 0.1)
    assert [one for one in flow.commanded() if one.endswith(" D")] == ["arm D", "take back D", "arm D"]


def test_who_is_asked_in_a_pause_is_armed_once_it_is_over(story):
    flow = Flow(_where_sales_may_pause(story), CONSULTS)
    flow.begins(TALKS)
    story.control.do(Act.PAUSE, ACME, "A", "1001", By.COMMAND)
    flow.begins(CONSULTED.replace(TALKS, ""))
    story.clock.run_until(story.clock.now + 0.1)
    assert "arm D" not in flow.commanded()
    story.control.do(Act.RESUME, ACME, "A", "1001", By.COMMAND)
    story.clock.run_until(story.clock.now + 0.1)
    assert flow.commanded()[-1] == "arm D"


def test_what_began_just_before_fsplug_was_killed_is_of_its_talk_when_it_is_back(story):
    flow = Flow(story, CONSULTS)
    flow.begins(
        f"""
        {CONSULTED}
        2.12  C  UNBRIDGE C-D
        2.12  C  HANGUP   NORMAL_CLEARING
        2.14  A  UNBRIDGE A-B D
        2.14  B  STOP     success-silence
        2.14  B  HANGUP   NORMAL_CLEARING att:D
        2.14  D  STOP     success-maxtime
        2.16  D  START
        """
    )
    flow.goes_unseen("2.18  A  BRIDGE   A-D")
    story.switch.bridged = [("A", "D")]
    [path] = [f"/spool/{one}.wav" for one in story.spool.files - set(story.recordings())]
    story.switch.records, story.spool.written = {("D", path)}, story.clock.now
    story.start_again()
    story.clock.run_until(story.clock.now + 1)
    story.reconciler.look()
    assert set(flow.talks()) == {"A-B recorded 1001", "C-D recorded 1003", "A-D recorded 1003"}
    assert "start D" not in flow.commanded()
    flow.plays("5.00  D  STOP success-silence\n5.00  A  HANGUP NORMAL_CLEARING\n5.00  D  HANGUP NORMAL_CLEARING")
    assert flow.kept() == ["B stopped", "D stopped", "D stopped"]
