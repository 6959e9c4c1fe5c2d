"""How calls of a conversation change, as captured, and what is written down of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.esl.flows import Marks, called, caller, customer


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow, the calls of each conversation that comes of it, and what is written down of its changes."""

    name: str
    legs: Mapping[str, Marks]
    events: str
    conversations: str
    changes: str = ""


def sends(marks: Marks, to: str) -> Marks:
    """The leg whose phone refers, as the switch tells of it at its end."""
    return {**marks, "variable_transfer_to": to}


TALKS = """
    0.00  A  ASKS     1001
    0.32  B  ANSWER
    0.34  A  ANSWER
    0.34  A  BRIDGE   A-B
"""
ENDS = """
    9.00  A  UNBRIDGE A-{partner}
    9.00  {partner}  HANGUP   NORMAL_CLEARING
    9.00  A  HANGUP   NORMAL_CLEARING
"""
CHANGES = [
    Kind(
        "an answered call changes nothing",
        {"A": customer(), "B": called("1001", by="A")},
        TALKS + ENDS.format(partner="B"),
        "A",
    ),
    Kind(
        "blind transfer by who answered",
        {"A": customer(), "B": sends(called("1001", by="A"), "blind:A"), "C": called("1003", by="A")},
        TALKS
        + """
        1.10  A  UNBRIDGE A-B
        1.10  B  HANGUP   NORMAL_CLEARING
        1.30  A  ASKS     1003
        1.36  C  ANSWER
        1.36  A  BRIDGE   A-C
        """
        + ENDS.format(partner="C"),
        "A",
        """
        1.10 transfer by 1001 on B, A, blind
        1.10 parted A, B
        """,
    ),
    Kind(
        "blind transfer by the caller: the called leg calls itself, and goes on with the conversation",
        {"A": sends(caller("1004", "1001"), "blind:B"), "B": called("1001", by="A"), "C": called("1003", by="B")},
        TALKS
        + """
        0.84  A  UNBRIDGE A-B
        0.84  A  HANGUP   NORMAL_CLEARING
        0.84  B  ASKS     1003
        0.86  C  ANSWER
        0.88  B  BRIDGE   B-C
        2.88  B  UNBRIDGE B-C
        2.88  B  HANGUP   NORMAL_CLEARING
        2.88  C  HANGUP   NORMAL_CLEARING
        """,
        "A B",
        """
        0.84 transfer by 1004 on A, B, blind
        0.88 parted B, A
        """,
    ),
    Kind(
        "attended transfer: the consultation's call is part of the customer's conversation",
        {
            "A": customer(),
            "B": sends(called("1001", by="A"), "att:D"),
            "C": caller("1001", "1003"),
            "D": called("1003", by="C"),
        },
        TALKS
        + """
        0.98  C  ASKS     1003
        1.30  D  ANSWER
        1.32  C  ANSWER
        1.32  C  BRIDGE   C-D
        2.86  C  UNBRIDGE C-D
        2.86  C  HANGUP   NORMAL_CLEARING
        2.86  A  UNBRIDGE A-B
        2.86  B  HANGUP   NORMAL_CLEARING
        2.88  A  BRIDGE   A-D
        """
        + ENDS.format(partner="D"),
        "A C",
        """
        2.86 transfer by 1001 on B, A, attended
        2.88 parted A, B
        2.88 parted D, C
        """,
    ),
    Kind(
        "semi-attended transfer: the phone that was asked still rings",
        {
            "A": customer(),
            "B": called("1001", by="A"),
            "C": sends(caller("1001", "1003"), "satt:A"),
            "D": called("1003", by="C"),
        },
        TALKS
        + """
        0.98  C  ASKS     1003
        1.00  D  RINGS
        1.30  C  LEAVES   ATTENDED_TRANSFER
        1.30  B  HANGUP   NORMAL_CLEARING
        1.30  A  UNBRIDGE A-B
        1.60  D  ANSWER
        1.62  C  HANGUP   ATTENDED_TRANSFER
        1.64  A  BRIDGE   A-D
        """
        + ENDS.format(partner="D"),
        "A C",
        """
        1.30 parted A, B
        1.62 transfer by 1001 on C, A, semi-attended
        """,
    ),
    Kind(
        "parked in 6001, and fetched",
        {"A": customer(), "B": sends(called("1001", by="A"), "blind:A"), "F": {**caller("1003", "6001")}},
        TALKS
        + """
        1.10  A  UNBRIDGE A-B
        1.10  B  HANGUP   NORMAL_CLEARING
        3.00  F  ANSWER
        3.00  A  PLACED   6001
        3.02  A  BRIDGE   A-F
        """
        + ENDS.format(partner="F"),
        "A",
        """
        1.10 park of A, 6001, until 3.02
        1.10 transfer by 1001 on B, A, blind
        1.10 parted A, B
        """,
    ),
    Kind(
        "parked in 6001, and hung up there",
        {"A": customer(), "B": sends(called("1001", by="A"), "blind:A")},
        TALKS
        + """
        1.10  A  UNBRIDGE A-B
        1.10  B  HANGUP   NORMAL_CLEARING
        3.00  A  PLACED   6001
        3.02  A  HANGUP   NORMAL_CLEARING
        """,
        "A",
        """
        1.10 park of A, 6001, until 3.02
        1.10 transfer by 1001 on B, A, blind
        1.10 parted A, B
        """,
    ),
    Kind(
        "a talk that nobody records is held",
        {"A": caller("1004", "1001"), "B": called("1001", by="A")},
        TALKS
        + """
        2.00  B  HOLD
        3.50  B  UNHOLD
        """
        + ENDS.format(partner="B"),
        "A",
        "2.00 hold by 1001 on B, until 3.50",
    ),
]
