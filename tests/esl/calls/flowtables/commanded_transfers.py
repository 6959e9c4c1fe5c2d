"""Transfers by a command to the switch, as FreeSWITCH 1.11.1 told of them.

A is the customer's leg, B the one towards 1001; whoever comes later follows in the alphabet. Seconds are the capture's.
"""

from tests.esl.calls.flowtables.transfer import AB, Kind
from tests.esl.flows import called, caller

BY_COMMANDS = [
    Kind(
        "uuid_transfer of the caller's leg",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.06  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.84  B  STOP     success-silence
        0.84  B  HANGUP   NORMAL_CLEARING
        0.84  A  UNBRIDGE A-B
        0.85  A  ASKS     1003
        0.86  C  ANSWER
        0.88  C  START
        0.88  A  BRIDGE   A-C
        2.82  C  STOP     success-silence
        2.82  C  HANGUP   NORMAL_CLEARING
        2.84  A  UNBRIDGE A-C
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
        cut_at=0.84,
    ),
    Kind(
        "uuid_transfer -bleg",
        {**AB, "C": called("1003", by="B")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  A  ANSWER
        0.04  B  START
        0.04  A  BRIDGE   A-B
        0.82  A  UNBRIDGE A-B
        0.82  A  HANGUP   NORMAL_CLEARING
        0.83  B  ASKS     1003
        0.86  C  ANSWER
        0.88  C  START
        0.88  B  BRIDGE   B-C
        0.90  B  STOP     success-maxtime
        2.82  C  STOP     success-silence
        2.82  C  HANGUP   NORMAL_CLEARING
        2.82  B  UNBRIDGE B-C
        2.82  B  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        B-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        "stop B",
        cut_at=0.82,
    ),
    Kind(
        "uuid_transfer -bleg, and it rings for long",
        {**AB, "C": called("1003", by="B")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  B  START
        0.04  A  ANSWER
        0.04  A  BRIDGE   A-B
        0.82  A  UNBRIDGE A-B
        0.82  A  HANGUP   NORMAL_CLEARING
        0.83  B  ASKS     1003
        0.94  B  STOP     success-maxtime
        9.86  C  ANSWER
        9.88  C  START
        9.88  B  BRIDGE   B-C
        12.8  C  STOP     success-silence
        12.8  C  HANGUP   NORMAL_CLEARING
        12.8  B  UNBRIDGE B-C
        12.8  B  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        B-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        "stop B",
        cut_at=0.82,
    ),
    Kind(
        "uuid_transfer -both",
        {**AB, "C": called("1003", by="B"), "D": called("1004", by="A")},
        """
        0.00  A  ASKS     1001
        0.02  B  ANSWER
        0.04  A  ANSWER
        0.04  B  START
        0.04  A  BRIDGE   A-B
        0.82  A  UNBRIDGE A-B
        0.83  B  ASKS     1003
        0.83  A  ASKS     1004
        0.86  D  ANSWER
        0.86  C  ANSWER
        0.86  C  START
        0.86  A  BRIDGE   A-D
        0.88  B  BRIDGE   B-C
        0.90  B  STOP     success-maxtime
        2.82  B  UNBRIDGE B-C
        2.82  B  HANGUP   NORMAL_CLEARING
        2.82  A  UNBRIDGE A-D
        2.82  A  HANGUP   NORMAL_CLEARING
        2.84  C  STOP     success-silence
        2.84  C  HANGUP   NORMAL_CLEARING
        2.84  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded     1001
        A-D not-recorded 1004
        B-C recorded     1003
        """,
        """
        B stopped
        C stopped
        """,
        "stop B",
        cut_at=0.82,
    ),
    Kind(
        "uuid_bridge of legs of two calls",
        {**AB, "C": caller("1003", "1004"), "D": called("1004", by="C")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.52  C  ASKS     1004
        0.56  D  ANSWER
        0.56  C  ANSWER
        0.58  C  START
        0.58  C  BRIDGE   C-D
        1.36  D  HANGUP   NORMAL_CLEARING
        1.36  B  STOP     success-silence
        1.36  A  UNBRIDGE A-B
        1.36  B  HANGUP   NORMAL_CLEARING
        1.36  C  UNBRIDGE C-D
        1.40  A  BRIDGE   A-C
        1.42  C  STOP     success-maxtime
        1.60  C  START
        3.36  C  STOP     success-silence
        3.36  C  HANGUP   NORMAL_CLEARING
        3.38  A  UNBRIDGE A-C
        3.38  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        C-D recorded 1003
        A-C recorded 1003
        """,
        """
        B stopped
        C stopped
        C stopped
        """,
        """
        stop  C
        start at once C
        """,
        cut_at=1.36,
        heard=("C", "D"),
    ),
]
