"""Each flow as the events of its rows, and the whole timeline that follows.

An event is a line of seconds, what happened, and its facts; a name is a user's if it is four digits. What follows is
a line for each span of a lane, for each part, and for each turn.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fsplug.policy.conversation.events import (
    Called,
    CallOver,
    Change,
    Controlled,
    Event,
    Held,
    How,
    Listened,
    Parked,
    Parted,
    Paused,
    Person,
    Recorded,
    Talked,
    Transferred,
)
from fsplug.policy.conversation.shapes import Timeline
from fsplug.policy.conversation.timeline import timeline

CUSTOMER = "+4522334455"


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow: its events, and the lanes, parts and turns that follow."""

    name: str
    events: str
    lanes: str
    parts: str
    turns: str = ""
    is_over: bool = True


KINDS = [
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
    Kind(
        "blind transfer by who answered",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        1   REC     A-B 1-9
        9   SENT    B 1001 blind
        9   PARTED  A-B
        12  TALK    A A-C customer>1003 no
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
        0 customer>1001 1-9 record, recorded 1-9
        1 customer>1003 12-30 no
        """,
        """
        9 transfer by 1001 of customer blind
        """,
    ),
    Kind(
        "blind transfer by the caller: the called leg goes on in a call of its own",
        """
        0   CALL    A 1004 1001
        1   TALK    A A-B 1004>1001 no
        9   SENT    A 1004 blind
        9   PARTED  A-B
        9   OVER    A
        9   CALL    B 1001 1003
        12  TALK    B B-C 1001>1003 record
        30  OVER    B
        """,
        """
        1004 waits 0-1
        1004 talks 1-9 in 0
        1001 talks 1-9 in 0
        1001 waits 9-12
        1001 talks 12-30 in 1
        1003 talks 12-30 in 1
        """,
        """
        0 1004>1001 1-9 no
        1 1001>1003 12-30 record
        """,
        """
        9 transfer by 1004 of 1001 blind
        """,
    ),
    Kind(
        "attended transfer: what was asked beside the customer is a consultation",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        5   HELD    1001 5-20
        6   CALL    C 1001 1003
        8   TALK    C C-D 1001>1003 no
        20  SENT    B 1001 attended
        20  PARTED  C-D
        20  PARTED  A-B
        21  TALK    A A-D customer>1003 record
        40  OVER    A
        40  OVER    C
        """,
        """
        customer waits 0-1
        customer talks 1-20 in 0
        customer waits 20-21
        customer talks 21-40 in 2
        1001 talks 1-20 in 0
        1001 waits 6-8
        1001 talks 8-20 in 1
        1003 talks 8-20 in 1
        1003 talks 21-40 in 2
        """,
        """
        0 customer>1001 1-20 record
        1 1001>1003 8-20 no, consultation
        2 customer>1003 21-40 record
        """,
        """
        5 hold by 1001 until 20
        20 transfer by 1001 of customer attended
        """,
    ),
    Kind(
        "blind transfer to somebody who does not answer",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        9   SENT    B 1001 blind A
        9   PARTED  A-B
        30  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer waits 9-30
        1001 talks 1-9 in 0
        """,
        """
        0 customer>1001 1-9 record
        """,
        """
        9 transfer by 1001 of customer blind
        """,
    ),
    Kind(
        "bridges that follow each other at once: nobody waits in between",
        """
        0.00  CALL    A customer 1001
        0.05  TALK    A A-B customer>1001 record
        9.00  PARTED  A-B
        9.09  TALK    A A-C customer>1003 record
        12.0  OVER    A
        """,
        """
        customer talks 0.05-9 in 0
        customer talks 9.09-12 in 1
        1001 talks 0.05-9 in 0
        1003 talks 9.09-12 in 1
        """,
        """
        0 customer>1001 0.05-9 record
        1 customer>1003 9.09-12 record
        """,
    ),
    Kind(
        "semi-attended transfer: nobody was asked",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        6   CALL    C 1001 1003
        8   SENT    C 1001 semi-attended A
        8   PARTED  A-B
        9   OVER    C
        10  TALK    A A-D customer>1003 record
        40  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-8 in 0
        customer waits 8-10
        customer talks 10-40 in 1
        1001 talks 1-8 in 0
        1001 waits 6-9
        1003 talks 10-40 in 1
        """,
        """
        0 customer>1001 1-8 record
        1 customer>1003 10-40 record
        """,
        """
        8 transfer by 1001 of customer semi-attended
        """,
    ),
    Kind(
        "picked up by a colleague whose leg called in",
        """
        0   CALL    A customer 1001
        4   PICKED  A P-A customer>1002 record
        9   OVER    A
        """,
        """
        customer waits 0-4
        customer talks 4-9 in 0
        1002 talks 4-9 in 0
        """,
        """
        0 customer>1002 4-9 record
        """,
        """
        4 pick-up by 1002 of customer
        """,
    ),
    Kind(
        "parked and fetched",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        9   SENT    B 1001 blind
        9   PARTED  A-B
        9   PARKED  A 6001 9-20
        20  TALK    A F-A customer>1003 record
        30  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer parked 9-20 at 6001
        customer talks 20-30 in 1
        1001 talks 1-9 in 0
        1003 talks 20-30 in 1
        """,
        """
        0 customer>1001 1-9 record
        1 customer>1003 20-30 record
        """,
        """
        9 transfer by 1001 of customer blind
        9 park by 1001 of customer until 20 at 6001
        20 fetch by 1003 of customer at 6001
        """,
    ),
    Kind(
        "parked, and hung up there",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        9   PARTED  A-B
        9   PARKED  A 6001 9-20
        20  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer parked 9-20 at 6001
        1001 talks 1-9 in 0
        """,
        """
        0 customer>1001 1-9 record
        """,
        """
        9 park by - of customer until 20 at 6001
        """,
    ),
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


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_flow_s_timeline(kind: Kind) -> None:
    found = timeline(_events(kind.events))
    assert _lanes(found) == _lines(kind.lanes)
    assert _parts(found) == _lines(kind.parts)
    assert _turns(found) == _lines(kind.turns)
    assert (found.ended_at is not None) == kind.is_over


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_events_of_different_moments_may_come_in_any_order(kind: Kind) -> None:
    events = _events(kind.events)
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
    found = timeline(_events("\n".join([*lines, "70 OVER A"])))
    assert (len(found.parts), len(found.lanes)) == (30, 31)
    assert found.ended_at == 70


def _events(table: str) -> list[Event]:
    events = [_event(*line.split(None, 2)) for line in _lines(table)]
    talks = {one.decision: one for one in events if isinstance(one, Talked)}
    for line in _lines(table):
        _, what, facts = line.split(None, 2)
        if what in ("REC", "GAP"):
            legs, note = facts.split()
            decision = next(one for one in talks if one.startswith(f"{legs}:"))
            talks[decision] = _completed(talks[decision], what, note)
    kept = [talks.get(one.decision, one) if isinstance(one, Talked) else one for one in events if one is not None]
    return [one for one in kept if one is not None]


def _event(seconds: str, what: str, facts: str) -> Event | None:
    at, words = float(seconds), facts.split()
    match what:
        case "CALL":
            return Called(at, words[0], _person(words[1]), words[2])
        case "OVER":
            return CallOver(at, words[0])
        case "TALK" | "PICKED" | "MEETS":
            return _talk(at, what, *words)
        case "PARTED":
            one, other = facts.split("-")
            return Parted(at, (one, other))
        case "SENT":
            return Transferred(at, words[0], _person(words[1]), How(words[2]), *words[3:])
        case "PARKED":
            return Parked(at, words[0], words[1], _until(words[2]))
        case "HELD":
            return Held(at, _person(words[0]), _until(words[1]))
        case "PAUSED":
            return Paused(at, words[0], None if words[1] == "-" else _person(words[1]), _until(words[2]))
        case "DOES":
            return Controlled(at, words[0], _person(words[1]), Change(words[2]))
        case "HEARD":
            return Listened(at, _person(words[0]), _person(words[1]), _until(words[2]))
        case _:
            return None


def _talk(at: float, what: str, call: str, legs: str, ends: str, outcome: str) -> Talked:
    one, other = legs.split("-")
    caller, _, rest = ends.partition(">")
    answerer, *others = rest.split("+")
    return Talked(
        at=at,
        call=call,
        decision=f"{legs}:{at}",
        legs=(one, other),
        caller=_person(caller),
        answerer=_person(answerer),
        user=answerer,
        record=outcome == "record",
        rule="rule",
        reason="reason",
        others=tuple(map(_person, others)),
        is_conference=what == "MEETS",
        picked_up=what == "PICKED",
    )


def _completed(talk: Talked, what: str, note: str) -> Talked:
    facts = {name: getattr(talk, name) for name in talk.__slots__}
    if what == "GAP":
        return Talked(**{**facts, "gap": note})
    at, until = note.split("-")
    return Talked(**{**facts, "recordings": (Recorded("rec", "sealed", float(at), float(until)),)})


def _until(span: str) -> float | None:
    _, _, until = span.partition("-")
    return float(until) if until else None


def _person(name: str) -> Person:
    is_user = name.isdigit() and len(name) == 4
    return Person(CUSTOMER if name == "customer" else name, name if is_user else None)


def _name(who: Person | None) -> str:
    if who is None:
        return "-"
    return who.username or ("customer" if who.number == CUSTOMER else who.number)


def _span(at: float, until: float | None) -> str:
    return f"{at:g}-{'' if until is None else format(until, 'g')}"


def _lanes(found: Timeline) -> list[str]:
    return [
        f"{_name(lane.who)} {one.doing} {_span(one.at, one.until)}"
        + (f" in {one.part}" if one.part is not None else "")
        + (f" at {one.place}" if one.place else "")
        for lane in found.lanes
        for one in lane.spans
    ]


def _parts(found: Timeline) -> list[str]:
    return list(_each_part(found))


def _each_part(found: Timeline) -> Iterator[str]:
    for number, part in enumerate(found.parts):
        caller, answerer, *others = (_name(found.lanes[one].who) for one in part.people)
        said = f"{number} {caller}>{'+'.join([answerer, *others])} {_span(part.at, part.until)} "
        said += "record" if part.record else "no"
        said += "".join(f", recorded {_span(one.at, one.until)}" for one in part.recordings)
        said += ", conference" if part.is_conference else ""
        said += ", consultation" if part.is_consultation else ""
        yield said + (f", gap {part.gap}" if part.gap else "")


def _turns(found: Timeline) -> list[str]:
    return [
        f"{turn.at:g} {turn.kind} by {_name(turn.by)}"
        + (f" of {_name(turn.whom)}" if turn.whom else "")
        + (f" until {turn.until:g}" if turn.until else "")
        + (f" at {turn.place}" if turn.place else "")
        + (f" {turn.how}" if turn.how else "")
        for turn in found.turns
    ]


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines() if line.strip()]
