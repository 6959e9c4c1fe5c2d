"""Holds, as FreeSWITCH 1.11.1 tells of them, and the rows of holds, recordings and gaps that they leave.

A is the customer's leg, B the one towards 1001, who is recorded. HOLD and UNHOLD are of the leg whose phone holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from fsplug.store.recordings import holds
from tests.esl.flows import Flow, Marks, called, caller, customer, lines
from tests.esl.story import START, Story

AB = {"A": customer(), "B": called("1001", by="A")}
OUT = {"A": caller("1001", "+4522334455"), "B": called("trunk", by="A")}
BEGIN = """
    0.00  A  ASKS     1001
    1.00  B  ANSWER
    1.00  B  START
    1.00  A  ANSWER
    1.00  A  BRIDGE   A-B
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow and the holds that are written down: `user 3.02 8.58`, seconds of the story and who holds.

    `kept` is what is kept of the talk, with its length; there is never a gap.
    """

    name: str
    events: str
    holds: str
    kept: str = "B stopped 19.0"
    legs: Mapping[str, Marks] = field(default_factory=lambda: AB)


END = """
    20.00 B  STOP     success-silence
    20.00 A  UNBRIDGE A-B
    20.00 B  HANGUP   NORMAL_CLEARING
    20.00 A  HANGUP   NORMAL_CLEARING
"""
KINDS = [
    Kind(
        "the recorded user holds twice",
        BEGIN + "3.02 B HOLD\n 8.58 B UNHOLD\n 11.0 B HOLD\n 12.5 B UNHOLD\n" + END,
        """
        user 3.02 8.58
        user 11.00 12.50
        """,
    ),
    Kind(
        "the customer holds",
        BEGIN + "3.02 A HOLD\n 8.58 A UNHOLD\n" + END,
        "other 3.02 8.58",
    ),
    Kind(
        "each holds the other at the same time",
        BEGIN + "3.0 B HOLD\n 4.0 A HOLD\n 5.0 B UNHOLD\n 6.0 A UNHOLD\n" + END,
        """
        user 3.00 5.00
        other 4.00 6.00
        """,
    ),
    Kind(
        "everything is told twice",
        BEGIN + "3.0 B HOLD\n 3.0 B HOLD\n 5.0 B UNHOLD\n 5.0 B UNHOLD\n" + END,
        "user 3.00 5.00",
    ),
    Kind(
        "the customer hangs up while the user holds",
        BEGIN + "3.02 B HOLD\n 20.0 B UNHOLD\n" + END,
        "user 3.02 20.00",
    ),
    Kind(
        "the user consults and connects the two: the phone that refers holds until it is gone",
        BEGIN
        + """
        2.00  B  HOLD
        2.50  C  ASKS     1003
        3.00  D  ANSWER
        3.00  D  START
        3.00  C  ANSWER
        3.00  C  BRIDGE   C-D
        5.00  C  UNBRIDGE C-D
        5.00  C  HANGUP   ATTENDED_TRANSFER
        5.00  A  UNBRIDGE A-B
        5.00  B  UNHOLD
        5.00  B  STOP     success-silence
        5.00  B  HANGUP   ATTENDED_TRANSFER
        5.02  A  BRIDGE   A-D
        5.12  D  STOP     success-maxtime
        5.22  D  START
        20.00 D  STOP     success-silence
        20.00 D  HANGUP   NORMAL_CLEARING
        20.00 A  UNBRIDGE A-D
        20.00 A  HANGUP   NORMAL_CLEARING
        """,
        "user 2.00 5.00",
        kept="""
        B stopped 4.0
        D stopped 2.0
        D stopped 14.8
        """,
        legs={**AB, "C": caller("1001", "1003"), "D": called("1003", by="C")},
    ),
    Kind(
        "the beginning is not told",
        BEGIN + "3.02 B hold\n 8.58 B UNHOLD\n" + END,
        "user 3.02 8.58",
    ),
    Kind(
        "the end is not told, and the next hold says how long it was",
        BEGIN + "3.02 B HOLD\n 8.58 B unhold\n 11.0 B HOLD\n 12.5 B UNHOLD\n" + END,
        """
        user 3.02 8.58
        user 11.00 12.50
        """,
    ),
    Kind(
        "the end is not told, and the end of the recording says how long it was",
        BEGIN + "3.02 B HOLD\n 8.58 B unhold\n" + END,
        "user 3.02 8.58",
    ),
    Kind(
        "nothing of it is told, and the end of the recording says how long it was",
        BEGIN + "3.02 B hold\n 8.58 B unhold\n" + END,
        "user 3.02 8.58",
    ),
    Kind(
        "the end of the customer's hold is not told: it lasts as long as the recording, for all that is known",
        BEGIN + "3.02 A HOLD\n 8.58 A unhold\n" + END,
        "other 3.02 20.00",
    ),
    Kind(
        "a user who placed the call and is recorded on the leg that calls",
        """
        0.00  A  ASKS     trunk
        1.00  B  ANSWER
        1.00  A  ANSWER
        1.00  A  START
        1.00  A  BRIDGE   A-B
        3.00  A  HOLD
        5.00  A  UNHOLD
        6.00  B  HOLD
        7.00  B  UNHOLD
        20.00 A  STOP     success-silence
        20.00 A  UNBRIDGE A-B
        20.00 B  HANGUP   NORMAL_CLEARING
        20.00 A  HANGUP   NORMAL_CLEARING
        """,
        """
        user 3.00 5.00
        other 6.00 7.00
        """,
        kept="A stopped 19.0",
        legs=OUT,
    ),
]


def written(story: Story) -> list[str]:
    """`user 3.02 8.58` for each hold that is written down."""
    story.write_down()
    found = holds.of_recordings(story.store, story.recordings())
    rows = sorted((row for some in found.values() for row in some), key=lambda row: row.at)
    return [f"{row.by} {row.at - START:.2f} {row.until - START:.2f}" for row in rows]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_hold_is_written_down_and_is_no_gap(kind: Kind, story: Story) -> None:
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert written(story) == lines(kind.holds)
    assert flow.kept_lengths() == lines(kind.kept)
    assert story.gaps() == []
    assert story.rejects() == []


RESTARTS = {
    "in the hold": (["3.0 B HOLD"], ["5.0 B UNHOLD"], "user 3.00 5.00"),
    "in the hold, which ends meanwhile": (["3.0 B HOLD", "5.0 B unhold"], [], "user 3.00 5.00"),
    "before the hold, which begins meanwhile": (["3.0 B hold"], ["5.0 B UNHOLD"], "user 3.00 5.00"),
    "before the hold, which is over by then": (["3.0 B hold", "5.0 B unhold"], [], "user 3.00 5.00"),
    "between two": (["2.0 B HOLD", "3.0 B UNHOLD"], ["4.0 B HOLD", "5.0 B UNHOLD"], "user 2.00 3.00\nuser 4.00 5.00"),
}


@pytest.mark.parametrize("name", RESTARTS)
def test_a_restart_loses_no_hold(name: str, story: Story) -> None:
    before, after, expected = RESTARTS[name]
    flow = Flow(story, AB)
    flow.begins(BEGIN + "\n".join(before))
    story.switch.live = {leg: flow.dump(leg) for leg in "AB"}
    story.switch.bridged = [("A", "B")]
    story.switch.records = {("B", f"/spool/{one}.wav") for one in story.spool.files}
    story.start_again()
    flow.plays("\n".join(after) + END)
    assert written(story) == lines(expected)
    assert story.gaps() == []
