"""Legs that live and are about to be connected with another one, as FreeSWITCH 1.11.1 told of them.

A is the customer's leg, B the one towards 1001, D the one towards 1003; seconds are the captures'.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.esl.flows import Marks, called, caller, customer
from tests.esl.story import ACME

DOCTOR = "+4522334499"

AB = {"A": customer(), "B": called("1001", by="A")}
CONSULTS = {**AB, "C": caller("1001", "1003"), "D": called("1003", by="C")}
CALLS_OUT = {
    "A": caller("1001", "+4522334455"),
    "B": {"Call-Direction": "outbound", "variable_fsplug_company": ACME, "variable_fsplug_call": "A"}
    | {"variable_fsplug_leg": "trunk", "Caller-Callee-ID-Number": "+4522334455"},
}
AGENT = {"Call-Direction": "outbound", "variable_dialed_user": "1003", "variable_dialed_domain": ACME}
FETCHES = {"Call-Direction": "inbound", "variable_sip_auth_username": "1003", "variable_sip_auth_realm": ACME}
WAITS = {**customer("+4570105001"), "Caller-ANI": "+4522334455"}

TALKS = """
    0.00  A  ASKS     1001
    0.06  B  ANSWER
    0.06  B  START
    0.06  A  ANSWER
    0.06  A  BRIDGE   A-B
"""
CONSULTED = f"""
    {TALKS}
    0.76  C  ASKS     1003
    0.80  D  ANSWER
    0.80  C  ANSWER
    0.80  D  START
    0.82  C  BRIDGE   C-D
"""
BRIDGED_ANEW = """
    {start}
    1.72  {first}  BRIDGE   {first}-{other}
    3.16  {recorded}  STOP     success-silence
    3.16  {first}  UNBRIDGE {first}-{other}
    3.16  {first}  HANGUP   NORMAL_CLEARING
    3.16  {other}  HANGUP   NORMAL_CLEARING
"""


def anew(first: str, other: str, recorded: str = "D", start: str = "1.70  {recorded}  START") -> str:
    said = start.format(recorded=recorded)
    return BRIDGED_ANEW.format(first=first, other=other, recorded=recorded, start=said)


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow, and its outcome: the talks, the recordings that are kept, and what the switch was told."""

    name: str
    legs: Mapping[str, Marks]
    events: str
    talks: str
    kept: str
    told: str


