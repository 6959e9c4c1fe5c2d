"""Conferences, as FreeSWITCH 1.11.1 told of them: a flow and its outcome.

A belongs to the customer, B to 1001 (Sales: no internal calls), C to 1003 (Support: all calls), D to who comes last.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.esl.calls.flowtables.conferencelegs import ANOTHER, DIRECT, DOCTOR, ROOM, A, B, C
from tests.esl.flows import Marks, called, customer
from tests.esl.story import CUSTOMER


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow and its outcome: parts decided, each with rule, direction and both numbers; what is kept; the commands."""

    name: str
    legs: Mapping[str, Marks]
    events: str
    parts: str
    decided: str
    kept: str = ""
    commands: str = ""
    gaps: str = ""


KINDS = [
    Kind(
        "three dial in, and leave one after the other",
        {"A": A, "B": B, "C": C},
        """
        0.00  A  ANSWER
        0.00  A  COMES    room
        0.46  B  ANSWER
        0.46  B  COMES    room
        0.48  B  START
        0.92  C  ANSWER
        0.92  C  COMES    room
        0.94  B  START
        0.94  C  START
        0.96  B  STOP     success-maxtime
        4.04  C  LEAVES   NORMAL_CLEARING
        4.04  C  STOP     success-silence
        4.06  C  GOES     room
        4.06  C  HANGUP   NORMAL_CLEARING
        4.50  A  LEAVES   NORMAL_CLEARING
        4.50  A  GOES     room
        4.52  A  HANGUP   NORMAL_CLEARING
        4.52  B  STOP     success-maxtime
        4.94  B  LEAVES   NORMAL_CLEARING
        4.96  B  GOES     room
        4.96  B  HANGUP   NORMAL_CLEARING
        """,
        """
        B-room recorded 1001
        B-room recorded 1001
        C-room recorded 1003
        """,
        f"""
        department-policy incoming {CUSTOMER} {ROOM}
        department-policy incoming {CUSTOMER} {ROOM}
        department-policy incoming {CUSTOMER} {ROOM}
        """,
        """
        B stopped
        C stopped
        B stopped
        """,
        """
        start B
        start B
        stop  B
        start C
        stop  B
        """,
    ),
    Kind(
        "somebody is there who is never recorded",
        {"A": customer(ROOM, who=DOCTOR), "B": B, "C": C},
        """
        0.00  B  ANSWER
        0.00  A  ANSWER
        0.00  A  COMES    room
        0.00  B  COMES    room
        0.92  C  ANSWER
        0.92  C  COMES    room
        2.00  C  GOES     room
        2.00  C  HANGUP   NORMAL_CLEARING
        2.10  A  GOES     room
        2.10  A  HANGUP   NORMAL_CLEARING
        2.20  B  GOES     room
        2.20  B  HANGUP   NORMAL_CLEARING
        """,
        """
        B-room not-recorded 1001
        B-room not-recorded 1001
        C-room not-recorded 1003
        """,
        f"""
        excluded-number incoming {DOCTOR} {ROOM}
        excluded-number incoming {DOCTOR} {ROOM}
        excluded-number incoming {DOCTOR} {ROOM}
        """,
    ),
    Kind(
        "somebody comes who is never recorded, and goes again",
        {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)},
        """
        0.00  A  ANSWER
        0.00  C  ANSWER
        0.00  A  COMES    room
        0.00  C  COMES    room
        0.02  C  START
        2.00  D  ANSWER
        2.00  D  COMES    room
        2.00  C  STOP     success-maxtime
        3.00  D  GOES     room
        3.00  D  HANGUP   NORMAL_CLEARING
        3.02  C  START
        4.00  C  STOP     success-silence
        4.00  C  GOES     room
        4.00  C  HANGUP   NORMAL_CLEARING
        4.10  A  GOES     room
        4.10  A  HANGUP   NORMAL_CLEARING
        """,
        """
        C-room recorded     1003
        C-room not-recorded 1003
        C-room recorded     1003
        """,
        f"""
        department-policy incoming {CUSTOMER} {ROOM}
        excluded-number   incoming {CUSTOMER} {ROOM}
        department-policy incoming {CUSTOMER} {ROOM}
        """,
        """
        C stopped
        C stopped
        """,
        """
        start C
        stop  C
        start C
        """,
    ),
    Kind(
        "colleagues among themselves, then a customer comes",
        {"B": B, "C": C, "D": customer(ROOM, who=ANOTHER)},
        """
        0.00  B  ANSWER
        0.00  C  ANSWER
        0.00  B  COMES    room
        0.00  C  COMES    room
        0.02  C  START
        1.00  D  ANSWER
        1.00  D  COMES    room
        1.02  B  START
        1.02  C  START
        1.02  C  STOP     success-maxtime
        3.00  B  STOP     success-silence
        3.00  B  GOES     room
        3.00  B  HANGUP   NORMAL_CLEARING
        3.00  C  STOP     success-silence
        3.00  C  GOES     room
        3.00  C  HANGUP   NORMAL_CLEARING
        3.00  D  GOES     room
        3.00  D  HANGUP   NORMAL_CLEARING
        """,
        """
        B-room not-recorded 1001
        C-room recorded     1003
        C-room recorded     1003
        B-room recorded     1001
        """,
        f"""
        department-policy internal 1003 4001
        department-policy internal 1001 4001
        department-policy incoming {ANOTHER} {ROOM}
        department-policy incoming {ANOTHER} {ROOM}
        """,
        """
        C stopped
        C stopped
        B stopped
        """,
        """
        start C
        start B
        start C
        stop  C
        """,
    ),
    Kind(
        "a talk that is turned into a conference",
        {"A": {**customer(DIRECT)}, "B": called("1001", by="A"), "C": C},
        """
        0.00  A  ASKS     1001
        0.10  B  ANSWER
        0.10  B  START
        0.12  A  ANSWER
        0.12  A  BRIDGE   A-B
        0.66  A  UNBRIDGE A-B
        0.66  A  COMES    room
        0.66  B  COMES    room
        0.68  B  START
        0.68  B  STOP     success-maxtime
        1.74  C  ANSWER
        1.74  C  COMES    room
        1.76  B  START
        1.76  C  START
        1.76  B  STOP     success-maxtime
        2.34  A  LEAVES   NORMAL_CLEARING
        2.36  A  GOES     room
        2.36  A  HANGUP   NORMAL_CLEARING
        2.38  C  START
        2.38  C  STOP     success-maxtime
        2.38  B  STOP     success-maxtime
        2.88  C  STOP     success-silence
        2.88  C  LEAVES   NORMAL_CLEARING
        2.90  C  GOES     room
        2.90  C  HANGUP   NORMAL_CLEARING
        3.62  B  LEAVES   NORMAL_CLEARING
        3.64  B  GOES     room
        3.64  B  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B    recorded     1001
        B-room recorded     1001
        B-room recorded     1001
        C-room recorded     1003
        C-room recorded     1003
        B-room not-recorded 1001
        """,
        f"""
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy internal 1003 1001
        department-policy internal 1003 4001
        """,
        """
        B stopped
        B stopped
        C stopped
        B stopped
        C stopped
        """,
        """
        start B
        stop  B
        start B
        stop  B
        start C
        stop  B
        start C
        stop  C
        """,
    ),
    Kind(
        "one user alone, and two strangers",
        {"A": A, "B": B, "D": customer(ROOM, who=ANOTHER)},
        """
        0.00  B  ANSWER
        0.00  B  COMES    alone
        0.00  A  ANSWER
        0.00  A  COMES    room
        0.00  D  ANSWER
        0.00  D  COMES    room
        2.00  A  GOES     room
        2.00  A  HANGUP   NORMAL_CLEARING
        2.00  B  GOES     alone
        2.00  B  HANGUP   NORMAL_CLEARING
        2.00  D  GOES     room
        2.00  D  HANGUP   NORMAL_CLEARING
        """,
        "",
        "",
    ),
]
