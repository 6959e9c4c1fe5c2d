"""A timeline written down as tables: a flow's events, and the lanes, parts and turns that follow.

An event is a line of seconds, what happened, and its facts; a name is a user's if it is four digits. What follows is
a line for each span of a lane, for each part, and for each turn.
"""

from collections.abc import Iterator
from dataclasses import dataclass

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


def events_of(table: str) -> list[Event]:
    events = [_event(*line.split(None, 2)) for line in lines_of(table)]
    talks = {one.decision: one for one in events if isinstance(one, Talked)}
    for line in lines_of(table):
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


def lanes_of(found: Timeline) -> list[str]:
    return [
        f"{_name(lane.who)} {one.doing} {_span(one.at, one.until)}"
        + (f" in {one.part}" if one.part is not None else "")
        + (f" at {one.place}" if one.place else "")
        for lane in found.lanes
        for one in lane.spans
    ]


def parts_of(found: Timeline) -> list[str]:
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


def turns_of(found: Timeline) -> list[str]:
    return [
        f"{turn.at:g} {turn.kind} by {_name(turn.by)}"
        + (f" of {_name(turn.whom)}" if turn.whom else "")
        + (f" until {turn.until:g}" if turn.until else "")
        + (f" at {turn.place}" if turn.place else "")
        + (f" {turn.how}" if turn.how else "")
        for turn in found.turns
    ]


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines() if line.strip()]
