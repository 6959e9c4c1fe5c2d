"""Calls that their caller cancels around the answer: a talk that never was leaves no decision, no file and no gap.

A is the customer's leg, B the one towards 1001. What FreeSWITCH 1.11.1 says of a leg at its end includes when it was
bridged. Here no leg ever was.
"""

import pytest

from tests.esl.flows import Flow, called, caller, customer

LEGS = {"A": customer(), "B": called("1001", by="A")}
OF_TRUNK = {**called("trunk", by="A"), "variable_fsplug_user": "", "variable_fsplug_leg": "trunk"}
OUTGOING = {"A": caller("1001", "+4522334455"), "B": OF_TRUNK}
TABLES = {
    "the caller left just before the answer": """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        4.00  A  LEAVES   ORIGINATOR_CANCEL
        4.00  B  ANSWER
        4.00  B  START
        4.02  B  STOP     success-silence
        4.02  B  HANGUP   ORIGINATOR_CANCEL
        4.02  A  HANGUP   ORIGINATOR_CANCEL
    """,
    "the caller left just after the answer": """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        4.00  B  ANSWER
        4.00  B  START
        4.00  A  ANSWER
        4.02  A  LEAVES   NORMAL_CLEARING
        4.02  B  STOP     success-silence
        4.02  B  HANGUP   ORIGINATOR_CANCEL
        4.02  A  HANGUP   NORMAL_CLEARING
    """,
    "nothing tells that the recording began": """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        4.00  B  ANSWER
        4.00  A  ANSWER
        4.02  B  HANGUP   ORIGINATOR_CANCEL
        4.02  A  HANGUP   NORMAL_CLEARING
    """,
    "nothing tells that the recording began, and its file is there": """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        4.00  B  ANSWER
        4.00  B  FILE
        4.00  A  ANSWER
        4.02  B  HANGUP   ORIGINATOR_CANCEL
        4.02  A  HANGUP   NORMAL_CLEARING
    """,
}
OF_CALLER = """
    0.00  A  ASKS     trunk
    0.02  B  RINGS
    4.00  B  ANSWER
    4.00  A  ANSWER
    4.00  A  START
    4.02  A  LEAVES   NORMAL_CLEARING
    4.02  B  HANGUP   ORIGINATOR_CANCEL
    4.02  A  STOP     success-silence
    4.02  A  HANGUP   NORMAL_CLEARING
"""


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_call_cancelled_around_the_answer_leaves_nothing(story, table):
    assert_nothing_is_left(story, Flow(story, LEGS), TABLES[table])


def test_a_call_out_that_is_cancelled_around_the_answer_leaves_nothing(story):
    assert_nothing_is_left(story, Flow(story, OUTGOING), OF_CALLER)


def assert_nothing_is_left(story, flow, table):
    flow.plays(table)
    assert (flow.talks(), flow.kept(), story.spool.files) == ([], [], set())
    assert (story.gaps(), story.open_calls(), story.rejects()) == ([], [], [])
    assert (story.book.calls, story.book.channels, story.book.recordings) == ({}, {}, {})
