"""A conversation in its order: events in, a timeline out.

lane        one person, whichever legs that person had: when they waited, talked, or were parked
part        one talk, with its verdict: what is recorded of it, and why it is or is not
turn        what somebody did: transferred, picked up, parked, fetched, held, listened in
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fsplug.policy.conversation.cast import Cast
from fsplug.policy.conversation.events import (
    Called,
    CallOver,
    Event,
    Held,
    How,
    Listened,
    Parked,
    Parted,
    Person,
    Recorded,
    Talked,
    Transferred,
)

# How much earlier than its talk the switch may tell the end of the one before.
_SAME_MOMENT_SECONDS = 0.001


class Doing(StrEnum):
    """What somebody does: waits for an answer (also for that of whom they were transferred to), talks, or is parked."""

    WAITS = "waits"
    TALKS = "talks"
    PARKED = "parked"


class TurnKind(StrEnum):
    """What somebody did to the conversation."""

    TRANSFER = "transfer"
    PICK_UP = "pick-up"
    PARK = "park"
    FETCH = "fetch"
    HOLD = "hold"
    LISTEN = "listen"


@dataclass(frozen=True, slots=True)
class LaneSpan:
    """What a person does from `at` to `until` (None: still, or nobody knows). `part` is the number of the talk's part,
    and `place` that of the parking place.
    """

    doing: Doing
    at: float
    until: float | None
    part: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One person of the conversation, and what they did, in its order."""

    who: Person
    spans: tuple[LaneSpan, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One talk. `people` are the numbers of its lanes: the caller's, the answerer's, then the others'.

    `is_consultation`: its caller asked somebody while another talk of theirs waited. Verdict, `recordings` and `gap`
    are as in `Talked`.
    """

    at: float
    until: float | None
    call: str
    decision: str
    people: tuple[int, ...]
    is_conference: bool
    is_consultation: bool
    user: str | None
    record: bool
    rule: str
    reason: str
    recordings: tuple[Recorded, ...]
    gap: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody did (`by`), and with whom (`whom`); either is None where nobody knows.

    `how` is a transfer's, `place` a parking place's number. `until` is when a hold, a parking or a listen-in ended.
    """

    kind: TurnKind
    at: float
    by: Person | None
    whom: Person | None = None
    until: float | None = None
    how: How | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A conversation from its first ring to its last hangup (`ended_at` None: it goes on)."""

    began_at: float
    ended_at: float | None
    lanes: tuple[Lane, ...]
    parts: tuple[Part, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class _Talk:
    event: Talked
    until: float | None
    ends: tuple[int, int]


def timeline(events: Iterable[Event]) -> Timeline:
    """The conversation of these events, which come in any order. ValueError if there is none."""
    told = sorted(events, key=lambda event: event.at)
    if not told:
        raise ValueError("a conversation has events")
    cast = Cast(told)
    talks = _talks(told, cast)
    spans = _spans(told, talks, cast)
    lanes = tuple(Lane(who, tuple(sorted(spans[n], key=_in_time))) for n, who in enumerate(cast.people))
    parts = tuple(_part(talk, talks, cast) for talk in talks)
    turns = sorted([*_turns(told, talks, cast)], key=lambda turn: (turn.at, turn.kind))
    return Timeline(told[0].at, _ended_at(told, talks), lanes, parts, tuple(turns))


def _in_time(span: LaneSpan) -> tuple[float, str]:
    return span.at, span.doing


def _ended_at(told: Sequence[Event], talks: Sequence[_Talk]) -> float | None:
    """When the last call was over; None while one is not. A call of which only talks are known has ended with them."""
    begun = {one.call for one in told if isinstance(one, Called)}
    over = {one.call: one.at for one in told if isinstance(one, CallOver)}
    ends = [*over.values(), *(talk.until for talk in talks if talk.event.call not in begun)]
    if begun - over.keys() or not ends or None in ends:
        return None
    return max(end for end in ends if end is not None)


def _talks(told: Sequence[Event], cast: Cast) -> list[_Talk]:
    begun = [one for one in told if isinstance(one, Talked)]
    return [_Talk(one, _end_of(one, told, begun), cast.ends(one)) for one in begun]


def _end_of(talk: Talked, told: Sequence[Event], begun: Sequence[Talked]) -> float | None:
    """When the talk ended: as told, or when one of its legs came into another, or with its call."""
    legs = frozenset(talk.legs[:1] if talk.is_conference else talk.legs)
    later = begun[begun.index(talk) + 1 :]
    ends = [one.at for one in later if legs & set(one.legs[:1] if one.is_conference else one.legs)]
    for event in told:
        ends_it = isinstance(event, Parted) and set(event.legs) == set(talk.legs)
        if event.at >= talk.at and (ends_it or (isinstance(event, CallOver) and event.call == talk.call)):
            ends.append(event.at)
    return min(ends, default=None)


def _part(talk: _Talk, talks: Sequence[_Talk], cast: Cast) -> Part:
    one = talk.event
    return Part(
        at=one.at,
        until=talk.until,
        call=one.call,
        decision=one.decision,
        people=(*talk.ends, *(cast.number_of(who) for who in one.others)),
        is_conference=one.is_conference,
        is_consultation=not one.is_conference and any(_is_asked_beside(talk, other) for other in talks),
        user=one.user,
        record=one.record,
        rule=one.rule,
        reason=one.reason,
        recordings=tuple(sorted(one.recordings, key=lambda recorded: recorded.at)),
        gap=one.gap,
    )


def _is_asked_beside(talk: _Talk, other: _Talk) -> bool:
    """Whether this talk's caller placed it, by another leg, while they were in the other talk."""
    goes_on = other.event.at < talk.event.at and (other.until is None or other.until > talk.event.at)
    caller, answerer = talk.ends
    is_apart = answerer not in other.ends and not set(talk.event.legs) & set(other.event.legs)
    return goes_on and is_apart and caller in other.ends


def _spans(told: Sequence[Event], talks: Sequence[_Talk], cast: Cast) -> list[list[LaneSpan]]:
    found: list[list[LaneSpan]] = [[] for _ in cast.people]
    for number, talk in enumerate(talks):
        others = (cast.number_of(who) for who in talk.event.others)
        for lane in dict.fromkeys((*talk.ends, *others)):
            found[lane].append(LaneSpan(Doing.TALKS, talk.event.at, talk.until, part=number))
    parked = [one for one in told if isinstance(one, Parked)]
    for one in parked:
        if (waiting := cast.of_leg(one.leg)) is not None:
            found[waiting].append(LaneSpan(Doing.PARKED, one.at, one.until, place=one.place))
    over = {one.call: one.at for one in told if isinstance(one, CallOver)}
    for call in (one for one in told if isinstance(one, Called)):
        busy = [(one.at, one.until) for one in parked if one.leg == call.call]
        busy += [(one.event.at, one.until) for one in talks if call.call in one.event.legs]
        lane = cast.number_of(call.who)
        found[lane] += _waits(call.at, over.get(call.call), sorted(busy, key=lambda one: one[0]))
    return found


def _waits(at: float, until: float | None, busy: Sequence[tuple[float, float | None]]) -> list[LaneSpan]:
    """The times of a calling leg in which it neither talks nor is parked."""
    waits: list[LaneSpan] = []
    free_from: float | None = at
    for begins, ends in busy:
        if free_from is not None and begins - free_from > _SAME_MOMENT_SECONDS:
            waits.append(LaneSpan(Doing.WAITS, free_from, begins))
        free_from = ends
    if free_from is not None and (until is None or until - free_from > _SAME_MOMENT_SECONDS):
        waits.append(LaneSpan(Doing.WAITS, free_from, until))
    return waits


def _turns(told: Sequence[Event], talks: Sequence[_Talk], cast: Cast) -> Iterable[Turn]:
    held: set[tuple[Person, float]] = set()
    for event in told:
        match event:
            case Transferred():
                by = cast.known(event.by, event.leg)
                yield Turn(TurnKind.TRANSFER, event.at, by, _partner(event, talks, cast), how=event.how)
            case Parked():
                yield from _parking(event, told, talks, cast)
            case Held():
                by = cast.known(event.by, event.leg)
                # Each recording that a hold lies in tells of it.
                if (by, event.at) not in held:
                    held.add((by, event.at))
                    yield Turn(TurnKind.HOLD, event.at, by, until=event.until or _end_of_hold(event, talks, cast))
            case Listened():
                by, to = cast.known(event.by), cast.known(event.to)
                yield Turn(TurnKind.LISTEN, event.at, by, to, event.until)
            case Talked(picked_up=True):
                yield Turn(TurnKind.PICK_UP, event.at, event.answerer, event.caller)
            case _:
                pass


def _partner(transfer: Transferred, talks: Sequence[_Talk], cast: Cast) -> Person | None:
    """Who was sent on: as told, or else whom the leg talked to last."""
    sent = cast.of_leg(transfer.sent) if transfer.sent else None
    if sent is not None:
        return cast.people[sent]
    its = [one for one in talks if transfer.leg in one.event.legs and one.event.at <= transfer.at]
    if not its:
        return None
    one, other = its[-1].ends
    return cast.people[other if cast.of_leg(transfer.leg) == one else one]


def _end_of_hold(held: Held, talks: Sequence[_Talk], cast: Cast) -> float | None:
    """When the talk ended that was still held then."""
    lane = cast.lane_of(held.by, held.leg)
    its = [one for one in talks if lane in one.ends and one.event.at <= held.at]
    return its[-1].until if its else None


def _parking(parked: Parked, told: Sequence[Event], talks: Sequence[_Talk], cast: Cast) -> Iterable[Turn]:
    lane = cast.of_leg(parked.leg)
    whom = cast.people[lane] if lane is not None else None
    sent = [one for one in told if isinstance(one, Transferred) and one.at <= parked.at + _SAME_MOMENT_SECONDS]
    by = next((cast.known(one.by, one.leg) for one in reversed(sent) if _partner(one, talks, cast) == whom), None)
    turn = Turn(TurnKind.PARK, parked.at, by, whom, parked.until, place=parked.place)
    yield turn
    for talk in talks:
        if parked.leg in talk.event.legs and parked.until is not None and talk.event.at == parked.until:
            one, other = talk.ends
            fetched_by = cast.people[other if one == lane else one]
            yield replace(turn, kind=TurnKind.FETCH, at=parked.until, by=fetched_by, until=None)
