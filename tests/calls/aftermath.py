"""What a flow of calls leaves behind: its rows, its recordings, and how many files it made."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from fsplug.policy.conversation.shapes import Timeline, Turn, TurnKind
from fsplug.policy.conversation.timeline import timeline
from fsplug.store.calls import conversation_events, conversations
from fsplug.store.calls.calls import Call
from fsplug.store.calls.decisions import Decision
from fsplug.store.recordings.recordings import Recording, State
from tests.calls.foldereye import FolderEye
from tests.calls.plant import ACME, Plant

# A second of stereo and more.
HEARD_BYTES = 40_000
# The switch removes a file that has less than one frame of sound, 20 ms.
BEGUN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Seen:
    """What a flow left: its calls, its decisions and recordings in their order, the causes of its gaps, how many files
    it made, and its conversations in their order.
    """

    calls: list[Call]
    decisions: list[Decision]
    kept: list[Recording]
    gaps: list[str]
    files: int
    conversations: list[Timeline]

    @property
    def turns(self) -> list[str]:
        """What people did in the only conversation, such as `fetch by 1003 at 6001`."""
        [one] = self.conversations
        return turns(one)

    @property
    def recordings(self) -> dict[str | None, Recording]:
        """Each user's latest recording."""
        return {one.user: one for one in self.kept}

    @property
    def gaps_but_late(self) -> list[str]:
        """The causes, but for recordings that are begun by a command. On a slow machine they begin late, and say so.
        Who is hung up a moment after the others may have a part that is over before its recording begins.
        """
        return [cause for cause in self.gaps if cause not in ("began-late", "ended-before-start")]


def seen(plant: Plant, flow: Callable[[], None]) -> Seen:
    """Play this flow, hang up, and wait until all of it is written."""
    known = [plant.calls(), plant.decisions(), plant.recordings()]
    before = {one.id for some in known for one in some} | {one.decision for one in plant.gaps()}
    with FolderEye(plant.spool) as eye:
        flow()
        plant.line.api("hupall")
        plant.until(lambda: plant.line.legs() == 0, "the switch to have no leg")
        plant.until_settled()
        files = len(eye.seen())
    new = [one for one in plant.calls() if one.id not in before]
    return Seen(
        new,
        sorted((one for one in plant.decisions() if one.id not in before), key=lambda one: one.at),
        sorted((one for one in plant.recordings() if one.id not in before), key=lambda one: one.at),
        [one.cause for one in plant.gaps() if one.decision not in before],
        files,
        conversations_of(plant, {one.id for one in new}),
    )


def conversations_of(plant: Plant, ids: Collection[str], company: str = ACME) -> list[Timeline]:
    """The conversations of these calls of the company, the one that began first before the others."""
    made = (one for one in plant.calls(company) if one.id in ids)
    firsts = sorted({one.conversation or one.id for one in made})
    its = conversations.calls_of(plant.store, company, firsts)
    found = (timeline(conversation_events.of_calls(plant.store, company, its[one])) for one in firsts)
    return sorted(found, key=lambda one: one.began_at)


def turns(conversation: Timeline) -> list[str]:
    """What people did in it but hold, in order."""
    return [_said(one) for one in conversation.turns if one.kind is not TurnKind.HOLD]


def _said(turn: Turn) -> str:
    by = turn.by.username or turn.by.number if turn.by else "nobody"
    return f"{turn.kind} by {by}" + (f" {turn.how}" if turn.how else "") + (f" at {turn.place}" if turn.place else "")


def seen_once_each(plant: Plant, flow: Callable[[], None]) -> Seen:
    """The same for a flow in which no user has two recordings."""
    left = seen(plant, flow)
    assert len(left.recordings) == len(left.kept)
    return left


def until_heard(plant: Plant) -> None:
    """Let what is still being recorded be long enough to hear who speaks in it."""
    plant.until(lambda: all(map(is_long, recorded_now(plant))), "a second of audio")


def until_recorded(
    plant: Plant, count: int, known: set[str], seconds: float = BEGUN_SECONDS
) -> dict[str, float | None]:
    """Once so many recordings besides the known ones have run for so long: each of them, and when it began.

    A talk that is hung up before leaves no recording. AssertionError, with the cause, as soon as one is lost.
    """

    def running() -> dict[str, float | None]:
        new = [one for one in plant.recordings() if one.id not in known]
        assert lost(new) == []
        return {one.id: one.started_at for one in new if has_run(one, seconds)}

    plant.until(lambda: len(running()) == count, f"{count} calls to be recorded for {seconds:g} s")
    return running()


def has_run(one: Recording, seconds: float = BEGUN_SECONDS) -> bool:
    """Whether it runs, and has for so long."""
    return one.state is State.RECORDING and (one.started_at or 0.0) < time.time() - seconds


def lost(recordings: Iterable[Recording]) -> list[tuple[str, str | None, str | None]]:
    """Those that were lost, and why."""
    return [(one.id, one.lost_cause, one.lost_detail) for one in recordings if one.state is State.LOST]


def not_sealed(recordings: Iterable[Recording]) -> list[tuple[str, str, str | None, str | None]]:
    """Those that were not kept: their state, its cause, and its detail."""
    left = (one for one in recordings if one.state is not State.SEALED)
    return [(one.id, str(one.state), one.cause, one.lost_detail) for one in left]


def recorded_now(plant: Plant) -> list[Path]:
    """The files of the recordings that have not ended."""
    under_way = (one for one in plant.recordings() if one.state in (State.EXPECTED, State.RECORDING))
    return [plant.spool / f"{one.id}.wav" for one in under_way]


def is_long(file: Path) -> bool:
    return file.exists() and file.stat().st_size > HEARD_BYTES


def said(decisions: list[Decision]) -> set[tuple[bool, str, str | None, str, str, str]]:
    """Of each decision: record, rule, user, direction, and the numbers of both ends."""
    return {(one.record, one.rule, one.user, one.direction, one.caller, one.answerer) for one in decisions}


def until_decided(plant: Plant, talks: int) -> None:
    plant.until(lambda: len(plant.decisions()) >= talks, f"{talks} talks to be decided")
