"""Calls that wait in a queue or in a park, as FreeSWITCH 1.11.1 told of them.

A is the customer's leg; B the agent's, or the one towards 1001; C fetches what is parked. Seconds are the captures'.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.esl.flows import Marks, called, caller, customer
from tests.esl.story import ACME, BETA, CUSTOMER

QUEUE, DIRECT = "+4570105001", "+4570101001"
DOCTOR = "+4522334499"
# The caller ID of a leg that waits in a queue of mod_fifo becomes the agent's when the two are bridged.
WAITS = {**customer(QUEUE), "Caller-ANI": CUSTOMER}
IN_GROUP_2001, IN_GROUP_2002 = ({**WAITS, "variable_fsplug_groups": group} for group in ("2001", "2002"))
EXCLUDED = {**WAITS, "Caller-Caller-ID-Number": DOCTOR, "Caller-ANI": DOCTOR}
FETCHES = {"Caller-Caller-ID-Number": "1003", "Caller-ANI": "1003", "Caller-Destination-Number": "6001"}
PARKED = {"variable_valet_lot_extension": "6001"}


def signed_in(user: str, company: str = ACME) -> Marks:
    """A phone of this user's that calls; nothing of fsplug's is on its leg."""
    return {"Call-Direction": "inbound", "variable_sip_auth_username": user, "variable_sip_auth_realm": company}


def rung(user: str, **marks: str) -> Marks:
    """A leg that the queue itself made towards this user, for no call."""
    dialled = {"variable_dialed_user": user, "variable_dialed_domain": ACME, "Caller-Destination-Number": user}
    return {"Call-Direction": "outbound", "Caller-ANI": CUSTOMER, **dialled, **marks}


AGENT = {"variable_fifo_role": "consumer"}
BY_FIFO = """
    0.00  A  ANSWER
    0.82  B  RINGS
    0.84  B  ANSWER
    0.86  B  BRIDGE   B-A
    {records}
    2.38  A  LEAVES   NORMAL_CLEARING
    2.38  A  HANGUP   NORMAL_CLEARING
    2.38  B  UNBRIDGE B-A
    {ends}
    2.38  B  LEAVES   NORMAL_CLEARING
    2.38  B  HANGUP   NORMAL_CLEARING
"""
BY_CALLCENTER = """
    0.00  A  ANSWER
    0.08  B  RINGS
    0.10  B  ANSWER
    0.14  A  BRIDGE   A-B
    {records}
    1.64  B  LEAVES   NORMAL_CLEARING
    {ends}
    1.66  A  UNBRIDGE A-B
    1.66  A  LEAVES   NORMAL_CLEARING
    1.66  B  HANGUP   NORMAL_CLEARING
    1.66  A  HANGUP   NORMAL_CLEARING
"""
RECORDS, ENDS = {BY_FIFO: "1.06 B START", BY_CALLCENTER: "0.34 B START"}, "{0} B STOP success-silence"
IS_PARKED_AND_FETCHED = """
    0.00  A  ASKS     1001
    0.02  B  ANSWER
    0.02  B  START
    0.04  A  ANSWER
    0.04  A  BRIDGE   A-B
    0.58  B  LEAVES   NORMAL_CLEARING
    0.58  B  STOP     success-silence
    0.58  A  UNBRIDGE A-B
    0.58  B  HANGUP   NORMAL_CLEARING
    1.68  C  ANSWER
    1.70  A  BRIDGE   A-C
    1.90  C  START
    3.28  C  STOP     success-silence
    3.28  C  HANGUP   NORMAL_CLEARING
    3.28  A  UNBRIDGE A-C
    3.28  A  HANGUP   NORMAL_CLEARING
"""
WAS_CALLED_IS_PARKED_AND_FETCHED = """
    0.00  B  ASKS     trunk
    0.02  A  ANSWER
    0.02  B  ANSWER
    0.02  B  START
    0.02  B  BRIDGE   B-A
    0.62  B  UNBRIDGE B-A
    0.62  B  STOP     success-silence
    0.62  B  HANGUP   NORMAL_CLEARING
    1.70  C  ANSWER
    1.74  A  BRIDGE   A-C
    1.94  C  START
    3.30  A  LEAVES   NORMAL_CLEARING
    3.32  C  STOP     success-silence
    3.32  A  UNBRIDGE A-C
    3.32  A  HANGUP   NORMAL_CLEARING
    3.32  C  HANGUP   NORMAL_CLEARING
"""


def queued(table: str, at: str = "", ends_at: str = "") -> str:
    records = RECORDS[table] if at else ""
    return table.format(records=records, ends=ENDS.format(ends_at) if ends_at else "")


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow and its outcome: the talks, each with rule, direction and both numbers; what is kept; the calls' rows."""

    name: str
    legs: Mapping[str, Marks]
    events: str
    talks: str
    decided: str
    kept: str
    calls: str


