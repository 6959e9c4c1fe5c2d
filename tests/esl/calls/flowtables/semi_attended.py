"""Semi-attended transfers, as FreeSWITCH 1.11.1 told of them.

A is the customer's leg, B the one towards 1001. C is 1001's second call, and D the leg towards 1003 that still rings
when 1001's phone connects A with it (REFER with Replaces): C leaves, the switch rings on, and D answers A.
"""

from tests.esl.calls.flowtables.other_partners import OF_TRUNK, TRUNK
from tests.esl.calls.flowtables.partner import DOCTOR, Kind
from tests.esl.flows import called, caller, customer

SEMI_ATTENDED = {
    "A": customer(),
    "B": called("1001", by="A"),
    "C": caller("1001", "1003"),
    "D": called("1003", by="C"),
}

SEMI_ATTENDED_KINDS = [
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
]
