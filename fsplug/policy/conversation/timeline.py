"""A conversation in its order: events in, a timeline out.

lane        one person, whichever legs that person had: when they waited, talked, or were parked
part        one talk, with its verdict: what is recorded of it, and why it is or is not
turn        what somebody did: transferred, picked up, parked, fetched, held, paused, listened in,
            agreed to a recording, started, kept or stopped it
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fsplug.policy.conversation.cast import Cast
from fsplug.policy.conversation.events import (
    Called,
    CallOver,
    Controlled,
    Event,
    Held,
    Listened,
    Parked,
    Parted,
    Paused,
    Person,
    Talked,
    Told,
    Transferred,
)
from fsplug.policy.conversation.shapes import Doing, Lane, LaneSpan, Part, Timeline, Turn, TurnKind

# How far apart the switch may tell what happens at one moment.
_SAME_MOMENT_SECONDS = 0.001
# What is shorter is no waiting, but the switch's own work between two bridges.
_LEAST_WAIT_SECONDS = 0.1
_ORDER = {kind: place for place, kind in enumerate(TurnKind)}


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
    turns = sorted([*_turns(told, talks, cast)], key=lambda turn: (turn.at, _ORDER[turn.kind]))
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
    later = begun[begun.index(talk) + 1 :]
    ends = [one.at for one in later if talk.own_legs & one.own_legs]
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
        direction=one.direction,
        group=one.group,
        recordings=tuple(sorted(one.recordings, key=lambda recorded: recorded.at)),
        gap=one.gap,
        waits=one.waits,
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
        sent_at = max((one.at for one in told if isinstance(one, Transferred) and one.sent == call.call), default=None)
        found[cast.number_of(call.who)] += _waits(call.at, over.get(call.call), sorted(busy, key=_begins), sent_at)
    return found


def _begins(times: tuple[float, float | None]) -> float:
    return times[0]


def _waits(
    at: float, until: float | None, busy: Sequence[tuple[float, float | None]], sent_at: float | None
) -> Iterator[LaneSpan]:
    """The times in which a leg that called neither talks nor is parked: until its first talk, and between two.

    After its last one it waits if it was sent on since; else it has left, though its call may go on without it.
    """
    free_from: float | None = at
    for begins, ends in busy:
        if free_from is not None and begins - free_from >= _LEAST_WAIT_SECONDS:
            yield LaneSpan(Doing.WAITS, free_from, begins)
        free_from = ends
    is_there = not busy or (sent_at is not None and free_from is not None and sent_at >= free_from)
    if free_from is not None and is_there and (until is None or until - free_from >= _LEAST_WAIT_SECONDS):
        yield LaneSpan(Doing.WAITS, free_from, until)


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
            case Paused():
                paused_by = None if event.by is None else cast.known(event.by, event.leg)
                kind = TurnKind.SILENCED if paused_by is None else TurnKind.PAUSE
                yield Turn(kind, event.at, paused_by, until=event.until or _ended_at(told, talks))
            case Controlled():
                yield Turn(TurnKind(event.act), event.at, cast.known(event.by, event.leg))
            case Listened():
                by, to = cast.known(event.by), cast.known(event.to)
                yield Turn(TurnKind.LISTEN, event.at, by, to, event.until)
            case Told():
                whom = cast.known(event.who, event.leg)
                by = whom if event.by is None else cast.known(event.by)
                answer = (event.form, event.result, event.key)
                yield Turn(TurnKind.CONSENT, event.at, by, whom, event.until, None, "", *answer)
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
