"""A conversation as the lines of a table: what happened, one after the other."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from fsplug.policy.conversation.events import Recorded
from fsplug.policy.conversation.shapes import Doing, Part, Timeline, Turn, TurnKind
from fsplug.store.calls.calls import Call
from fsplug.store.recordings.recordings import State
from fsplug.web.pages.conversation.people import Named
from fsplug.words.catalogue import Words

_ICONS = {
    TurnKind.CONSENT: "check",
    TurnKind.TRANSFER: "on",
    TurnKind.PICK_UP: "handset",
    TurnKind.PARK: "pause",
    TurnKind.FETCH: "back",
    TurnKind.HOLD: "pause",
    TurnKind.PAUSE: "lock",
    TurnKind.SILENCED: "lock",
    TurnKind.START: "speaker",
    TurnKind.KEEP: "speaker",
    TurnKind.STOP: "lock",
    TurnKind.LISTEN: "ear",
}
# What lasts: its line says how long.
_LASTING = frozenset({TurnKind.PARK, TurnKind.HOLD, TurnKind.PAUSE, TurnKind.SILENCED, TurnKind.LISTEN})

# Nobody notices that they wait while one talk follows the other.
_SHORTEST_WAIT_SECONDS = 1.0
# How soon after its transfer a call is parked.
_PARKING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class LinedRecording:
    """A recording of a talk. `is_heard`: the viewer's player opens it."""

    id: str
    at: float
    state: str
    is_heard: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What happened at `at`: a person waited, two talked (`part`), or somebody did something (`turn`).

    `number` marks a turn here and in the drawing. `lasts`: it went on for a time, and still does if `until` is None.
    """

    at: float
    until: float | None
    icon: str
    text: str
    lasts: bool = True
    number: int = 0
    part: Part | None = None
    turn: Turn | None = None
    recordings: Sequence[LinedRecording] = ()


def of(found: Timeline, calls: Sequence[Call], named: Named, words: Words, heard: Collection[str]) -> list[Line]:
    """The lines in their order; of the recordings those are played that are `heard`."""
    made = [*_waits(found, calls, named, words), *_talks(found, named, words, heard), *_turns(found, named, words)]
    made.sort(key=lambda line: (line.at, line.turn is None))
    return list(_numbered(made))


def _numbered(lines: Sequence[Line]) -> Iterator[Line]:
    number = 0
    for line in lines:
        number += line.turn is not None
        yield line if line.turn is None else replace(line, number=number)


def _waits(found: Timeline, calls: Sequence[Call], named: Named, words: Words) -> Iterator[Line]:
    called = {call.at: call for call in calls if call.called}
    for lane in found.lanes:
        who = named.text(lane.who, words)
        for span in lane.spans:
            if span.doing is Doing.WAITS and span.at in called:
                whom = named.called(called[span.at], words)
                yield Line(span.at, span.until, "handset", words("conversation-called", who=who, whom=whom))
            elif span.doing is Doing.WAITS and (span.until is None or span.until - span.at >= _SHORTEST_WAIT_SECONDS):
                yield Line(span.at, span.until, "handset", words("conversation-waited", who=who))


def _talks(found: Timeline, named: Named, words: Words, heard: Collection[str]) -> Iterator[Line]:
    for part in found.parts:
        caller, *others = (named.text(found.lanes[one].who, words) for one in part.people)
        said = words("conversation-talked", who=caller, whom=", ".join(others))
        recordings = [_lined(one, heard) for one in part.recordings]
        yield Line(part.at, part.until, "speaker", said, part=part, recordings=recordings)


def _lined(one: Recorded, heard: Collection[str]) -> LinedRecording:
    return LinedRecording(one.id, one.at, one.state, one.state == State.SEALED and one.id in heard)


def _turns(found: Timeline, named: Named, words: Words) -> Iterator[Line]:
    for turn in found.turns:
        if turn.kind is TurnKind.TRANSFER and any(_is_parking(turn, other) for other in found.turns):
            continue
        by, whom = named.text(turn.by, words), named.text(turn.whom, words)
        what = f"{turn.kind}-{turn.result}" if turn.result else str(turn.kind)
        said = words("conversation-did-" + what, who=by, whom=whom)
        yield Line(turn.at, turn.until, _ICONS[turn.kind], said, turn.kind in _LASTING, turn=turn)


def _is_parking(transfer: Turn, other: Turn) -> bool:
    """Whether this transfer was one to a parking place, of which the other turn tells."""
    is_same = other.kind is TurnKind.PARK and (other.by, other.whom) == (transfer.by, transfer.whom)
    return is_same and 0 <= other.at - transfer.at <= _PARKING_SECONDS
