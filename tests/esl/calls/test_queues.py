"""Calls that meet their answerer in a queue or in a park: who called whom, by which rule, recorded on whose leg.

A is the customer's leg, as FreeSWITCH 1.11.1 told of it; B the agent's, or the one towards 1001; C fetches what is
parked. Seconds are the captures'.
"""

import pytest

from tests.esl.calls.flowtables.queues import AGENT, BY_FIFO, KINDS, QUEUE, WAITS, queued, rung, signed_in
from tests.esl.flows import Flow, assert_nothing_is_left, lines
from tests.esl.story import CUSTOMER


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_who_takes_a_call_from_a_queue_or_a_park_has_a_part_of_that_call(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.talks)
    assert flow.decided() == lines(kind.decided)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert flow.calls() == lines(kind.calls)
    assert_nothing_is_left(story)


SERVES_TWO = """
    0.00  B  ANSWER
    0.10  A  ANSWER
    0.20  B  BRIDGE   B-A
    0.40  B  START
    2.00  A  HANGUP   NORMAL_CLEARING
    2.00  B  UNBRIDGE B-A
    2.20  B  STOP     success-maxtime
    3.00  C  ANSWER
    3.10  B  BRIDGE   B-C
    3.30  B  START
    5.00  C  HANGUP   NORMAL_CLEARING
    5.00  B  UNBRIDGE B-C
    5.20  B  STOP     success-maxtime
"""


def test_a_queue_s_call_ends_with_its_customer_while_the_agent_waits_for_the_next_one(story):
    flow = Flow(story, {"A": WAITS, "B": {**signed_in("1001"), **AGENT}, "C": WAITS})
    flow.begins(SERVES_TWO)
    assert story.open_calls() == []
    assert flow.talks() == ["B-A recorded 1001", "B-C recorded 1001"]
    assert flow.calls() == lines(f"""
        A incoming {CUSTOMER} {QUEUE}
        C incoming {CUSTOMER} {QUEUE}
    """)
    flow.plays("6.00  B  HANGUP  NORMAL_CLEARING")
    assert flow.kept() == ["B stopped", "B stopped"]
    assert_nothing_is_left(story)


def test_after_a_restart_a_queue_s_talk_is_not_decided_and_recorded_again(story):
    legs = {"A": WAITS, "B": rung("1003", **AGENT)}
    flow = Flow(story, legs)
    begins, ends = queued(BY_FIFO, "B", "2.38").split("    2.38  A  LEAVES")
    flow.begins(begins)
    recording = next(iter(story.recordings()))
    story.switch.bridged, story.switch.records = [("B", "A")], {("B", f"/spool/{recording}.wav")}
    story.start_again()
    story.until(2.0)
    story.reconciler.look()
    story.switch.bridged = []
    flow.plays("    2.38  A  LEAVES" + ends)
    assert (flow.talks(), flow.kept(), list(story.recordings())) == (["B-A recorded 1003"], ["B stopped"], [recording])
    assert_nothing_is_left(story)
