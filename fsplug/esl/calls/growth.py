"""The watch over recordings that should be growing: a full disk is silent until the call ends (FreeSWITCH 1.11.1).

A file that stands still is only a first sign. On FreeSWITCH 1.11.1 a recording grows even while its phone sends nothing
(the switch puts in silence), but it stands still while its phone holds the call, and a recording whose end fsplug has
not read yet seems to. So a stall counts once the spool itself is in trouble, or the switch confirms, at two looks
in a row, that it still records this leg and nobody holds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.holds import is_held
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.protocol.event import Event
from fsplug.policy.recording.holds import Holder
from fsplug.store.calls.gap_rows import STALLED

log = structlog.get_logger()

# How many looks in a row must show the same before a stall counts that the spool itself does not explain.
LOOKS = 2


class Stall(Enum):
    """Whether a file that stands still is a failure."""

    NO = auto()
    UNSURE = auto()
    YES = auto()


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a recording whose file stands still.

    `trouble` is the spool's; `leg_lives` and `holds` are None where the switch did not answer; `looks` counts the looks
    in a row, this one included, that found the file standing still.
    """

    trouble: str | None
    leg_lives: bool | None
    holds: bool | None
    looks: int


def judged(signs: Signs) -> Stall:
    """Whether the talk is no longer recorded, by all signs together."""
    if signs.leg_lives is False or signs.holds:
        return Stall.NO
    if signs.trouble:
        return Stall.YES
    is_confirmed = signs.leg_lives is True and signs.looks >= LOOKS
    return Stall.YES if is_confirmed else Stall.UNSURE


class GrowthMeter(Protocol):
    """Whether files in the spool grow. It never waits for a disk."""

    def watch(self, recordings: Collection[str]) -> None:
        """Measure these recordings from now on, and no others."""

    def stalled_bytes(self, recording: str) -> int | None:
        """The size at which this recording's file stopped growing; None while it grows, and while that is not known."""

    def forget(self, recording: str) -> None:
        """Start measuring this recording again."""


class GrowthWatch:
    """Reports each running recording that has stopped growing, once."""

    def __init__(self, book: CallBook, recorder: Recorder, meter: GrowthMeter, ports: Ports) -> None:
        self._book = book
        self._recorder = recorder
        self._meter = meter
        self._ports = ports
        self._reported: set[str] = set()
        self._looks: dict[str, int] = {}

    def look(self) -> None:
        """Look at every running recording."""
        running = {one.id: one for one in self._running()}
        self._meter.watch(running)
        self._reported &= running.keys()
        still = {one: size for one in running if (size := self._meter.stalled_bytes(one)) is not None}
        self._looks = {one: self._looks.get(one, 0) + 1 for one in still}
        suspects = [running[one] for one in still if one not in self._reported]
        for recording, signs in self._signs_of(suspects):
            self._act(recording, judged(signs), still[recording.id])

    def rest(self) -> None:
        """The switch can't be asked now whether it still records: start again when it can."""
        self._looks.clear()
        for recording in self._book.recordings:
            self._meter.forget(recording)

    def _running(self) -> list[Recording]:
        """The recordings that should grow now. The file of a person who holds stands still."""
        running = [one for one in self._book.recordings.values() if one.stage is Stage.RUNNING and one.decision]
        for recording in running:
            if Holder.USER in recording.holds.open:
                self._meter.forget(recording.id)
        return [one for one in running if Holder.USER not in one.holds.open]

    def _signs_of(self, suspects: Collection[Recording]) -> list[tuple[Recording, Signs]]:
        legs = self._legs(suspects)
        trouble = self._ports.spool.trouble
        found = []
        for one in suspects:
            dump = legs.get(one.leg) if legs is not None else None
            lives = None if legs is None else dump is not None and dump.get("Answer-State") == "answered"
            holds = None if dump is None else is_held(dump)
            if dump is not None and holds:
                self._recorder.holds.changed(dump)  # the hold was not reported
            found.append((one, Signs(trouble, lives, holds, self._looks[one.id])))
        return [(one, signs) for one, signs in found if one.stage is Stage.RUNNING]

    def _legs(self, suspects: Collection[Recording]) -> dict[str, Event] | None:
        """What the switch says of the legs of these recordings; None where it does not answer."""
        if not suspects:
            return {}
        try:
            return {event.uuid: event for event in self._ports.switch.channels([one.leg for one in suspects])}
        except Unavailable as error:
            log.warning("stall-not-confirmed", recordings=len(suspects), error=error.text)
            return None

    def _act(self, recording: Recording, stall: Stall, size: int) -> None:
        if stall is Stall.YES:
            self._reported.add(recording.id)
            trouble = self._ports.spool.trouble or "its leg talks on, and nobody holds the call"
            self._recorder.fail(recording, STALLED, f"the file stands still at {size} bytes: {trouble}")
        elif stall is Stall.NO:
            self._looks.pop(recording.id, None)
            self._meter.forget(recording.id)