KINDS = [
    Kind(
        "attended transfer by who called out",
        {**CALLS_OUT, "C": caller("1001", "1003"), "D": called("1003", by="C")},
        f"""
        0.00  A  ASKS     trunk
        0.06  B  ANSWER
        0.06  A  ANSWER
        0.06  A  START
        0.06  A  BRIDGE   A-B
        0.76  C  ASKS     1003
        0.80  D  ANSWER
        0.80  C  ANSWER
        0.80  D  START
        0.82  C  BRIDGE   C-D
        1.66  C  UNBRIDGE C-D
        1.66  C  HANGUP   NORMAL_CLEARING
        1.68  A  LEAVES   NORMAL_CLEARING att:D
        1.68  A  STOP     success-silence
        1.68  A  UNBRIDGE A-B
        1.68  A  HANGUP   NORMAL_CLEARING att:D
        1.68  D  STOP     success-maxtime
        {anew("B", "D")}
        """,
        "A-B recorded 1001\nC-D recorded 1003\nB-D recorded 1003",
        "A stopped\nD stopped\nD stopped",
        "arm D\nstop D",
    ),
    Kind(
        "uuid_bridge of legs of two calls",
        {**AB, "C": caller("1003", "1004"), "D": called("1004", by="C")},
        f"""
        {TALKS}
        0.58  C  ASKS     1004
        0.60  D  ANSWER
        0.60  C  ANSWER
        0.62  C  START
        0.62  C  BRIDGE   C-D
        1.66  D  HANGUP   NORMAL_CLEARING
        1.68  B  LEAVES   NORMAL_CLEARING
        1.68  A  UNBRIDGE A-B C
        1.68  B  STOP     success-silence
        1.68  B  HANGUP   NORMAL_CLEARING
        1.68  C  STOP     success-maxtime
        1.68  C  UNBRIDGE C-D A
        {anew("A", "C", "C")}
        """,
        "A-B recorded 1001\nC-D recorded 1003\nA-C recorded 1003",
        "B stopped\nC stopped\nC stopped",
        "stop C\nstart C",
    ),
    Kind(
        "semi-attended transfer",
        CONSULTS,
        f"""
        {TALKS}
        0.76  C  ASKS     1003
        0.78  D  RINGS
        1.14  C  LEAVES   NORMAL_CLEARING satt:A
        1.14  B  LEAVES   NORMAL_CLEARING
        1.14  A  UNBRIDGE A-B
        1.14  B  STOP     success-silence
        1.20  B  HANGUP   NORMAL_CLEARING
        1.66  D  ANSWER
        1.68  C  HANGUP   NORMAL_CLEARING satt:A
        {anew("A", "D")}
        """,
        "A-B recorded 1001\nA-D recorded 1003",
        "B stopped\nD stopped",
        "disarm D\nstart D",
    ),
    Kind(
        "picked up while it rings",
        {
            **AB,
            "A": {**AB["A"], "variable_signal_bond": "C"},
            "C": {**FETCHES, "variable_current_application": "intercept"},
        }
        | {"B": {**AB["B"], "variable_signal_bond": "A"}},
        f"""
        0.00  A  ASKS     1001
        0.02  B  RINGS
        1.66  C  ANSWER
        1.66  A  ANSWER
        1.66  B  LEAVES   PICKED_OFF
        1.66  B  HANGUP   PICKED_OFF
        {anew("C", "A", "C")}
        """,
        "C-A recorded 1003",
        "C stopped",
        "start C",
    ),
    Kind(
        "fetched from a park",
        {**AB, "C": FETCHES},
        f"""
        {TALKS}
        0.28  B  LEAVES   NORMAL_CLEARING blind:A
        0.28  B  STOP     success-silence
        0.28  A  UNBRIDGE A-B
        0.30  B  HANGUP   NORMAL_CLEARING blind:A
        1.68  C  ANSWER
        1.68  A  VALET    C
        {anew("A", "C", "C")}
        """,
        "A-B recorded 1001\nA-C recorded 1003",
        "B stopped\nC stopped",
        "start C",
    ),
    Kind(
        "a queue of mod_callcenter",
        {"A": WAITS, "B": {**AGENT, "variable_cc_side": "agent"}},
        f"""
        0.00  A  ANSWER
        1.60  B  ANSWER
        1.66  A  CENTER   B
        {anew("A", "B", "B")}
        """,
        "A-B recorded 1003",
        "B stopped",
        "start B",
    ),
    Kind(
        "a queue of mod_fifo, whose agent calls",
        {"A": WAITS, "B": {**FETCHES, "variable_fifo_role": "consumer"}},
        f"""
        0.00  A  ANSWER
        1.60  B  ANSWER
        1.68  B  FIFO     A
        {anew("B", "A", "B")}
        """,
        "B-A recorded 1003",
        "B stopped",
        "start B",
    ),
    Kind(
        "a queue of mod_fifo, which calls its agent",
        {"A": WAITS, "B": {**AGENT, "variable_fifo_role": "consumer", "variable_fifo_bridge_uuid": "A"}},
        f"""
        0.00  A  ANSWER
        1.66  B  ANSWER
        1.68  B  FIFO     A
        {anew("B", "A", "B")}
        """,
        "B-A recorded 1003",
        "B stopped",
        "start B",
    ),
    Kind(
        "it is said too late for the leg, which the switch then does not wait for",
        {"A": WAITS, "B": {**FETCHES, "variable_fifo_role": "consumer"}},
        """
        0.00  A  ANSWER
        1.60  B  ANSWER
        1.68  B  FIFO     A
        1.68  B  BRIDGE   B-A
        1.74  B  START
        3.16  B  STOP     success-silence
        3.16  B  UNBRIDGE B-A
        3.16  A  HANGUP   NORMAL_CLEARING
        3.16  B  HANGUP   NORMAL_CLEARING
        """,
        "B-A recorded 1003",
        "B stopped",
        "start B\nstart at once B",
    ),
    Kind(
        "who fetches it gets nobody, and hangs up",
        {**AB, "C": FETCHES},
        f"""
        {TALKS}
        0.28  B  STOP     success-silence
        0.28  A  UNBRIDGE A-B
        0.30  B  HANGUP   NORMAL_CLEARING
        1.68  C  ANSWER
        1.68  A  VALET    C
        1.70  C  START
        1.72  A  HANGUP   NORMAL_CLEARING
        1.80  C  STOP     success-silence
        1.80  C  HANGUP   NORMAL_CLEARING
        """,
        "A-B recorded 1001",
        "B stopped",
        "start C",
    ),
    Kind(
        "who was about to talk to a customer talks to somebody who is never recorded instead",
        {**AB, "C": FETCHES, "D": customer(who=DOCTOR)},
        f"""
        {TALKS}
        0.28  B  STOP     success-silence
        0.28  A  UNBRIDGE A-B
        0.30  B  HANGUP   NORMAL_CLEARING
        1.60  C  ANSWER
        1.68  A  VALET    C
        1.70  C  START
        1.72  A  HANGUP   NORMAL_CLEARING
        2.00  D  ANSWER
        2.02  C  BRIDGE   C-D
        2.10  C  STOP     success-maxtime
        5.00  C  UNBRIDGE C-D
        5.00  D  HANGUP   NORMAL_CLEARING
        5.00  C  HANGUP   NORMAL_CLEARING
        """,
        "A-B recorded 1001\nC-D not-recorded 1003",
        "B stopped",
        "start C\nstop C",
    ),
]
