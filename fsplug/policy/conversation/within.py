"""What people did while a recording was made, in seconds from its beginning: the marks of a player."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fsplug.policy.conversation.events import Person
from fsplug.policy.conversation.shapes import Part, Timeline, Turn, TurnKind

# What a player marks. Of one recording alone, holds and pauses are known by the recording.
BESIDE_RECORDING = frozenset({TurnKind.TRANSFER, TurnKind.LISTEN})
_PAUSES = frozenset({TurnKind.PAUSE, TurnKind.SILENCED})
MARKED = BESIDE_RECORDING | _PAUSES | {TurnKind.HOLD, TurnKind.PARK}
_MOMENTS = frozenset({TurnKind.TRANSFER, TurnKind.PARK})
# How long after the last sound of a recording the switch says that a transfer ended its talk.
_SOON_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TurnWithin:
    """A turn in seconds from the beginning of the recording. `end` is None for what has one moment."""

    turn: Turn
    begin: float
    end: float | None


def turns_within(
    found: Timeline, recording: str, started_at: float, seconds: float, kinds: Collection[TurnKind] = BESIDE_RECORDING
) -> Sequence[TurnWithin]:
    """The turns of these kinds by or with the people of the recording's talk, while it lasted, in their order; and
    pauses, which are of the whole conversation.
    """
    part = next((one for one in found.parts if any(it.id == recording for it in one.recordings)), None)
    if part is None:
        return ()
    turns = (one for one in found.turns if one.kind in kinds and _concerns(found, part, one))
    within = (_within(one, started_at, seconds) for one in turns)
    return sorted((one for one in within if one is not None), key=lambda one: one.begin)


def _concerns(found: Timeline, part: Part, turn: Turn) -> bool:
    if turn.kind in _PAUSES:
        return True
    people = {_key(found.lanes[number].who) for number in part.people}
    return any(who is not None and _key(who) in people for who in (turn.by, turn.whom))


def _key(who: Person) -> str:
    return f"user {who.username}" if who.username else who.number


def _within(turn: Turn, started_at: float, seconds: float) -> TurnWithin | None:
    begin = turn.at - started_at
    if turn.kind in _MOMENTS:
        return TurnWithin(turn, min(begin, seconds), None) if 0 <= begin <= seconds + _SOON_SECONDS else None
    end = seconds if turn.until is None else min(turn.until - started_at, seconds)
    return TurnWithin(turn, max(0.0, begin), end) if end > max(0.0, begin) else None
