"""Which calls are one conversation, as far as the talks of the past tell: a line is a talk."""

from dataclasses import dataclass

import pytest

from fsplug.policy.conversation.past import LONGEST_SECONDS, PastTalk, PastTalks


@dataclass(frozen=True, slots=True)
class Flow:
    """Talks, each with its second, call, legs, caller and answerer (users have numbers), and what is joined by them."""

    name: str
    talks: str
    joined: str = ""


FLOWS = [
    Flow("a call", "1 A A-B customer 1001"),
    Flow("blind transfer by who answered", "1 A A-B customer 1001\n5 A A-C customer 1003"),
    Flow("blind transfer by the caller", "1 A A-B 1004 1001\n5 B B-C 1001 1003", "B A"),
    Flow(
        "attended transfer",
        """
        1 A A-B customer 1001
        3 C C-D 1001 1003
        5 A A-D customer 1003
        """,
        "A C",
    ),
    Flow(
        "two legs that called in are bridged",
        """
        1 A A-B customer 1001
        1 C C-D doctor 1003
        5 A A-C customer doctor
        """,
        "A C",
    ),
    Flow("parked and fetched", "1 A A-B customer 1001\n9 A F-A customer 1003"),
    Flow(
        "a queue's agent serves one customer after the other",
        """
        1 A A-P customer 1003
        5 C C-P doctor 1003
        """,
    ),
    Flow(
        "the second customer had talked to somebody before",
        """
        1 A A-P customer 1003
        2 C C-B doctor 1001
        5 C C-P doctor 1003
        """,
    ),
    Flow(
        "a conference of several calls",
        """
        1 P P-room customer 1001 meets
        2 Q Q-room customer 1003 meets
        """,
        "Q P",
    ),
]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_calls_are_joined_by_the_legs_of_their_talks(flow: Flow) -> None:
    talks = PastTalks()
    joined = [(one.call, other) for one in _talks(flow.talks) for other in sorted(talks.take(one))]
    assert [" ".join(pair) for pair in joined] == flow.joined.splitlines()


def test_what_is_too_long_ago_is_forgotten() -> None:
    talks = PastTalks()
    [first, *_] = _talks("1 A A-B 1004 1001")
    talks.take(first)
    for number in range(1_000):
        talks.take(PastTalk(LONGEST_SECONDS + 2, f"x{number}", (f"x{number}", "y"), None, frozenset()))
    [late] = _talks(f"{LONGEST_SECONDS + 3:.0f} B B-C 1001 1003")
    assert talks.take(late) == frozenset()


def _talks(table: str) -> list[PastTalk]:
    return [_talk(*line.split()) for line in table.splitlines() if line.strip()]


def _talk(at: str, call: str, legs: str, caller: str, answerer: str, *meets: str) -> PastTalk:
    one, other = legs.split("-")
    users = frozenset(who for who in (caller, answerer) if who.isdigit())
    return PastTalk(float(at), call, (one, other), caller if caller.isdigit() else None, users, bool(meets))
