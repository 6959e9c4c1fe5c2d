"""A call that somebody else picks up (intercept): who called whom, by which rule, recorded on whose leg.

A is the caller's leg, B the one towards 1001; C belongs to whoever picks the call up. Seconds are the capture's
(FreeSWITCH 1.11.1).
"""

from dataclasses import dataclass

import pytest

from fsplug.store.calls import decisions
from tests.esl.flows import Flow, Marks, assert_nothing_is_left, called, caller, customer, lines
from tests.esl.story import ACME, BETA, CUSTOMER

DIRECT, GROUP, SILENT_GROUP = "+4570101001", "+4570102001", "+4570102002"
# A phone at the operator's own feature code: nothing of fsplug's is on its leg.
PICKS_UP = {"Call-Direction": "inbound", "variable_current_application": "intercept"}
RINGS = """
    0.00  A  ASKS     {legs}
    0.02  B  RINGS
"""
IS_PICKED_UP = """
    0.62  C  ANSWER
    0.62  A  ANSWER
    0.62  B  HANGUP   PICKED_OFF
    0.66  C  BRIDGE   C-A
"""
IS_RECORDED = """
    0.86  {leg}  START
    2.62  {leg}  STOP     success-silence
"""
ENDS = """
    2.62  C  UNBRIDGE C-A
    2.62  A  HANGUP   NORMAL_CLEARING
    2.62  C  HANGUP   NORMAL_CLEARING
"""
TAKEN_OVER = """
    0.00  A  ASKS     1001
    0.02  B  RINGS
    0.24  B  ANSWER
    0.24  B  START
    0.26  A  ANSWER
    0.26  A  BRIDGE   A-B
    0.78  C  ANSWER
    0.78  B  STOP     success-silence
    0.78  A  UNBRIDGE A-B
    0.78  B  HANGUP   PICKED_OFF
    0.82  C  BRIDGE   C-A
"""


def picker(user: str = "1003", company: str = ACME) -> Marks:
    """The leg of a phone that signed in as this user and dialled the feature code."""
    signed_in = {"variable_sip_auth_username": user, "variable_sip_auth_realm": company}
    return {**PICKS_UP, **signed_in, "Caller-Caller-ID-Number": user, "Caller-Destination-Number": "*8"}


def rung(user: str = "1003") -> Marks:
    """The leg of a phone that the operator rings, so that it picks up a call."""
    dialled = {"variable_dialed_user": user, "variable_dialed_domain": ACME}
    return {**PICKS_UP, **dialled, "Call-Direction": "outbound", "Caller-Destination-Number": user}


@dataclass(frozen=True, slots=True)
class Kind:
    """A pick-up, and its outcome: the talks, each with rule, direction and the two numbers, and who picked it up."""

    name: str
    a: Marks
    c: Marks
    events: str
    talks: str
    decided: str
    by: str
    kept: str = ""


def _flow(recorded_on: str = "", legs: str = "1001") -> str:
    records = IS_RECORDED.format(leg=recorded_on) if recorded_on else ""
    return RINGS.format(legs=legs) + IS_PICKED_UP + records + ENDS


KINDS = [
    Kind(
        "a call to a colleague",
        customer(DIRECT),
        picker(),
        _flow("C"),
        "C-A recorded 1003",
        f"department-policy incoming {CUSTOMER} {DIRECT}",
        "1003",
        "C stopped",
    ),
    Kind(
        "a call to a group that always records",
        {**customer(GROUP), "variable_fsplug_group": "2001"},
        picker(),
        _flow("C", "1001,1002"),
        "C-A recorded 1003",
        f"group-always incoming {CUSTOMER} {GROUP}",
        "1003",
        "C stopped",
    ),
    Kind(
        "a call to a group that always records, by somebody without the flag",
        {**customer(GROUP), "variable_fsplug_group": "2001"},
        picker("1004"),
        _flow(legs="1001,1002"),
        "C-A not-recorded 1004",
        f"group-always incoming {CUSTOMER} {GROUP}",
        "1004",
    ),
    Kind(
        "a call to a group that never records",
        {**customer(SILENT_GROUP), "variable_fsplug_group": "2002"},
        picker(),
        _flow(legs="1001,1002"),
        "C-A not-recorded 1003",
        f"group-never incoming {CUSTOMER} {SILENT_GROUP}",
        "1003",
    ),
    Kind(
        "a call of somebody who is never recorded",
        customer(DIRECT, who="+4522334499"),
        picker(),
        _flow(),
        "C-A not-recorded 1003",
        f"excluded-number incoming +4522334499 {DIRECT}",
        "1003",
    ),
    Kind(
        "a call between colleagues",
        caller("1004", "1001"),
        picker(),
        _flow("C"),
        "C-A recorded 1003",
        "department-policy internal 1004 1001",
        "1003",
        "C stopped",
    ),
    Kind(
        "by a phone that the operator rings",
        customer(DIRECT),
        rung(),
        _flow("C"),
        "C-A recorded 1003",
        f"department-policy incoming {CUSTOMER} {DIRECT}",
        "1003",
        "C stopped",
    ),
    Kind(
        "by a phone of another company with the same name",
        customer(DIRECT),
        picker("1002", BETA),
        _flow(),
        "C-A not-recorded None",
        f"no-policy incoming {CUSTOMER} {DIRECT}",
        "1002",
    ),
    Kind(
        "a call that is talking already",
        customer(DIRECT),
        picker(),
        TAKEN_OVER + IS_RECORDED.format(leg="C").replace("0.86", "1.02") + ENDS,
        """
        A-B recorded 1001
        C-A recorded 1003
        """,
        f"""
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} {DIRECT}
        """,
        "1003",
        """
        B stopped
        C stopped
        """,
    ),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_who_picks_up_a_call_answers_it_by_the_rules_of_that_call(story, kind):
    flow = Flow(story, {"A": kind.a, "B": called("1001", by="A"), "C": kind.c})
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.talks)
    assert flow.decided() == lines(kind.decided)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    latest = max(decisions.listed(story.store, ACME), key=lambda one: one.at)
    assert latest.inputs["picked_up_by"] == kind.by
    assert_nothing_is_left(story)
