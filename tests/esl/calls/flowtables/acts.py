"""What people ask of their recordings in every flow, and what is left.

A is the customer's leg, B the one towards 1001, who is recorded, C the one towards 1003. `DOES start` is what the
person on that leg asks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fsplug.policy.terms import AgentMay, Start, Terms
from tests.esl.calls.flowtables.conferencelegs import ROOM, user
from tests.esl.calls.pausedflow import AB, ABC, BEGIN, MOVES
from tests.esl.flows import Marks, called, customer

AUTOMATIC = Terms(agent_may=frozenset(AgentMay))
ON_DEMAND = replace(AUTOMATIC, start=Start.ON_DEMAND)
KEEP = replace(AUTOMATIC, start=Start.KEEP_ON_DEMAND)

TALK = """
    0.00  A  ASKS     1001
    1.00  B  ANSWER
    1.00  A  ANSWER
    1.00  A  BRIDGE   A-B
"""
OVER = """
    20.0  A  UNBRIDGE A-{leg}
    20.0  {leg}  HANGUP   NORMAL_CLEARING
    20.0  A  HANGUP   NORMAL_CLEARING
"""


def ends(leg: str = "B", is_recorded: bool = True) -> str:
    """The call is over, at 20 s."""
    stop = f"20.0 {leg} STOP success-silence\n" if is_recorded else ""
    return stop + OVER.format(leg=leg)


IN_ROOM = {"A": customer(ROOM), "B": user("1001"), "C": user("1003")}
MET = """
    1.00  A  ANSWER
    1.00  A  COMES    room
    1.10  B  ANSWER
    1.10  B  COMES    room
    1.20  B  START
"""


def parted(recorded: str) -> str:
    """All leave the conference at 20 s; of the legs this one is recorded."""
    stop = f"20.0 {recorded} STOP success-silence\n"
    left = (f"20.0 {leg} LEAVES NORMAL_CLEARING\n 20.0 {leg} GOES room\n" for leg in "CBA")
    return stop + "".join(left) + "".join(f"20.1 {leg} HANGUP NORMAL_CLEARING\n" for leg in "CBA")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done by which terms; the rows that are left (`B stopped 19.0`), who is refused, and the trail."""

    name: str
    terms: Terms
    events: str
    kept: str = ""
    refused: str = ""
    trail: str = ""
    legs: Mapping[str, Marks] = None  # type: ignore[assignment]


KINDS = [
    Kind(
        "what the user has stopped is whole as far as it goes, and nothing begins anew",
        AUTOMATIC,
        BEGIN + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n" + ends(is_recorded=False),
        "B stopped 4.2",
        trail="stop",
    ),
    Kind(
        "what begins by itself is neither started nor kept, and stopped once",
        AUTOMATIC,
        BEGIN
        + "4.0 B DOES start\n 4.0 B DOES keep\n 5.0 B DOES stop\n 5.1 B DOES stop\n 5.2 B STOP success-maxtime\n"
        + "6.0 B DOES start\n 6.0 B DOES pause\n"
        + ends(is_recorded=False),
        "B stopped 4.2",
        "starts-by-itself\n kept-by-itself\n already-stopped\n starts-by-itself\n already-stopped",
        "stop",
    ),
    Kind("what nobody starts leaves neither a recording nor a gap", ON_DEMAND, TALK + ends(is_recorded=False)),
    Kind(
        "what the user starts is recorded from then on, and lacks nothing",
        ON_DEMAND,
        TALK + "5.0 B DOES start\n 5.2 B START\n" + ends(),
        "B stopped 14.8",
        trail="start",
    ),
    Kind(
        "it is started once, and only then paused or stopped",
        ON_DEMAND,
        TALK
        + "3.0 B DOES pause\n 3.0 B DOES stop\n 3.0 B DOES keep\n 5.0 B DOES start\n 5.1 B DOES start\n 5.2 B START\n"
        + "6.0 B DOES start\n 9.0 B DOES stop\n 9.2 B STOP success-maxtime\n 10.0 B DOES start\n"
        + ends(is_recorded=False),
        "B stopped 4.0",
        "not-started\n not-started\n kept-by-itself\n already-started\n already-started\n already-stopped",
        "start\n stop",
    ),
    Kind("what nobody keeps is gone with its call, without a gap", KEEP, BEGIN + ends()),
    Kind(
        "what the user keeps is kept from its first word on",
        KEEP,
        BEGIN + "9.0 B DOES keep\n 9.5 B DOES keep\n" + ends(),
        "B stopped 19.0",
        "already-kept",
        "keep",
    ),
    Kind(
        "what is stopped before it was kept can't be kept any more",
        KEEP,
        BEGIN + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n 6.0 B DOES keep\n" + ends(is_recorded=False),
        refused="already-stopped",
        trail="stop",
    ),
    Kind(
        "what has reached its limit can be kept while the talk goes on",
        replace(KEEP, max_seconds=5),
        BEGIN + "6.0 B STOP success-silence\n 9.0 B DOES keep\n" + ends(is_recorded=False),
        "B stopped",
        trail="keep",
    ),
    Kind(
        "who gets the call keeps their own part, and not that of who had it before",
        KEEP,
        BEGIN + MOVES + "9.0 C DOES keep\n" + ends("C"),
        "C stopped 13.0",
        trail="keep",
        legs=ABC,
    ),
    Kind(
        "what began for a user who sent the call on is gone then, and the next user's part waits by itself",
        ON_DEMAND,
        TALK
        + """
        3.00  B  DOES     start
        3.20  B  START
        6.00  B  STOP     success-silence
        6.00  A  UNBRIDGE A-B
        6.00  B  HANGUP   NORMAL_CLEARING
        6.20  A  ASKS     1003
        7.00  C  ANSWER
        7.00  A  BRIDGE   A-C
        """
        + ends("C", is_recorded=False),
        "B stopped 2.8",
        trail="start",
        legs=ABC,
    ),
    Kind(
        "what the user has stopped stays stopped when the call comes back to them",
        AUTOMATIC,
        BEGIN
        + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n"
        + """
        6.00  A  UNBRIDGE A-B
        6.00  B  HANGUP   NORMAL_CLEARING
        6.20  A  ASKS     1001
        7.00  C  ANSWER
        7.00  A  BRIDGE   A-C
        """
        + ends("C", is_recorded=False),
        "B stopped 4.2",
        trail="stop",
        legs={**AB, "C": called("1001", by="A")},
    ),
    Kind(
        "what the user has stopped in a conference stays stopped when somebody comes",
        AUTOMATIC,
        MET
        + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n 6.0 C ANSWER\n 6.0 C COMES room\n 6.1 C START\n"
        + parted("C"),
        "B stopped 4.0\n C stopped 13.9",
        trail="stop",
        legs=IN_ROOM,
    ),
    Kind(
        "what the user has started in a conference goes on when somebody comes, who starts their own part",
        ON_DEMAND,
        MET.replace("    1.20  B  START\n", "")
        + "5.0 B DOES start\n 5.2 B START\n 6.0 C ANSWER\n 6.0 C COMES room\n"
        + "6.1 B START\n 6.2 B STOP success-maxtime\n"
        + parted("B"),
        "B stopped 0.8\n B stopped 13.9",
        trail="start",
        legs=IN_ROOM,
    ),
    Kind(
        "the customer can do nothing",
        AUTOMATIC,
        BEGIN + "5.0 A DOES stop\n 5.0 A DOES pause\n" + ends(),
        "B stopped 19.0",
        "not-your-recording\n not-your-recording",
    ),
]
