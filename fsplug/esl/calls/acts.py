"""What the recorded user does to the recording of a talk: started, kept, stopped. The gate has let it through."""

from collections.abc import Iterable
from dataclasses import replace

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import Channel
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.withdrawals import Withdrawals
from fsplug.policy.conversation.events import Change
from fsplug.policy.recording.control import Act
from fsplug.policy.recording.stops import STOPPED, stopped_also


class Acts:
    """Does it on the switch, and makes the rows of what was unknown until now. `pauses` are done by themselves."""

    def __init__(self, recorder: Recorder, changes: Changes, withdrawals: Withdrawals, ports: Ports) -> None:
        self.recorder = recorder
        self._changes = changes
        self._ports = ports
        self.pauses = recorder.pauses
        self.withdrawals = withdrawals

    def do(self, act: Act, call: Call, channel: Channel, recording: Recording, how: str) -> None:
        """Start, keep or stop it for the user on this leg. Unavailable if the switch does not do it."""
        # First what is known for ever: whatever happens next, it holds after a restart, too.
        self._changes.acted(Change(act), call, channel, recording.decision, how)
        _DOES[act](self, recording)

    def never_again(self, username: str, company: str, legs: Iterable[Channel]) -> None:
        """This user has stopped: no later part of theirs in the conversation of these legs is recorded."""
        for one in legs:
            one.leg = replace(one.leg, stopped=stopped_also(one.leg.stopped, username, company))
            self._ports.switch.mark(one.leg.uuid, {STOPPED: one.leg.stopped})

    def start(self, recording: Recording) -> None:
        """Start one that has waited for its user. If the switch does not do it, there is a gap."""
        if recording.advance(Stage.ARMED):
            recording.is_kept, recording.due_at = True, self._ports.clock()
            self.recorder.reports.expected(recording)
            self.recorder.start(recording)

    def keep(self, recording: Recording) -> None:
        """Keep one from its beginning on, with those that it followed: they have their rows from now on."""
        reports, before = self.recorder.reports, recording.before
        recording.before = ()
        for one in (*before, recording):
            one.is_kept = True
            reports.expected(one)
            if one.stage is not Stage.ARMED:
                reports.started(one)
            if one.stage is Stage.STOPPED:
                reports.stopped(one)

    def stop(self, recording: Recording) -> None:
        """Stop one: it is all of its talk that is wanted. Nothing is left of one that nobody has kept.

        Unavailable, and it goes on, if the switch does not answer.
        """
        recording.is_ended = True
        try:
            self._ports.switch.stop_recording(recording.leg, recording.path)
        except Unavailable:
            recording.is_ended = False
            raise
        recording.advance(Stage.STOPPING)
        if not recording.is_kept:
            self.recorder.drop(recording)


_DOES = {Act.START: Acts.start, Act.KEEP: Acts.keep, Act.STOP: Acts.stop}