TO_QUEUE = f"A incoming {CUSTOMER} {QUEUE}"
KINDS = [
    Kind(
        "mod_fifo rings an agent",
        {"A": WAITS, "B": rung("1003", **AGENT)},
        queued(BY_FIFO, "B", "2.38"),
        "B-A recorded 1003",
        f"department-policy incoming {CUSTOMER} {QUEUE}",
        "B stopped",
        TO_QUEUE,
    ),
    Kind(
        "mod_fifo rings an agent by the phone's registration",
        {
            "A": {**WAITS, "Caller-Caller-ID-Number": "1003%acme.example", "Caller-Callee-ID-Number": CUSTOMER},
            "B": {**AGENT, "Call-Direction": "outbound", "Caller-Destination-Number": "1003%acme.example"},
        },
        queued(BY_FIFO, "B", "2.38"),
        "B-A recorded 1003",
        f"department-policy incoming {CUSTOMER} {QUEUE}",
        "B stopped",
        TO_QUEUE,
    ),
    Kind(
        "an agent dials into the queue of mod_fifo",
        {"A": WAITS, "B": {**signed_in("1001"), **AGENT}},
        queued(BY_FIFO, "B", "2.38"),
        "B-A recorded 1001",
        f"department-policy incoming {CUSTOMER} {QUEUE}",
        "B stopped",
        TO_QUEUE,
    ),
    Kind(
        "an agent without the flag",
        {"A": WAITS, "B": rung("1004", **AGENT)},
        queued(BY_FIFO),
        "B-A not-recorded 1004",
        f"department-policy incoming {CUSTOMER} {QUEUE}",
        "",
        TO_QUEUE,
    ),
    Kind(
        "an agent of another company with the same name",
        {"A": WAITS, "B": {**signed_in("1001", BETA), **AGENT}},
        queued(BY_FIFO),
        "B-A not-recorded None",
        f"no-policy incoming {CUSTOMER} {QUEUE}",
        "",
        TO_QUEUE,
    ),
    Kind(
        "mod_callcenter rings an agent",
        {"A": WAITS, "B": rung("1003", variable_cc_side="agent")},
        queued(BY_CALLCENTER, "B", "1.64"),
        "A-B recorded 1003",
        f"department-policy incoming {CUSTOMER} {QUEUE}",
        "B stopped",
        TO_QUEUE,
    ),
    Kind(
        "an excluded customer in mod_fifo's queue",
        {"A": EXCLUDED, "B": rung("1003", **AGENT)},
        queued(BY_FIFO),
        "B-A not-recorded 1003",
        f"excluded-number incoming {DOCTOR} {QUEUE}",
        "",
        f"A incoming {DOCTOR} {QUEUE}",
    ),
    Kind(
        "an excluded customer in mod_callcenter's queue",
        {"A": EXCLUDED, "B": rung("1003", variable_cc_side="agent")},
        queued(BY_CALLCENTER),
        "A-B not-recorded 1003",
        f"excluded-number incoming {DOCTOR} {QUEUE}",
        "",
        f"A incoming {DOCTOR} {QUEUE}",
    ),
    Kind(
        "a queue after a group that always records",
        {"A": IN_GROUP_2001, "B": rung("1003", **AGENT)},
        queued(BY_FIFO, "B", "2.38"),
        "B-A recorded 1003",
        f"group-always incoming {CUSTOMER} {QUEUE}",
        "B stopped",
        f"{TO_QUEUE} 2001",
    ),
    Kind(
        "a queue after a group that never records",
        {"A": IN_GROUP_2002, "B": rung("1003", variable_cc_side="agent")},
        queued(BY_CALLCENTER),
        "A-B not-recorded 1003",
        f"group-never incoming {CUSTOMER} {QUEUE}",
        "",
        f"{TO_QUEUE} 2002",
    ),
    Kind(
        "a customer who called is parked, and fetched",
        {"A": {**customer(DIRECT), **PARKED}, "B": called("1001", by="A"), "C": {**signed_in("1003"), **FETCHES}},
        IS_PARKED_AND_FETCHED,
        """
        A-B recorded 1001
        A-C recorded 1003
        """,
        f"""
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} 1003
        """,
        """
        B stopped
        C stopped
        """,
        f"A incoming {CUSTOMER} {DIRECT}",
    ),
    Kind(
        "a customer who was called is parked, and fetched",
        {
            "A": {
                "Call-Direction": "outbound",
                "variable_fsplug_company": ACME,
                "variable_fsplug_leg": "trunk",
                "variable_fsplug_call": "B",
                "variable_sip_to_user": CUSTOMER,
                "Caller-Destination-Number": "6001",
                "Caller-Transfer-Source": "blind transfer",
                **PARKED,
            },
            "B": caller("1001", CUSTOMER),
            "C": {**signed_in("1003"), **FETCHES},
        },
        WAS_CALLED_IS_PARKED_AND_FETCHED,
        """
        B-A recorded 1001
        A-C recorded 1003
        """,
        f"""
        department-policy outgoing 1001 {CUSTOMER}
        department-policy outgoing 1003 {CUSTOMER}
        """,
        """
        B stopped
        C stopped
        """,
        f"B outgoing 1001 {CUSTOMER}",
    ),
]
