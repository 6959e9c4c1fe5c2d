"""A leg that is armed for one partner and gets another, as FreeSWITCH 1.11.1 told of it.

A is the customer's leg, B the one towards 1001; whoever comes later follows in the alphabet. Seconds are the capture's.
In a semi-attended transfer C is 1001's second call, and D the leg towards 1003 that still rings when 1001's phone
connects A with it (REFER with Replaces): C leaves, the switch rings on, and D answers A.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.esl.flows import Flow, Marks, assert_nothing_is_left, called, caller, customer, lines
from tests.esl.story import Story

DOCTOR = "+4522334499"
SEMI_ATTENDED = {
    "A": customer(),
    "B": called("1001", by="A"),
    "C": caller("1001", "1003"),
    "D": called("1003", by="C"),
}
# 1001 called the customer and is recorded on its own leg.
TRUNK = {"Caller-Destination-Number": "+4522334455", "Call-Direction": "outbound"}
OF_TRUNK = {"variable_fsplug_company": "acme.example", "variable_fsplug_leg": "trunk", "variable_fsplug_call": "B"}
# A leg that the operator's own command makes: nothing of fsplug's is on it.
TO_DOCTOR = {"Caller-Destination-Number": DOCTOR, "Call-Direction": "outbound"}
# A phone at the operator's own feature code: nothing of fsplug's is on its leg.
SIGNED_IN = {"variable_sip_auth_username": "1003", "variable_sip_auth_realm": "acme.example"}
PICKER = {
    "Call-Direction": "inbound",
    "Caller-Caller-ID-Number": "1003",
    "Caller-Destination-Number": "*8",
    "variable_current_application": "intercept",
    **SIGNED_IN,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow, and its outcome: talks decided, recordings kept, commands given, gap rows written."""

    name: str
    legs: Mapping[str, Marks]
    events: str
    talks: str
    kept: str = ""
    commands: str = ""
    gaps: str = ""


