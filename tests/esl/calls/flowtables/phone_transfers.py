"""Blind and attended transfers by phones, as FreeSWITCH 1.11.1 told of them.

A is the customer's leg, B the one towards 1001; whoever comes later follows in the alphabet. Seconds are the capture's.
"""

from tests.esl.calls.flowtables.transfer import AB, Kind
from tests.esl.flows import called, caller

BY_PHONES = [
    Kind(
        "blind transfer by who answered",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  A  ANSWER
        0.04  B  START
        0.04  A  BRIDGE   A-B
        1.10  B  STOP     success-silence
        1.10  A  UNBRIDGE A-B
        1.10  B  HANGUP   NORMAL_CLEARING
        1.11  A  ASKS     1003
        1.16  C  ANSWER
        1.16  C  START
        1.16  A  BRIDGE   A-C
        3.14  C  STOP     success-silence
        3.14  C  HANGUP   NORMAL_CLEARING
        3.14  A  UNBRIDGE A-C
        3.14  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        cut_at=1.10,
    ),
    Kind(
        "blind transfer by who answered, hung up by the switch",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.12  B  ANSWER
        0.12  B  START
        0.12  A  ANSWER
        0.12  A  BRIDGE   A-B
        0.83  B  STOP     success-silence
        0.83  B  HANGUP   BLIND_TRANSFER
        0.83  A  UNBRIDGE A-B
        0.84  A  ASKS     1003
        0.95  C  ANSWER
        0.95  C  START
        0.95  A  BRIDGE   A-C
        2.83  A  UNBRIDGE A-C
        2.83  C  STOP     success-silence
        2.83  C  HANGUP   NORMAL_CLEARING
        2.84  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        cut_at=0.83,
    ),
    Kind(
        "blind transfer by the caller",
        {"A": caller("1004", "1001"), "B": called("1001", by="A"), "C": called("1003", by="B")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.84  A  UNBRIDGE A-B
        0.84  A  HANGUP   NORMAL_CLEARING
        0.84  B  ASKS     1003
        0.86  C  ANSWER
        0.88  C  START
        0.88  B  BRIDGE   B-C
        2.88  B  UNBRIDGE B-C
        2.88  B  HANGUP   NORMAL_CLEARING
        2.88  C  STOP     success-silence
        2.88  C  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B not-recorded 1004
        B-C recorded     1003
        """,
        "C stopped",
        cut_at=0.84,
    ),
    Kind(
        "attended transfer",
        {**AB, "C": caller("1001", "1003"), "D": called("1003", by="C")},
        """
        0.00  A  ASKS     1001
        0.06  B  ANSWER
        0.06  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.76  C  ASKS     1003
        0.80  D  ANSWER
        0.80  C  ANSWER
        0.80  D  START
        0.82  C  BRIDGE   C-D
        2.12  C  UNBRIDGE C-D
        2.12  C  LEAVES   NORMAL_CLEARING
        2.12  C  HANGUP   NORMAL_CLEARING
        2.14  B  LEAVES   NORMAL_CLEARING att:D
        2.14  A  UNBRIDGE A-B D
        2.14  B  STOP     success-silence
        2.14  B  HANGUP   NORMAL_CLEARING att:D
        2.14  D  STOP     success-maxtime
        2.16  D  START
        2.18  A  BRIDGE   A-D
        5.36  D  STOP     success-silence
        5.36  A  UNBRIDGE A-D
        5.36  A  HANGUP   NORMAL_CLEARING
        5.36  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        C-D recorded 1003
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        D stopped
        """,
        """
        arm  D
        stop D
        """,
        cut_at=2.14,
    ),
    Kind(
        "attended transfer, heard by a listener to the colleague",
        {**AB, "C": caller("1001", "1003"), "D": called("1003", by="C")},
        """
        0.00  A  ASKS     1001
        0.32  B  ANSWER
        0.32  B  START
        0.34  A  ANSWER
        0.34  A  BRIDGE   A-B
        0.98  C  ASKS     1003
        1.33  D  ANSWER
        1.34  D  START
        1.34  C  ANSWER
        1.34  C  BRIDGE   C-D
        2.81  B  STOP     success-silence
        2.82  B  HANGUP   ATTENDED_TRANSFER
        2.82  A  UNBRIDGE A-B
        2.82  C  UNBRIDGE C-D
        2.82  C  HANGUP   ATTENDED_TRANSFER
        2.84  A  BRIDGE   A-D
        2.86  D  STOP     success-maxtime
        2.98  D  START
        5.31  A  UNBRIDGE A-D
        5.31  D  STOP     success-silence
        5.32  D  HANGUP   NORMAL_CLEARING
        5.32  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        C-D recorded 1003
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        D stopped
        """,
        """
        arm       D
        stop      D
        take back D
        start at once D
        """,
        cut_at=2.82,
        heard=("D", "C"),
    ),
]
