"""A conversation as a drawing: a lane for each person, with places and widths in percent of its length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fsplug.policy.conversation.events import Person
from fsplug.policy.conversation.shapes import Doing, Lane, Part, Timeline, Turn, TurnKind
from fsplug.store.recordings.recordings import State
from fsplug.web.kernel import ruler
from fsplug.web.kernel.parties import NamedParty
from fsplug.web.pages.conversation.lines import Line
from fsplug.web.pages.conversation.people import Named

# So that a talk of a second in an hour is seen.
_LEAST_PERCENT = 0.4
_HEARD_STATES = frozenset({State.RECORDING, State.STOPPED, State.SEALED})


@dataclass(frozen=True, slots=True)
class Bar:
    """Part of a lane; `kind` is its class: waits, talks, parked, recorded, held, paused, listened."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of a line beside what its person did."""

    x: float
    number: int


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """One person's lane."""

    who: NamedParty
    bars: Sequence[Bar]
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The lanes, the ticks below them in seconds with their places, and the kinds of bars that are in sight."""

    lanes: Sequence[DrawnLane]
    ticks: Sequence[tuple[int, float]]
    kinds: Sequence[str]


_KINDS = ("waits", "talks", "recorded", "held", "paused", "parked", "listened")


def horizon(found: Timeline, now: float) -> float:
    """When the drawing ends: with the conversation, or now."""
    return found.ended_at if found.ended_at is not None else max(now, *_times(found))


def drawn(found: Timeline, named: Named, until: float, lines: Sequence[Line]) -> Drawing:
    """The drawing of the timeline up to `until`, with marks for the numbered lines."""
    scale = _Scale(found.began_at, until)
    made = [
        DrawnLane(
            named.party(lane.who),
            [*_own(lane, scale), *_of_talks(found, number, scale), *_of_turns(found, number, scale)],
            [
                Mark(scale.at(line.at), line.number)
                for line in lines
                if line.turn and _is_marked(found, number, line.turn)
            ],
        )
        for number, lane in enumerate(found.lanes)
    ]
    there = {bar.kind for lane in made for bar in lane.bars if _is_seen(bar, lane.bars)}
    return Drawing(made, ruler.ticks(scale.seconds), [kind for kind in _KINDS if kind in there])


@dataclass(frozen=True, slots=True)
class _Scale:
    began: float
    until: float

    @property
    def seconds(self) -> float:
        return max(self.until - self.began, 1.0)

    def at(self, moment: float) -> float:
        return round(min(max(100.0 * (moment - self.began) / self.seconds, 0.0), 100.0), 2)

    def bar(self, kind: str, at: float, until: float | None) -> Bar:
        begin, end = self.at(at), self.at(self.until if until is None else until)
        width = max(end - begin, _LEAST_PERCENT)
        return Bar(kind, round(min(begin, 100.0 - width), 2), round(width, 2))


def _is_seen(bar: Bar, lane: Sequence[Bar]) -> bool:
    """Whether something of a bar is in sight: recordings may lie over the whole of a talk."""
    reached = bar.x
    for over in sorted((one for one in lane if one.kind == "recorded"), key=lambda one: one.x):
        if over.x <= reached + _LEAST_PERCENT:
            reached = max(reached, over.x + over.width)
    return bar.kind != "talks" or reached < bar.x + bar.width - _LEAST_PERCENT


_ON_TALKS = {TurnKind.HOLD: "held", TurnKind.PAUSE: "paused", TurnKind.SILENCED: "paused"}


def _own(lane: Lane, scale: _Scale) -> Iterator[Bar]:
    for span in lane.spans:
        yield scale.bar(_CLASSES[span.doing], span.at, span.until)


_CLASSES = {Doing.WAITS: "waits", Doing.TALKS: "talks", Doing.PARKED: "parked"}


def _of_talks(found: Timeline, lane: int, scale: _Scale) -> Iterator[Bar]:
    for part in found.parts:
        if lane in part.people:
            for one in part.recordings:
                if one.state in _HEARD_STATES:
                    yield scale.bar("recorded", one.at, part.until if one.until is None else one.until)


def _of_turns(found: Timeline, lane: int, scale: _Scale) -> Iterator[Bar]:
    """Holds and pauses lie on the talks of whoever made them, and listening on the lane of whom they listened to."""
    for turn in found.turns:
        if turn.kind is TurnKind.LISTEN and _is(found.lanes[lane], turn.whom):
            yield scale.bar("listened", turn.at, turn.until)
        elif turn.kind in _ON_TALKS and _talks_with(found, lane, turn.by, turn.at):
            yield scale.bar(_ON_TALKS[turn.kind], turn.at, turn.until)


def _is_marked(found: Timeline, lane: int, turn: Turn) -> bool:
    """Whether a turn is marked on this lane: whoever listens in has none, nor has anybody of another company."""
    if turn.kind is TurnKind.SILENCED:
        return _talks_with(found, lane, None, turn.at)
    return _is(found.lanes[lane], turn.whom if turn.kind is TurnKind.LISTEN else turn.by)


def _talks_with(found: Timeline, lane: int, who: Person | None, at: float) -> bool:
    """Whether the lane's person is in the talk of this person then, or in any where it is None."""
    its = [part for part in found.parts if part.at <= at and (who is None or _is_in(found, part, who))]
    return any(lane in part.people and (part.until is None or part.until >= at) for part in its)


def _is_in(found: Timeline, part: Part, who: Person) -> bool:
    return any(_is(found.lanes[one], who) for one in part.people)


def _is(lane: Lane, who: Person | None) -> bool:
    if who is None:
        return False
    return lane.who.username == who.username if who.username else lane.who.number == who.number


def _times(found: Timeline) -> Iterator[float]:
    yield found.began_at
    yield from (time for lane in found.lanes for span in lane.spans for time in (span.at, span.until) if time)
    yield from (time for turn in found.turns for time in (turn.at, turn.until) if time)