KINDS = [
    Kind(
        "semi-attended, by who answered",
        SEMI_ATTENDED,
        """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        0.04  B  ANSWER
        0.04  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        1.24  C  ASKS     1003
        1.26  D  RINGS
        1.76  C  LEAVES   NORMAL_CLEARING
        1.76  B  STOP     success-silence
        1.76  A  UNBRIDGE A-B
        1.76  B  HANGUP   NORMAL_CLEARING
        2.78  D  ANSWER
        2.80  C  HANGUP   NORMAL_CLEARING
        2.82  A  BRIDGE   A-D
        3.02  D  START
        5.30  D  STOP     success-silence
        5.30  A  UNBRIDGE A-D
        5.30  A  HANGUP   NORMAL_CLEARING
        5.30  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        """,
        """
        disarm D
        start at once D
        """,
    ),
    Kind(
        "semi-attended, and the colleague answers before the leg is disarmed",
        SEMI_ATTENDED,
        """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        0.04  B  ANSWER
        0.04  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        1.24  C  ASKS     1003
        1.26  D  RINGS
        1.76  C  LEAVES   NORMAL_CLEARING
        1.76  D  ANSWER
        1.76  D  START
        1.76  B  STOP     success-silence
        1.76  A  UNBRIDGE A-B
        1.76  B  HANGUP   NORMAL_CLEARING
        1.78  C  HANGUP   NORMAL_CLEARING
        1.80  A  BRIDGE   A-D
        1.88  D  STOP     success-maxtime
        2.02  D  START
        5.30  D  STOP     success-silence
        5.30  A  UNBRIDGE A-D
        5.30  A  HANGUP   NORMAL_CLEARING
        5.30  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        """,
        """
        disarm D
        start at once D
        stop   D
        """,
        "not-ordered",
    ),
    Kind(
        "semi-attended, and nobody told that the consultation's caller left",
        SEMI_ATTENDED,
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        1.24  C  ASKS     1003
        1.76  B  STOP     success-silence
        1.76  A  UNBRIDGE A-B
        1.76  B  HANGUP   NORMAL_CLEARING
        2.78  D  ANSWER
        2.78  D  START
        2.82  A  BRIDGE   A-D
        2.84  C  HANGUP   NORMAL_CLEARING
        2.94  D  STOP     success-maxtime
        3.02  D  START
        5.30  D  STOP     success-silence
        5.30  A  UNBRIDGE A-D
        5.30  A  HANGUP   NORMAL_CLEARING
        5.30  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        """,
        """
        start at once D
        stop   D
        """,
        "not-ordered",
    ),
    Kind(
        "semi-attended, by who called",
        {
            "A": {**TRUNK, **OF_TRUNK},
            "B": caller("1001", "+4522334455"),
            "C": caller("1001", "1003"),
            "D": called("1003", by="C"),
        },
        """
        0.00  B  ASKS     trunk
        0.02  A  RINGS
        0.04  A  ANSWER
        0.06  B  ANSWER
        0.06  B  START
        0.06  B  BRIDGE   B-A
        1.24  C  ASKS     1003
        1.26  D  RINGS
        1.76  C  LEAVES   NORMAL_CLEARING
        1.76  B  LEAVES   NORMAL_CLEARING
        1.76  B  UNBRIDGE B-A
        1.76  B  STOP     success-silence
        1.76  B  HANGUP   NORMAL_CLEARING
        2.78  D  ANSWER
        2.80  C  HANGUP   NORMAL_CLEARING
        2.82  A  BRIDGE   A-D
        3.02  D  START
        5.30  D  STOP     success-silence
        5.30  A  UNBRIDGE A-D
        5.30  A  HANGUP   NORMAL_CLEARING
        5.30  D  HANGUP   NORMAL_CLEARING
        """,
        """
        B-A recorded 1001
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        """,
        """
        disarm D
        start at once D
        """,
    ),
    Kind(
        "semi-attended, of a customer who is never recorded",
        {**SEMI_ATTENDED, "A": customer(who=DOCTOR)},
        """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        0.04  B  ANSWER
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        1.24  C  ASKS     1003
        1.26  D  RINGS
        1.76  C  LEAVES   NORMAL_CLEARING
        1.76  A  UNBRIDGE A-B
        1.76  B  HANGUP   NORMAL_CLEARING
        2.78  D  ANSWER
        2.80  C  HANGUP   NORMAL_CLEARING
        2.82  A  BRIDGE   A-D
        5.30  A  UNBRIDGE A-D
        5.30  A  HANGUP   NORMAL_CLEARING
        5.30  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B not-recorded 1001
        A-D not-recorded 1003
        """,
        commands="disarm D",
    ),
    Kind(
        "semi-attended, of a customer who is never recorded, and the colleague answers at once",
        {**SEMI_ATTENDED, "A": customer(who=DOCTOR)},
        """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        0.04  B  ANSWER
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        1.24  C  ASKS     1003
        1.26  D  RINGS
        1.76  C  LEAVES   NORMAL_CLEARING
        1.76  D  ANSWER
        1.76  D  START
        1.76  A  UNBRIDGE A-B
        1.76  B  HANGUP   NORMAL_CLEARING
        1.78  C  HANGUP   NORMAL_CLEARING
        1.80  A  BRIDGE   A-D
        1.88  D  STOP     success-maxtime
        5.30  A  UNBRIDGE A-D
        5.30  A  HANGUP   NORMAL_CLEARING
        5.30  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B not-recorded 1001
        A-D not-recorded 1003
        """,
        commands="""
        disarm D
        stop   D
        """,
        gaps="not-ordered",
    ),
    Kind(
        "semi-attended, to a group of which the second phone rings after the caller left",
        {**SEMI_ATTENDED, "E": called("1004", by="C"), "C": caller("1001", "2003")},
        """
        0.00  A  ASKS     1001
        0.02  B  RINGS
        0.04  B  ANSWER
        0.04  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        1.24  C  ASKS     1004,1003
        1.26  E  RINGS
        1.76  C  LEAVES   NORMAL_CLEARING
        1.76  B  STOP     success-silence
        1.76  A  UNBRIDGE A-B
        1.76  B  HANGUP   NORMAL_CLEARING
        2.00  E  HANGUP   USER_BUSY
        2.02  D  RINGS
        2.78  D  ANSWER
        2.80  C  HANGUP   NORMAL_CLEARING
        2.82  A  BRIDGE   A-D
        3.02  D  START
        5.30  D  STOP     success-silence
        5.30  A  UNBRIDGE A-D
        5.30  A  HANGUP   NORMAL_CLEARING
        5.30  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        """,
        """
        disarm E
        disarm D
        start at once D
        """,
    ),
    Kind(
        "pick-up of a caller who is recorded",
        {"A": caller("1001", "+4522334455"), "B": {**TRUNK, **OF_TRUNK, "variable_fsplug_call": "A"}, "C": PICKER},
        """
        0.00  A  ASKS     trunk
        0.04  B  RINGS
        0.66  C  ANSWER
        0.66  A  ANSWER
        0.68  A  START
        0.68  B  HANGUP   PICKED_OFF
        0.72  C  BRIDGE   C-A
        0.80  A  STOP     success-maxtime
        0.92  C  START
        3.26  C  STOP     success-silence
        3.26  C  UNBRIDGE C-A
        3.26  A  HANGUP   NORMAL_CLEARING
        3.26  C  HANGUP   NORMAL_CLEARING
        """,
        "C-A recorded 1003",
        "C stopped",
        """
        start at once C
        stop  A
        """,
        "not-ordered",
    ),
    Kind(
        "the operator sends a caller who is recorded to a mailbox",
        {"A": caller("1001", "+4522334455"), "B": {**TRUNK, **OF_TRUNK, "variable_fsplug_call": "A"}},
        """
        0.00  A  ASKS     trunk
        0.04  B  RINGS
        0.60  B  HANGUP   ORIGINATOR_CANCEL
        0.62  A  ANSWER
        0.62  A  START
        0.74  A  STOP     success-maxtime
        9.00  A  HANGUP   NORMAL_CLEARING
        """,
        "",
        commands="stop A",
        gaps="not-ordered",
    ),
    Kind(
        "the operator sends a caller who is recorded to somebody who is never recorded, past the dialplan",
        {"A": caller("1001", "+4522334455"), "B": {**TRUNK, **OF_TRUNK, "variable_fsplug_call": "A"}, "C": TO_DOCTOR},
        """
        0.00  A  ASKS     trunk
        0.04  B  RINGS
        0.60  B  HANGUP   ORIGINATOR_CANCEL
        2.00  C  ANSWER
        2.00  A  ANSWER
        2.02  A  BRIDGE   A-C
        9.00  A  UNBRIDGE A-C
        9.00  A  HANGUP   NORMAL_CLEARING
        9.00  C  HANGUP   NORMAL_CLEARING
        """,
        "A-C not-recorded 1001",
        commands="disarm A",
    ),
    Kind(
        "the operator sends a caller who is recorded to another number, through the dialplan",
        {
            "A": caller("1001", "+4522334455"),
            "B": {**TRUNK, **OF_TRUNK, "variable_fsplug_call": "A"},
            "C": {**TRUNK, **OF_TRUNK, "variable_fsplug_call": "A"},
        },
        """
        0.00  A  ASKS     trunk
        0.04  B  RINGS
        0.60  A  ASKS     trunk
        0.61  B  HANGUP   ORIGINATOR_CANCEL
        0.64  C  RINGS
        2.00  C  ANSWER
        2.02  A  ANSWER
        2.02  A  START
        2.02  A  BRIDGE   A-C
        9.00  A  STOP     success-silence
        9.00  A  UNBRIDGE A-C
        9.00  A  HANGUP   NORMAL_CLEARING
        9.00  C  HANGUP   NORMAL_CLEARING
        """,
        "A-C recorded 1001",
        "A stopped",
    ),
    Kind(
        "the switch answers for a phone that never gets its caller",
        {"A": customer(), "B": called("1001", by="A")},
        """
        0.00  A  ASKS     1001
        0.04  B  RINGS
        0.60  B  ANSWER
        0.60  B  START
        2.72  B  STOP     success-maxtime
        9.00  B  HANGUP   NORMAL_CLEARING
        9.00  A  HANGUP   NORMAL_CLEARING
        """,
        "",
        commands="stop B",
        gaps="not-ordered",
    ),
]


@pytest.fixture
def story(tmp_path):
    return Story(tmp_path)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_was_armed_for_another_partner_is_taken_back(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.talks)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert flow.commanded() == lines(kind.commands)
    assert_nothing_is_left(story, kind.gaps)


def test_a_talk_of_which_no_event_came_is_kept_though_its_leg_is_alone_for_a_moment_at_its_end(story):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins("""
        0.00  A  ASKS     1001
        0.04  B  RINGS
        0.60  B  ANSWER
        0.60  B  START
        0.62  A  ANSWER
    """)
    flow.goes_unseen("""
        0.62  A  BRIDGE   A-B
        2.58  A  UNBRIDGE A-B
    """)
    flow.plays("""
        2.70  B  STOP     success-silence
        2.70  B  HANGUP   NORMAL_CLEARING
        2.70  A  HANGUP   NORMAL_CLEARING
    """)
    assert (flow.talks(), flow.kept(), flow.commanded()) == (["A-B recorded 1001"], ["B stopped"], [])
    assert_nothing_is_left(story)


def test_a_talk_stays_as_armed_when_its_end_is_reported_before_the_switch_says_who_has_answered(story):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins("""
        0.00  A  ASKS     1001
        0.02  B  RINGS
    """)
    flow.goes_unseen("""
        0.60  B  ANSWER
        0.60  B  FILE
        0.62  A  ANSWER
        0.62  A  BRIDGE   A-B
    """)
    # The link is up again, and a look at the switch sees the two talk. The switch is asked about B, and meanwhile:
    flow.begins("2.58  A  LEAVES   NORMAL_CLEARING")
    story.watch.begin("A", "B")
    flow.plays("""
        2.58  B  HANGUP   NORMAL_CLEARING
        2.58  A  HANGUP   NORMAL_CLEARING
    """)
    assert (flow.talks(), flow.kept(), flow.files()) == (["A-B recorded 1001"], ["B stopped"], 1)
    assert_nothing_is_left(story)
