"""Cuts a file at the end of the talk that it was ordered for, and says so in a row: the rest is of nobody's order."""

import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.live_recording import Recording
from fsplug.esl.calls.ordered_talk import Until
from fsplug.esl.calls.ports import Ports
from fsplug.store.calls.entries import GapFound, RecordingLost

log = structlog.get_logger()

NOT_ORDERED, ENDED_BEFORE_START, NAMED_LATER = "not-ordered", "ended-before-start", "named-later"
# A talk is over a little before the switch writes down its end.
CUT_SECONDS = 0.1
# fsplug stops a recording within this time of its talk's end, unless it was kept from it.
AT_ONCE_SECONDS = 0.5
# What an event reported is known to a frame of 20 ms.
_FRAME_SECONDS = 0.02
# The switch ends a recording at its limit to the second.
_LIMIT_SECONDS = 1.0
_CUT = "the leg went on to another talk unseen; what was recorded after the ordered one was destroyed"
OVER_BEFORE = "the talk was over before the recording began"
_NOTHING_LEFT = "the leg went on to another talk unseen; nothing recorded is known to be of the ordered one"


class Cutter:
    """Cuts files that the switch has closed."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def kept_until(self, recording: Recording, stopped_at: float) -> float | None:
        """Until when the file, which the switch closed at `stopped_at`, is kept; None if nothing of it is.

        The rest is cut off, where the leg went on to another talk and the recording was not stopped at once.
        """
        until, began_at = recording.until, recording.started_at
        if recording.is_forbidden:
            self._ports.spool.discard(recording.id)
            return None
        if until is not None and until.at is not None and began_at is not None and began_at >= until.at:
            self._lose(recording, ENDED_BEFORE_START, OVER_BEFORE)
            return None
        if until is None or (until.at is not None and stopped_at - until.at <= _tolerated_seconds(until)):
            return stopped_at
        if not self._cut(recording, until.at, stopped_at, until.is_reported):
            return None
        return max(until.at or stopped_at, recording.started_at or 0.0)

    def _cut(self, recording: Recording, until: float | None, stopped_at: float, is_reported: bool) -> bool:
        if not self._ports.spool.exists(recording.id):
            return True
        began_at = recording.started_at or recording.due_at or 0.0
        wanted = 0.0 if until is None else until - began_at - (0.0 if is_reported else CUT_SECONDS)
        if until is None or wanted <= 0 or not self._is_cut(recording, wanted, until, stopped_at):
            self._lose(recording, NOT_ORDERED, _NOTHING_LEFT)
            return False
        if not is_reported:
            self._report(recording)
        return True

    def _is_cut(self, recording: Recording, wanted: float, until: float, stopped_at: float) -> bool:
        ended_at = stopped_at
        if recording.started_at is not None:
            ended_at = min(stopped_at, recording.started_at + recording.terms.longest(_LIMIT_SECONDS))
        try:
            # While the leg holds, its file stands still: by the beginning alone too much could be kept.
            self._ports.spool.cut(recording.id, wanted, max(0.0, ended_at - until))
        except FsplugError as error:
            log.error("recording-not-cut", recording=recording.id, error=error.text)
            return False
        return True

    def _lose(self, recording: Recording, cause: str, detail: str) -> None:
        self._ports.spool.discard(recording.id)
        log.error("gap", call=recording.call, recording=recording.id, cause=cause, detail=detail)
        self._ports.write(RecordingLost(recording.id, cause, detail, self._ports.clock()))

    def _report(self, recording: Recording) -> None:
        log.error("gap", call=recording.call, recording=recording.id, cause=NOT_ORDERED, detail=_CUT)
        now = self._ports.clock()
        self._ports.write(
            GapFound(recording.company, recording.call, recording.decision, recording.id, NOT_ORDERED, _CUT, now)
        )


def _tolerated_seconds(until: Until) -> float:
    """How much later than its talk a recording may end without being cut."""
    return _FRAME_SECONDS if until.is_reported else AT_ONCE_SECONDS
