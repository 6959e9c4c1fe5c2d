"""Armed legs that are picked up, sent elsewhere or left alone, as FreeSWITCH 1.11.1 told of them.

A is the customer's leg, B the one towards 1001; whoever comes later follows in the alphabet. Seconds are the capture's.
"""

from tests.esl.calls.flowtables.partner import DOCTOR, Kind
from tests.esl.flows import called, caller, customer

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

OTHERS = [
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
