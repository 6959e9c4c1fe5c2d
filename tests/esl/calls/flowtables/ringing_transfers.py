"""Calls that go elsewhere before or at the answer, as FreeSWITCH 1.11.1 told of them.

A is the customer's leg, B the one towards 1001; whoever comes later follows in the alphabet. Seconds are the capture's.
"""

from tests.esl.calls.flowtables.transfer import AB, Kind
from tests.esl.flows import called, caller

BEFORE_THE_ANSWER = [
    Kind(
        "transfer while it rings",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.46  B  HANGUP   ORIGINATOR_CANCEL
        0.47  A  ASKS     1003
        0.52  C  ANSWER
        0.54  C  START
        0.54  A  ANSWER
        0.54  A  BRIDGE   A-C
        2.46  C  STOP     success-silence
        2.46  C  HANGUP   NORMAL_CLEARING
        2.46  A  UNBRIDGE A-C
        2.46  A  HANGUP   NORMAL_CLEARING
        """,
        "A-C recorded 1003",
        "C stopped",
    ),
    Kind(
        "deflected",
        AB,
        """
        0.00  A  ASKS     1001
        0.02  B  HANGUP   REQUESTED_CHAN_UNAVAIL
        0.04  A  HANGUP   REQUESTED_CHAN_UNAVAIL
        """,
        "",
    ),
    Kind(
        "fork: the faster phone has the call",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001,1003
        8.99  C  ANSWER
        8.99  C  START
        9.00  B  ANSWER
        9.00  B  START
        9.00  A  ANSWER
        9.02  A  BRIDGE   A-B
        9.03  C  STOP     success-silence
        9.03  C  HANGUP   LOSE_RACE
        20.0  B  STOP     success-silence
        20.0  A  UNBRIDGE A-B
        20.0  B  HANGUP   NORMAL_CLEARING
        20.0  A  HANGUP   NORMAL_CLEARING
        """,
        "A-B recorded 1001",
        "B stopped",
        cut_at=20.0,
    ),
    Kind(
        "fork: nobody tells that the slower phone records",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001,1003
        8.99  C  ANSWER
        8.99  C  FILE
        9.00  B  ANSWER
        9.00  B  START
        9.00  A  ANSWER
        9.02  A  BRIDGE   A-B
        9.03  C  HANGUP   LOSE_RACE
        20.0  B  STOP     success-silence
        20.0  A  UNBRIDGE A-B
        20.0  B  HANGUP   NORMAL_CLEARING
        20.0  A  HANGUP   NORMAL_CLEARING
        """,
        "A-B recorded 1001",
        "B stopped",
        cut_at=20.0,
    ),
    Kind(
        "pick-up while it rings",
        {**AB, "C": caller("1003", "*8")},
        """
        0.00  A  ASKS     1001
        0.60  C  ANSWER
        0.60  A  ANSWER
        0.60  B  HANGUP   PICKED_OFF
        0.62  C  BRIDGE   C-A
        0.80  C  START
        2.60  C  STOP     success-silence
        2.60  C  UNBRIDGE C-A
        2.62  C  HANGUP   NORMAL_CLEARING
        2.62  A  HANGUP   NORMAL_CLEARING
        """,
        "C-A recorded 1003",
        "C stopped",
        "start at once C",
        cut_at=2.60,
        heard=("C", "A"),
    ),
    Kind(
        "pick-up at the very answer",
        {**AB, "C": caller("1003", "*8")},
        """
        0.00  A  ASKS     1001
        0.58  B  ANSWER
        0.58  B  START
        0.60  C  ANSWER
        0.60  A  ANSWER
        0.60  B  STOP     success-silence
        0.60  B  HANGUP   PICKED_OFF
        0.62  C  BRIDGE   C-A
        0.80  C  START
        2.60  C  STOP     success-silence
        2.60  C  UNBRIDGE C-A
        2.62  C  HANGUP   NORMAL_CLEARING
        2.62  A  HANGUP   NORMAL_CLEARING
        """,
        "C-A recorded 1003",
        "C stopped",
        "start at once C",
        cut_at=2.60,
        heard=("C", "A"),
    ),
]
