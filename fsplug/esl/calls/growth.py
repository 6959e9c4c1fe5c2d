"""The watch over recordings that should be growing: a full disk is silent until the call ends (FreeSWITCH 1.11.1)."""

from collections.abc import Callable
from typing import Protocol

from fsplug.esl.calls.book import CallBook, Recording, Stage
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder


class GrowthMeter(Protocol):
    """Whether files in the spool grow."""

    def stalled_bytes(self, recording: str) -> int | None:
        """The size at which this recording's file stopped growing; None while it grows."""

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

    def look(self, run: Callable[[Callable[[], dict[str, int]]], dict[str, int]]) -> None:
        """Look at every running recording; `run` runs the look where a slow disk delays nothing else."""
        running = [one for one in self._book.recordings.values() if one.stage is Stage.RUNNING and one.decision]
        stalled = run(lambda: self._stalled([one.id for one in running]))
        self._reported &= {one.id for one in running}
        for recording in running:
            if recording.id in stalled and recording.id not in self._reported and recording.stage is Stage.RUNNING:
                self._report(recording, stalled[recording.id])

    def rest(self) -> None:
        """The switch can't be asked now whether it still records: start again when it can."""
        for recording in self._book.recordings:
            self._meter.forget(recording)

    def _stalled(self, recordings: list[str]) -> dict[str, int]:
        sizes = {one: self._meter.stalled_bytes(one) for one in recordings}
        return {one: size for one, size in sizes.items() if size is not None}

    def _report(self, recording: Recording, size: int) -> None:
        self._reported.add(recording.id)
        trouble = self._ports.spool.trouble or "the switch says that it records"
        self._recorder.fail(recording, "write-stalled", f"the file stands still at {size} bytes: {trouble}")
