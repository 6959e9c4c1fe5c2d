"""One recording from its start on the switch to its end: confirmed, started late, stopped, or reported as a gap."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.cutting import ENDED_BEFORE_START, NAMED_LATER, OVER_BEFORE
from fsplug.esl.calls.holds import Holds
from fsplug.esl.calls.live_recording import HoldNotes, Recording, Stage, follower_of
from fsplug.esl.calls.ordered_talk import Until
from fsplug.esl.calls.pauses import Pauses
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recording_reports import END_UNSEEN, LIMIT_REACHED, STOP_UNSEEN, STOPPED_BY_USER, RecordingReports
from fsplug.esl.calls.starts import Starts
from fsplug.esl.protocol.wire import Event
from fsplug.policy.terms import OnFailure
from fsplug.store.calls.gap_rows import START_FAILED

log = structlog.get_logger()

# The time from the beginning of the talk within which RECORD_START must come; after it a command starts the recording.
CONFIRM_SECONDS = 0.5
# A command to a bridged leg waits for the bridge loop, 200 ms; a busy switch may take longer.
START_SECONDS = 2.0
# A starved switch gets so many times more than it took to answer.
SLOWNESS = 4
# If the switch ends a recording during the talk, another one follows, unless each ends at once.
RESTART_AFTER_SECONDS = 2.0
# The time from the end of a leg within which a late RECORD_STOP is awaited; it should have come before the end.
STOP_SECONDS = 2.0
# The sample rate of a leg's speech, in every event of the leg.
RATE = "Channel-Read-Codec-Rate"
# FreeSWITCH's causes for a file that it closed well begin with success (switch_ivr_async.c 1.11.1).
_GOOD_CAUSES = ("success", STOP_UNSEEN, END_UNSEEN)
# What FreeSWITCH itself gives with RECORD_HANGUP_ON_ERROR (switch_ivr_async.c 1.11.1).
REFUSED_CAUSE = "DESTINATION_OUT_OF_ORDER"
_NEVER_STARTED = ("never-started", "the switch reported no recording during the talk")
_NAMED = "a party named a number that is never recorded; what had been recorded of the talk was destroyed"
_NOT_STARTED = "the switch did not start the recording (bypass media, or no audio)"


class Recorder:
    """Watches over recordings once policy has said yes."""

    def __init__(self, book: CallBook, changes: Changes, pauses: Pauses, ports: Ports) -> None:
        self._book = book
        self._ports = ports
        self.pauses = pauses
        # Told of each recording when its talk begins.
        self.on_expected: Callable[[Recording], None] = lambda recording: None
        self.holds = Holds(book, changes, ports)
        self.reports = RecordingReports(ports)
        self._starts = Starts(book, pauses, ports)

    def expect(self, recording: Recording, is_reported: bool = True) -> None:
        """The talk has begun: make sure that the recording runs, start it, or report a gap.

        `is_reported`: False if the talk was found by looking. It has gone on for a while then: what has not begun to
        record will not.
        """
        self.on_expected(recording)
        if recording.stage is Stage.ARMED:
            is_awaited = is_reported or self._ports.spool.exists(recording.id)
            self._ports.later(CONFIRM_SECONDS if is_awaited else 0, self._start_if_missing, recording)
            if recording.is_told:
                self._starts.look_after(recording)
        if recording.stage in (Stage.WAITING, Stage.ARMED):
            return
        self.reports.started(recording)
        if recording.stage is Stage.STOPPED:
            self.reports.stopped(recording)

    def start(self, recording: Recording) -> None:
        """Start a recording on a leg that is in a talk already, unless it waits for its user."""
        self._book.recordings[recording.id] = recording
        self._book.runs_on(recording, recording.leg)
        self.on_expected(recording)
        if recording.stage is not Stage.WAITING:
            self._ports.later(0, self._command_start, recording)

    def begin_early(self, recording: Recording) -> None:
        """Start a recording on a leg whose talk is about to begin."""
        self._book.recordings[recording.id] = recording
        self._book.runs_on(recording, recording.leg)
        recording.is_told = True
        self._ports.later(0, self._starts.send, recording)

    def stop(self, recording: Recording, until: Until | None) -> None:
        """Stop a recording whose talk is over while its leg lives on; what it has recorded after `until` is cut off."""
        if not recording.is_kept:
            self.drop(recording)
        recording.until = recording.until or until
        if recording.started_at is not None:  # After a restart it may not have been found running yet.
            recording.advance(Stage.RUNNING)
        recording.is_over = recording.stage is Stage.ARMED
        if recording.advance(Stage.STOPPING):
            self._ports.later(0, self._command_stop, recording)

    def forbid(self, recording: Recording, cause: str = NAMED_LATER, detail: str = _NAMED) -> None:
        """It must not be, as turns out in mid-call: the file goes now, and the recording is stopped."""
        if recording.is_forbidden or (recording.stage is Stage.STOPPED and recording.is_kept):
            return
        self.reports.lost(recording, cause, detail)
        recording.is_forbidden = True
        self._ports.spool.discard(recording.id)
        self.stop(recording, None)

    def drop(self, recording: Recording) -> None:
        """Its user has neither started nor kept it, and can't any more: whatever was recorded of the talk goes."""
        recording.is_forbidden = True
        for one in (*recording.before, recording):
            self._ports.spool.discard(one.id)
        if recording.stage is Stage.WAITING:
            recording.advance(Stage.STOPPED)

    def renew(self, recording: Recording) -> None:
        """The file of this recording can't take in what is said from now on: end it, and go on in another one."""
        recording.is_renewed = True
        self._ports.later(0, self._command_stop, recording)

    def started(self, event: Event) -> None:
        """RECORD_START."""
        recording = self._of(event)
        if recording is None or not recording.advance(Stage.RUNNING):
            return
        self._book.runs_on(recording, event.uuid)
        recording.started_at, recording.rate = self._ports.time_of(event), event.get(RATE) or ""
        self.holds.began(recording, event)
        self.pauses.began(recording)
        if recording.decision:
            self.reports.started(recording)
        self._stop_if_over(recording)

    def stopped(self, event: Event) -> None:
        """RECORD_STOP. It also comes for files that the switch has removed, so only its cause is noted."""
        recording = self._of(event)
        if recording is None or recording.stage is Stage.STOPPED:
            return
        at = self._ports.time_of(event)
        self.holds.ended(recording, at, event)
        was_wanted = recording.stage is Stage.RUNNING and event.get("Answer-State") == "answered"
        ran_seconds = at - (recording.started_at or at)
        cause = event.get("Record-Completion-Cause") or event.get("variable_record_completion_cause") or ""
        self.end(recording, at, cause)
        if was_wanted and recording.is_renewed and recording.leg in self._book.channels:
            self.start(self._successor_of(recording))
        elif was_wanted and recording.decision and recording.stop_cause not in (LIMIT_REACHED, STOPPED_BY_USER):
            self._ended_early(recording, cause, ran_seconds)

    def end(self, recording: Recording, at: float, cause: str) -> None:
        """The recording has ended on the switch: its file goes to the media worker once a decision has ordered it."""
        if not recording.advance(Stage.STOPPED):
            return
        self.holds.ended(recording, at)
        is_whole = cause.startswith(_GOOD_CAUSES) and recording.has_all(at)
        whole_by = STOPPED_BY_USER if recording.is_ended else LIMIT_REACHED
        recording.stopped_at, recording.stop_cause = at, whole_by if is_whole else cause
        if recording.decision:
            self.reports.stopped(recording)

    def end_unseen(self, recording: Recording, by: float | None = None) -> None:
        """The recording has ended by then, or by now, and nobody said when: as soon as its file was written to last."""
        latest, written_at = by or self._ports.clock(), self._ports.spool.written_at(recording.id)
        self.end(recording, latest if written_at is None else min(latest, written_at), END_UNSEEN)

    def leg_ended(self, recording: Recording, at: float | None) -> None:
        """The recorded leg is gone (`at` None: at an unknown time). Its RECORD_STOP has come, or will, or is lost."""
        seconds = 0 if recording.stage is Stage.STOPPED else STOP_SECONDS
        self._ports.later(seconds, self._settle, recording, at)

    def never_began(self, recording: Recording, cause: str, detail: str) -> None:
        """Nothing of this talk was recorded, and nothing will be."""
        recording.advance(Stage.STOPPED)
        self._book.recordings.pop(recording.id, None)
        self.reports.lost(recording, cause, detail)

    def check(self, recording: Recording) -> None:
        """After a restart: check that a decided recording runs, or start a new one for the rest of the talk."""
        self._ports.later(0, self._command_start, recording)

    def fail(self, recording: Recording, cause: str, detail: str) -> None:
        """Report that a talk is no longer recorded and act as policy says, unless policy wants no more of this talk."""
        if not recording.has_all(self._ports.clock()):
            self._fail(recording, cause, detail)

    def _fail(self, recording: Recording, cause: str, detail: str) -> None:
        self.reports.gap(recording, cause, detail)
        self._close_if_policy_says(recording)

    def _settle(self, recording: Recording, leg_ended_at: float | None) -> None:
        if recording.stage is Stage.ARMED and recording.decision and not self._ports.spool.exists(recording.id):
            is_over = recording.is_over or recording.talked_less_than(START_SECONDS, leg_ended_at)
            why = (ENDED_BEFORE_START, OVER_BEFORE) if is_over else _NEVER_STARTED
            self.reports.lost(recording, *((START_FAILED, recording.trouble) if recording.trouble else why))
        if leg_ended_at is None:
            self.end_unseen(recording)
        else:
            self.end(recording, leg_ended_at, STOP_UNSEEN)
        self._book.recordings.pop(recording.id, None)
        if not recording.is_kept:
            self.drop(recording)
        elif recording.withdrawn:
            # A leg that answered and lost the race, or that the dialplan itself answered: there was no talk.
            self._ports.spool.discard(recording.id)

    def _start_if_missing(self, recording: Recording) -> None:
        channel = self._book.channels.get(recording.leg)
        if recording.stage is Stage.ARMED and channel is not None and channel.recording == recording.id:
            self._command_start(recording)

    def _command_start(self, recording: Recording) -> None:
        """Start the recording, unless it already runs and only its RECORD_START was not reported."""
        asked_at = self._ports.clock()
        if recording.stage is Stage.STOPPING or recording.is_over:
            return
        try:
            if self._ports.switch.is_recording(recording.leg, recording.path):
                self._found_running(recording)
                return
            if self._ports.spool.exists(recording.id):
                if recording.has_all(self._ports.clock()):
                    self.end_unseen(recording)
                    return
                if self._ports.switch.channel(recording.leg) is None:
                    return  # nothing is left of the talk either; the end of the talk settles this recording
                recording = self._successor_of(recording)
            self._starts.send(recording)
        except Unavailable as error:
            log.warning("start-not-sent", recording=recording.id, error=error.text)
        took = max(0.0, self._ports.clock() - asked_at)
        self._ports.later(START_SECONDS + SLOWNESS * took, self._give_up_if_missing, recording)

    def _found_running(self, recording: Recording) -> None:
        if recording.advance(Stage.RUNNING):
            self.holds.began(recording)
            self.pauses.began(recording)
            self.reports.started(recording)
            self._stop_if_over(recording)

    def _stop_if_over(self, recording: Recording) -> None:
        if recording.is_over:
            self.stop(recording, None)

    def _successor_of(self, recording: Recording) -> Recording:
        """A recording for the rest of the talk: this one ended unreported, and a second start would wipe its file."""
        self.end_unseen(recording)
        self._book.recordings.pop(recording.id, None)
        # What nobody has kept has no row: after a restart it is found by this name.
        kept = recording.is_kept
        first = (*recording.before, recording)[0].id
        successor = self._ports.new_id() if kept else follower_of(first, len(recording.before) + 1)
        path, now = self._ports.spool.path(successor), self._ports.clock()
        terms = recording.rest(now)
        follower = replace(
            recording, id=successor, path=path, terms=terms, due_at=now, started_at=None, stopped_at=None
        )
        follower.stage, follower.holds, follower.is_renewed = Stage.ARMED, HoldNotes(), False
        follower.before = () if kept else (*recording.before, recording)
        self._book.records_the_rest(follower)
        self.reports.expected(follower)
        return follower

    def _command_stop(self, recording: Recording) -> None:
        try:
            self._ports.switch.stop_recording(recording.leg, recording.path)
        except Unavailable as error:
            log.error("recording-not-stopped", recording=recording.id, error=error.text)

    def _give_up_if_missing(self, recording: Recording) -> None:
        if recording.stage is not Stage.ARMED:
            return
        if self._ports.spool.exists(recording.id):
            # The recording has begun, and only its RECORD_START was not reported.
            self._found_running(recording)
            return
        if recording.is_over or recording.leg not in self._book.channels:
            self.never_began(recording, ENDED_BEFORE_START, OVER_BEFORE)
            return
        recording.trouble = self._ports.spool.trouble or self._ports.spool.kept_out or _NOT_STARTED
        # It is awaited until its leg has ended: the leg's own thread may still wait for a processor.
        self.fail(recording, START_FAILED, recording.trouble)

    def _ended_early(self, recording: Recording, cause: str, ran_seconds: float) -> None:
        why = cause or "no cause given"
        self._fail(recording, "stopped-early", f"the switch ended the recording during the talk: {why}")
        goes_on = recording.terms.on_failure is OnFailure.OPEN and recording.leg in self._book.channels
        goes_on = goes_on and not recording.has_all(self._ports.clock())
        if goes_on and ran_seconds >= RESTART_AFTER_SECONDS and self._ports.spool.trouble is None:
            self.start(self._successor_of(recording))

    def _close_if_policy_says(self, recording: Recording) -> None:
        if recording.terms.is_required:
            self._ports.later(0, self._ports.switch.hang_up, recording.leg, REFUSED_CAUSE)

    def _of(self, event: Event) -> Recording | None:
        return self._book.recordings.get(event.get("Recording-Variable-fsplug_recording") or "")
