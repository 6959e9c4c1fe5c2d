"""After a restart: the recordings that wait for their users, and those that nobody has kept yet. They have no rows.

Their decisions name them. Where the talk goes on, its user may still start or keep; where it is over, the file goes.
"""

from collections.abc import Iterable

import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.live_recording import Recording, Stage, follower_of
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.policy.recording.legs import is_users
from fsplug.policy.recording.verdict import verdict
from fsplug.policy.terms import Terms
from fsplug.store.calls import control
from fsplug.store.calls.decisions import Decision
from fsplug.store.calls.replay import talk_of
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings

log = structlog.get_logger()


class WaitingRecordings:
    """Runs once the talks that go on are in the book again."""

    def __init__(self, store: Store, book: CallBook, policy: PolicySource, recorder: Recorder, ports: Ports) -> None:
        self._store = store
        self._book = book
        self._policy = policy
        self._recorder = recorder
        self._ports = ports

    def take_up(self, decided: Iterable[Decision]) -> None:
        """These talks were decided before the restart. Unavailable if the store or the switch does not answer."""
        made = list(decided)
        stopped = control.stopped(self._store, [one.id for one in made if one.record])
        for one in made:
            recording = self._book.recordings.get(one.recording or "")
            if recording is not None and one.id in stopped:
                self._stop_again(recording)
            elif recording is None and one.waits and one.recording and not self._has_row(one.recording):
                self._take_up(one, one.recording, is_stopped=one.id in stopped)

    def _take_up(self, decision: Decision, recording: str, is_stopped: bool) -> None:
        own = self._own(decision)
        self._forget_followers(recording, decision)
        if own is None:
            self._forget(recording, decision.leg)
            return
        path, terms = self._ports.spool.path(recording), self._terms(decision)
        again = Recording.ordered(recording, path, decision.company, decision.call, terms)
        again.user, again.decision, again.due_at = decision.user, decision.id, decision.at
        again.leg = own.leg.uuid if again.stage is Stage.WAITING else decision.leg or own.leg.uuid
        self._book.recordings[again.id] = again
        self._book.runs_on(again, again.leg)
        if is_stopped:
            again.is_ended = True
            self._recorder.drop(again)
            self._forget(recording, again.leg)
            again.stage = Stage.STOPPED
        elif again.stage is Stage.ARMED:
            again.started_at = decision.at if self._ports.spool.exists(again.id) else None
            self._recorder.check(again)

    def _stop_again(self, recording: Recording) -> None:
        """Its user has stopped it: it may have been before the switch was told, and its end may have gone unread."""
        recording.is_ended = True
        recording.stage = Stage.RUNNING
        if self._ports.switch.is_recording(recording.leg, recording.path):
            self._recorder.stop(recording, None)
        else:
            self._recorder.end_unseen(recording)

    def _own(self, decision: Decision) -> Channel | None:
        """The leg of the recorded user, if the talk goes on."""
        legs = (self._book.channels.get(leg) for leg in decision.talk.split(":")[:2])
        its = [one for one in legs if one is not None and one.decision == decision.id]
        user = decision.user or ""
        return next((one for one in its if is_users(one.leg, decision.company, user)), None)

    def _terms(self, decision: Decision) -> Terms:
        return verdict(talk_of(decision), self._policy.snapshot(decision.company, decision.version)).terms

    def _has_row(self, recording: str) -> bool:
        return recordings.find(self._store, recording) is not None

    def _forget_followers(self, recording: str, decision: Decision) -> None:
        number = 1
        while self._ports.spool.exists(follower := follower_of(recording, number)):
            self._forget(follower, decision.leg)
            number += 1

    def _forget(self, recording: str, leg: str | None) -> None:
        """Destroy its file, and end what the switch still writes."""
        self._ports.spool.discard(recording)
        if leg in self._book.channels:
            try:
                self._ports.switch.stop_recording(leg, self._ports.spool.path(recording))
            except FsplugError as error:
                log.warning("recording-not-stopped", recording=recording, error=error.text)
