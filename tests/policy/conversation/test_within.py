"""The turns of a conversation that happened within one recording, in seconds from its beginning."""

from collections.abc import Collection

import pytest

from fsplug.policy.conversation.events import Person, Recorded
from fsplug.policy.conversation.shapes import Lane, Part, Timeline, Turn, TurnKind
from fsplug.policy.conversation.within import BESIDE_RECORDING, MARKED, turns_within

CUSTOMER, ANNA, BO, CLARA = Person("+4522334455"), Person("1001", "1001"), Person("1002", "1002"), Person("", "1003")
BEGAN, SECONDS = 100.0, 60.0


def _part(recording: str, *people: int) -> Part:
    recordings = (Recorded(recording, "sealed", BEGAN, BEGAN + SECONDS),)
    return Part(
        BEGAN,
        None,
        "call",
        "dec",
        people,
        False,
        False,
        "1001",
        True,
        "rule",
        "why",
        "incoming",
        None,
        recordings,
        None,
        waits=False,
    )


def _within(
    *turns: Turn, recording: str = "rec", kinds: Collection[TurnKind] = BESIDE_RECORDING
) -> list[tuple[str, float, float | None]]:
    lanes = tuple(Lane(who, ()) for who in (CUSTOMER, ANNA, CLARA))
    found = Timeline(BEGAN, None, lanes, (_part("rec", 0, 1), _part("other", 1, 2)), turns)
    return [(str(one.turn.kind), one.begin, one.end) for one in turns_within(found, recording, BEGAN, SECONDS, kinds)]


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (Turn(TurnKind.LISTEN, 110.0, BO, ANNA, 120.0), [("listen", 10.0, 20.0)]),
        (Turn(TurnKind.LISTEN, 90.0, BO, ANNA, 110.0), [("listen", 0.0, 10.0)]),
        (Turn(TurnKind.LISTEN, 150.0, BO, ANNA), [("listen", 50.0, 60.0)]),
        (Turn(TurnKind.LISTEN, 161.0, BO, ANNA), []),
        (Turn(TurnKind.LISTEN, 80.0, BO, ANNA, 99.0), []),
        (Turn(TurnKind.LISTEN, 105.0, BO, ANNA, 130.0), [("listen", 5.0, 30.0)]),
        (Turn(TurnKind.LISTEN, 105.0, BO, CLARA, 130.0), []),
        (Turn(TurnKind.TRANSFER, 130.0, ANNA, CUSTOMER), [("transfer", 30.0, None)]),
        (Turn(TurnKind.TRANSFER, 160.4, ANNA, CUSTOMER), [("transfer", 60.0, None)]),
        (Turn(TurnKind.TRANSFER, 170.0, ANNA, CUSTOMER), []),
        (Turn(TurnKind.TRANSFER, 130.0, CLARA, BO), []),
        (Turn(TurnKind.HOLD, 130.0, ANNA), []),
        (Turn(TurnKind.PAUSE, 130.0, ANNA), []),
    ],
)
def test_a_turn_counts_while_the_recording_lasted_if_it_concerns_its_people(
    turn: Turn, expected: list[tuple[str, float, float | None]]
) -> None:
    assert _within(turn) == expected


def test_they_stand_in_their_order() -> None:
    turns = (Turn(TurnKind.TRANSFER, 150.0, ANNA, CUSTOMER), Turn(TurnKind.LISTEN, 90.0, BO, ANNA, 110.0))
    assert [kind for kind, _, _ in _within(*turns)] == ["listen", "transfer"]


def test_a_recording_that_is_of_no_talk_of_the_conversation_has_none() -> None:
    assert _within(Turn(TurnKind.PAUSE, 110.0, ANNA), recording="unknown") == []


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (Turn(TurnKind.HOLD, 130.0, ANNA, until=140.0), [("hold", 30.0, 40.0)]),
        (Turn(TurnKind.HOLD, 130.0, ANNA), [("hold", 30.0, 60.0)]),
        (Turn(TurnKind.HOLD, 130.0, CLARA), []),
        (Turn(TurnKind.PAUSE, 130.0, CLARA, until=140.0), [("pause", 30.0, 40.0)]),
        (Turn(TurnKind.SILENCED, 130.0, None, until=140.0), [("silenced", 30.0, 40.0)]),
        (Turn(TurnKind.PARK, 130.0, ANNA, CUSTOMER, until=190.0), [("park", 30.0, None)]),
        (Turn(TurnKind.FETCH, 130.0, ANNA), []),
    ],
)
def test_holds_count_like_the_others_where_they_are_asked_for_and_pauses_whoever_made_them(
    turn: Turn, expected: list[tuple[str, float, float | None]]
) -> None:
    assert _within(turn, kinds=MARKED) == expected
