"""Each flow as the events of its rows, and the whole timeline that follows.

An event is a line of seconds, what happened, and its facts; a name is a user's if it is four digits. What follows is
a line for each span of a lane, for each part, and for each turn.
"""

import random

import pytest

from fsplug.policy.conversation.timeline import timeline
from tests.policy.conversation.timelinetable import Kind, events_of, lanes_of, lines_of, parts_of, turns_of
from tests.policy.conversation.transferred import PICKED_UP_OR_PARKED, TRANSFERS

PLAIN = [
    Kind(
        "a call that nobody answers",
        """
        0   CALL    A customer 1001
        20  OVER    A
        """,
        """
        customer waits 0-20
        """,
        "",
    ),
    Kind(
        "a recorded call, held for a while",
        """
        0   CALL    A customer 1001
        5   TALK    A A-B customer>1001 record
        5   REC     A-B 5-30
        10  HELD    1001 10-15
        30  OVER    A
        """,
        """
        customer waits 0-5
        customer talks 5-30 in 0
        1001 talks 5-30 in 0
        """,
        """
        0 customer>1001 5-30 record, recorded 5-30
        """,
        """
        10 hold by 1001 until 15
        """,
    ),
    Kind(
        "a call that the user pauses twice, the second time until its end, somebody of another company, too, and stops",
        """
        0   CALL    A customer 1001
        5   TALK    A A-B customer>1001 record
        10  PAUSED  B 1001 10-15
        15  PAUSED  - - 15-18
        20  PAUSED  B 1001 20-
        25  DOES    B 1001 stop
        30  OVER    A
        """,
        """
        customer waits 0-5
        customer talks 5-30 in 0
        1001 talks 5-30 in 0
        """,
        """
        0 customer>1001 5-30 record
        """,
        """
        10 pause by 1001 until 15
        15 silenced by - until 18
        20 pause by 1001 until 30
        25 stop by 1001
        """,
    ),
]

OTHERS = [
    Kind(
        "somebody outside who is shown under another number on the same leg",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        9   PARTED  A-B
        12  TALK    A A-C 22334455>1003 record
        30  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer waits 9-12
        customer talks 12-30 in 1
        1001 talks 1-9 in 0
        1003 talks 12-30 in 1
        """,
        """
        0 customer>1001 1-9 record
        1 customer>1003 12-30 record
        """,
    ),
    Kind(
        "a talk that was to be recorded, and is missing",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        1   GAP     A-B spool-full
        9   OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        1001 talks 1-9 in 0
        """,
        """
        0 customer>1001 1-9 record, gap spool-full
        """,
    ),
    Kind(
        "a conference: each user has a part for each company of people there",
        """
        0   CALL    A customer 4001
        0   CALL    P 1001 4001
        1   MEETS   P P-room customer>1001 record
        5   MEETS   P P-room customer>1001+1003 record
        5   MEETS   Q Q-room customer>1003+1001 no
        9   OVER    A
        9   OVER    P
        9   OVER    Q
        """,
        """
        customer waits 0-9
        customer talks 1-5 in 0
        customer talks 5-9 in 1
        customer talks 5-9 in 2
        1001 waits 0-1
        1001 talks 1-5 in 0
        1001 talks 5-9 in 1
        1001 talks 5-9 in 2
        1003 talks 5-9 in 1
        1003 talks 5-9 in 2
        """,
        """
        0 customer>1001 1-5 record, conference
        1 customer>1001+1003 5-9 record, conference
        2 customer>1003+1001 5-9 no, conference
        """,
    ),
    Kind(
        "a listen-in to a talk that goes on",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        3   HEARD   1002 1001 3-
        """,
        """
        customer waits 0-1
        customer talks 1- in 0
        1001 talks 1- in 0
        """,
        """
        0 customer>1001 1- record
        """,
        """
        3 listen by 1002 of 1001
        """,
        is_over=False,
    ),
]
KINDS = [*PLAIN, *TRANSFERS, *PICKED_UP_OR_PARKED, *OTHERS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_flow_s_timeline(kind: Kind) -> None:
    found = timeline(events_of(kind.events))
    assert lanes_of(found) == lines_of(kind.lanes)
    assert parts_of(found) == lines_of(kind.parts)
    assert turns_of(found) == lines_of(kind.turns)
    assert (found.ended_at is not None) == kind.is_over


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_events_of_different_moments_may_come_in_any_order(kind: Kind) -> None:
    events = events_of(kind.events)
    shuffled = random.Random(7).sample(events, len(events))
    again = sorted(shuffled, key=lambda event: (event.at, events.index(event)))
    assert timeline(again) == timeline(events)


def test_nothing_is_no_conversation() -> None:
    with pytest.raises(ValueError):
        timeline([])


def test_a_conversation_of_thirty_legs_has_a_part_for_each_talk() -> None:
    lines = ["0 CALL A customer 1001"]
    for number in range(30):
        lines += [f"{number * 2 + 1} TALK A A-B{number} customer>{1001 + number} record"]
        lines += [f"{number * 2 + 2} PARTED A-B{number}"]
    found = timeline(events_of("\n".join([*lines, "70 OVER A"])))
    assert (len(found.parts), len(found.lanes)) == (30, 31)
    assert found.ended_at == 70
