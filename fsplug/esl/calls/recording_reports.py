"""What the journal is told of a recording: expected, started, stopped, lost, and what it lacks."""

import structlog

from fsplug.esl.calls.cutting import Cutter
from fsplug.esl.calls.live_recording import LATE_SECONDS, Recording
from fsplug.esl.calls.ports import Ports
from fsplug.store.calls.entries import GapFound, RecordingExpected, RecordingLost, RecordingStarted, RecordingStopped

log = structlog.get_logger()

# fsplug's own causes: the leg's end was reported but its RECORD_STOP was not; neither was reported, so the end is
# unknown.
STOP_UNSEEN, END_UNSEEN = "stop-unseen", "end-unseen"
# Two more: the recording has all that policy wants of the talk; its user has stopped it. Either is whole.
LIMIT_REACHED, STOPPED_BY_USER = "limit-reached", "stopped-by-user"


class RecordingReports:
    """Writes the entries of recordings."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._cutter = Cutter(ports)

    def expected(self, recording: Recording) -> None:
        """A decision or the recorded user wants it, and it has no row yet."""
        if not recording.is_kept:
            return
        self._ports.write(
            RecordingExpected(
                recording=recording.id,
                company=recording.company,
                call=recording.call,
                decision=recording.decision,
                user=recording.user,
                leg=recording.leg,
                path=recording.path,
                terms=recording.terms,
                at=self._ports.clock(),
            )
        )

    def started(self, recording: Recording) -> None:
        """It runs. A gap too, if its talk began before it."""
        if not recording.is_kept:
            return
        at = recording.started_at or self._ports.clock()
        self._ports.write(RecordingStarted(recording.id, recording.company, recording.leg, recording.path, at))
        late = at - recording.due_at if recording.due_at and recording.started_at else 0.0
        if late > LATE_SECONDS:
            self.gap(recording, "began-late", f"the first {late:.1f} s of the talk are not recorded")

    def stopped(self, recording: Recording) -> None:
        """It has ended, and this is how much of it is kept; nothing of it if it began after its talk."""
        at = max(recording.stopped_at or self._ports.clock(), recording.started_at or 0.0)
        if not recording.is_kept:
            return
        kept_until = self._cutter.kept_until(recording, at)
        if kept_until is None:
            return
        # A call may have been on hold since its recording reached the limit, so the talk does not say how long the
        # recording is.
        was_cut_exactly = recording.until is not None and recording.until.is_reported
        is_known = kept_until == at or was_cut_exactly
        is_known = is_known and recording.stop_cause not in (END_UNSEEN, LIMIT_REACHED)
        seconds = kept_until - recording.started_at if recording.started_at and is_known else None
        self._ports.write(RecordingStopped(recording.id, kept_until, recording.stop_cause, seconds))

    def lost(self, recording: Recording, cause: str, detail: str) -> None:
        """Nothing is kept of the talk, and nothing will be."""
        if recording.is_forbidden or not recording.is_kept:
            return  # It is written down as lost, and why; or nobody knows of it.
        log.error("gap", call=recording.call, recording=recording.id, cause=cause, detail=detail)
        self._ports.write(RecordingLost(recording.id, cause, detail, self._ports.clock()))

    def gap(self, recording: Recording, cause: str, detail: str) -> None:
        """Write down that a recording lacks something, or must not be kept; the decision is the one it was made for."""
        if recording.decision and not recording.is_kept:
            return
        log.error("gap", call=recording.call, recording=recording.id, cause=cause, detail=detail)
        self._ports.write(
            GapFound(
                company=recording.company,
                call=recording.call,
                decision=recording.decision or recording.withdrawn,
                recording=recording.id,
                cause=cause,
                detail=detail,
                at=self._ports.clock(),
            )
        )
