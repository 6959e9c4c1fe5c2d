"""What a recorded leg did while fsplug was away, and what stays of its file.

A is the customer's leg, B the one towards 1001, which is recorded, and X the leg of somebody else. fsplug sees what is
BEFORE, was seen alive until 2.00, and is back at 6.00.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.esl.calls.flowtables.partner import DOCTOR
from tests.esl.flows import called, customer

ANOTHER = "+4522334466"
BEFORE = """
    0.00  A  ASKS     1001
    0.02  B  RINGS
    0.04  B  ANSWER
    0.04  B  START
    0.06  A  ANSWER
    0.06  A  BRIDGE   A-B
"""
LEGS = {"A": customer(), "B": called("1001", by="A"), "X": customer("+4570101003", who=DOCTOR)}
ANOTHER_LEGS = {**LEGS, "X": customer("+4570101003", who=ANOTHER)}
SEEN_UNTIL = 2.0


@dataclass(frozen=True, slots=True)
class Kind:
    """What happened `away`, and what the record of leg B says of its talks: `A 0.06 3.00` for each.

    `after` follows when fsplug is back. Then the outcome: commands, talks, recordings kept, the length to which the
    file was cut, and the causes of gap rows.
    """

    name: str
    away: str
    talks: str
    commands: str = ""
    after: str = ""
    record: str = ""
    kept: str = "B stopped"
    cut: float | None = None
    gaps: str = "not-ordered"
    legs: Mapping[str, Mapping[str, str]] | None = None
    seen_until: float | None = SEEN_UNTIL


ENDS = """
    7.20  B  STOP    success-maxtime
    9.00  X  HANGUP  NORMAL_CLEARING
    9.00  B  HANGUP  NORMAL_CLEARING
    9.00  A  HANGUP  NORMAL_CLEARING
"""
OVER = """
    4.00  X  HANGUP  NORMAL_CLEARING
    5.00  B  HANGUP  NORMAL_CLEARING
    5.00  A  HANGUP  NORMAL_CLEARING
"""
KINDS = [
    Kind(
        "it is connected with a never customer, and talks on",
        """
        2.80  X  ANSWER
        3.40  B  MOVES
        3.40  X  MOVES
        3.46  X  BRIDGE  X-B
        3.50  A  HANGUP  NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        X-B not-recorded 1001
        """,
        "stop B",
        ENDS,
        cut=3.26,
    ),
    Kind(
        "it is connected with another customer, and talks on",
        """
        2.80  X  ANSWER
        3.00  B  MOVES
        3.06  X  BRIDGE  X-B
        3.10  A  HANGUP  NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        X-B recorded 1001
        """,
        """
        stop B
        start B
        """,
        """
        7.20  B  STOP    success-maxtime
        7.20  B  START
        9.00  B  STOP    success-silence
        9.00  X  HANGUP  NORMAL_CLEARING
        9.00  B  HANGUP  NORMAL_CLEARING
        9.00  A  HANGUP  NORMAL_CLEARING
        """,
        kept="""
        B stopped
        B stopped
        """,
        cut=2.86,
        gaps="""
        not-ordered
        began-late
        """,
        legs=ANOTHER_LEGS,
    ),
    Kind(
        "it is connected with a never customer and back, and talks on",
        """
        2.80  X  ANSWER
        3.00  B  MOVES
        3.06  X  BRIDGE  X-B
        4.20  B  MOVES
        4.26  A  BRIDGE  A-B
        4.30  X  HANGUP  NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-B recorded 1001
        """,
        """
        stop B
        start B
        """,
        """
        7.20  B  STOP    success-maxtime
        7.20  B  START
        9.00  B  STOP    success-silence
        9.00  B  HANGUP  NORMAL_CLEARING
        9.00  A  HANGUP  NORMAL_CLEARING
        """,
        kept="""
        B stopped
        B stopped
        """,
        cut=2.86,
        gaps="""
        not-ordered
        began-late
        """,
    ),
    Kind(
        "it gets a never customer without being transferred, and talks on: since when is not known",
        """
        2.80  X  ANSWER
        3.06  X  BRIDGE  X-B
        3.10  A  HANGUP  NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        X-B not-recorded 1001
        """,
        "stop B",
        ENDS,
        cut=1.86,
    ),
    Kind(
        "the same, and nobody knows how long fsplug saw it",
        """
        2.80  X  ANSWER
        3.06  X  BRIDGE  X-B
        3.10  A  HANGUP  NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        X-B not-recorded 1001
        """,
        "stop B",
        ENDS,
        kept="B lost",
        seen_until=None,
    ),
    Kind(
        "it talked to a never customer and is gone",
        "2.80  X  ANSWER\n3.06  X  BRIDGE  X-B\n" + OVER,
        "A-B recorded 1001",
        record="""
        A 0.06 3.00
        X 3.06 5.00
        """,
        cut=2.86,
    ),
    Kind(
        "it talked to nobody else and is gone",
        OVER,
        "A-B recorded 1001",
        record="A 0.06 5.00",
        gaps="",
    ),
    Kind(
        "its record does not know the ordered talk",
        OVER,
        "A-B recorded 1001",
        record="X 3.06 5.00",
        cut=1.86,
    ),
    Kind(
        "it is gone and left no record",
        OVER,
        "A-B recorded 1001",
        cut=1.86,
    ),
    Kind(
        "it is gone, left no record, and nobody knows how long fsplug saw it",
        OVER,
        "A-B recorded 1001",
        kept="B lost",
        seen_until=None,
    ),
]
