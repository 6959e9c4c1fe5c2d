"""Legs that were armed for one partner and get another: they are disarmed, and what they record is destroyed.

A leg is armed while it rings, for the caller it rings for. It may answer somebody else: a phone connects its caller
with another call before the leg answers (REFER with Replaces), a colleague picks the caller up, the operator bridges
the leg or sends its caller on. There are two locks, because the switch can be faster than fsplug:

    first     the leg is disarmed as soon as its caller is known to have left, before it answers; and a caller who is
              recorded on their own leg, once the switch has given up ringing for them while they wait on
    second    at RECORD_START, and at the bridge, the partner the leg really has is held against the one it was armed
              for. A recording that no decision orders is stopped, its file is destroyed at once, and a gap row says so

The second lock also holds where it is the answer that names an excluded number, as the one who answered.

A call that is sent on through the dialplan asks again and is armed anew.
"""

from dataclasses import replace

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.cutting import NOT_ORDERED
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ordered_talk import bridged_at
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.transfers import CALLER_GONE, UNBRIDGE_SECONDS
from fsplug.esl.protocol.wire import Event
from fsplug.policy.recording.legs import Leg, Ringing, answered_talk, expected_talk
from fsplug.policy.recording.verdict import excluded_number

log = structlog.get_logger()

# The bridge follows an answer within 0.1 s (FreeSWITCH 1.11.1). A leg that has no partner after this time records
# nobody's talk: a mailbox, an announcement, silence.
PARTNER_SECONDS = 2.0


class Disarmer:
    """Takes back what was armed for a partner that the leg will not have."""

    def __init__(self, book: CallBook, policy: PolicySource, recorder: Recorder, ports: Ports) -> None:
        self._book = book
        self._policy = policy
        self._recorder = recorder
        self._ports = ports

    def rings(self, event: Event) -> None:
        """CHANNEL_ORIGINATE: a leg was made for a call and is about to ring."""
        call = self._book.calls.get(event.get("variable_fsplug_call") or "")
        if call is None:
            return
        self._book.rings(call, event.uuid, event.get("variable_fsplug_leg") or "")
        if call.caller_left:
            # A caller that was connected elsewhere is gone, and the switch still rings the legs that are left.
            self._take_back(call)

    def hung_up(self, leg: str, cause: str = "") -> None:
        """CHANNEL_HANGUP: this leg has ended. Its CHANNEL_HANGUP_COMPLETE may come much later, if it was a caller."""
        rang_for = self._book.rings_no_longer(leg)
        if rang_for is not None and cause == CALLER_GONE:
            self._ports.later(UNBRIDGE_SECONDS, self._disarm_caller, rang_for, rang_for.ringing)
        call = self._book.calls.get(leg)
        if call is not None and not call.caller_left:
            self.caller_left(call)

    def caller_left(self, call: Call) -> None:
        """The caller of this call is gone. If a leg still rings, it will answer somebody else or nobody."""
        call.caller_left = True
        if call.rings:
            self._take_back(call)

    def caller_named(self, leg: Leg) -> None:
        """A caller whose call still rings says who they are. If they are never recorded, nothing is armed for them."""
        call = self._book.calls.get(leg.uuid)
        if call is None or call.ringing is None or not call.armed or call.ringing.caller.numbers == leg.numbers:
            return
        call.ringing = replace(call.ringing, caller=replace(call.ringing.caller, numbers=leg.numbers))
        snapshot = self._policy.snapshot(call.company, call.version)
        if any(excluded_number(expected_talk(call.ringing, name), snapshot) for name in call.armed):
            self.disarm_all(call)

    def disarm_all(self, call: Call) -> None:
        """Nothing of this call is recorded, whoever answers."""
        for name in list(call.armed):
            self._book.withdraw(call, name)
        for ringing in call.rings:
            self._ports.later(0, self._disarm, call, ringing)

    def judge(self, event: Event) -> None:
        """RECORD_START: whether this recording may run."""
        recording = self._book.recordings.get(event.get("Recording-Variable-fsplug_recording") or "")
        is_open = recording is not None and not (recording.decision or recording.is_early)
        if recording is not None and is_open and recording.stage is Stage.RUNNING:
            self.judge_running(recording)

    def judge_running(self, recording: Recording) -> None:
        """Destroy this running recording unless it may belong to the talk it was armed for."""
        call = self._book.calls.get(recording.call)
        is_ours = call is None or (_has_its_partner(call, recording.leg) and not self._is_excluded(call, recording.leg))
        if call is not None and not recording.withdrawn and not is_ours:
            self._withdraw_recording(call, recording)
        if recording.withdrawn:
            self._destroy(recording)
        else:
            self._ports.later(PARTNER_SECONDS, self._destroy_without_talk, recording)

    def meet(self, one: Channel, other: Channel) -> None:
        """These two legs talk to each other: whatever was armed on either for another partner is taken back."""
        for channel, partner in ((one, other), (other, one)):
            call = self._book.calls.get(channel.leg.call)
            if call is None:
                continue
            if is_its := _is_of_call(call, channel, partner):
                self._arm_again(call, channel.leg.name)
            if not call.armed or (is_its and not self._is_excluded(call, channel.leg.uuid)):
                continue
            names = list(call.armed) if channel.leg.uuid == call.id else [channel.leg.name]
            for name in names:
                recording = self._book.withdraw(call, name)
                if recording is not None:
                    self._destroy_if_it_runs(recording, channel)

    def never_talked(self, loser: Channel) -> None:
        """A leg answered and ended without a talk: what it armed records nobody, and its file goes with the leg."""
        call = self._book.calls.get(loser.leg.call)
        armed = call.armed.get(loser.leg.name) if call else None
        if call is None or armed is None:
            return
        if armed.arm.on_caller and len(call.armed) > 1 and not call.caller_left:
            del call.armed[loser.leg.name]  # Another leg may still get the caller.
            return
        recording = self._book.withdraw(call, loser.leg.name)
        if recording is not None and not armed.arm.on_caller:
            self._book.runs_on(recording, loser.leg.uuid)

    def _is_excluded(self, call: Call, leg: str) -> bool:
        """Whether an answer names a number that is never recorded; `leg` is the one that answered, or the caller."""
        legs = call.legs - {call.id} if leg == call.id else {leg}
        channels = (self._book.channels[one] for one in legs if one in self._book.channels)
        return any(self._names_excluded(call, channel) for channel in channels if channel.leg.answered)

    def _names_excluded(self, call: Call, channel: Channel) -> bool:
        """Asked at RECORD_START and twice at the bridge: unless something was learned since, the answer stays no."""
        if call.ringing is None or channel.cleared == (call.ringing, channel.leg):
            return False
        try:
            snapshot = self._policy.snapshot(call.company, call.version)
        except Unavailable:
            return False
        if snapshot.excluded and excluded_number(answered_talk(call.ringing, channel.leg), snapshot):
            return True
        channel.cleared = (call.ringing, channel.leg)
        return False

    def _arm_again(self, call: Call, name: str) -> None:
        """Its answer was not reported, so it seemed to ring on when its caller left: but these two have talked.

        A recording that has been stopped since is destroyed.
        """
        armed = call.taken_back.get(name)
        recording = self._book.recordings.get(armed.recording or "") if armed else None
        if armed is None or name in call.armed or recording is None:
            return
        if recording.stage is Stage.ARMED or self._ports.spool.exists(recording.id):
            self._book.arm_again(call, name)

    def _take_back(self, call: Call) -> None:
        call.taken_back |= call.armed
        for leg, name in call.rings.items():
            if name in call.armed:
                self._book.withdraw(call, name)
                self._ports.later(0, self._disarm, call, leg)

    def _disarm(self, call: Call, leg: str) -> None:
        if leg not in call.rings:
            return  # As a rule the switch ends the ringing legs with their caller.
        self._mark_disarmed(call.id, leg)

    def _mark_disarmed(self, call: str, leg: str) -> None:
        try:
            self._ports.switch.mark(leg, {"execute_on_answer": ""})
        except Unavailable as error:
            log.warning("leg-not-disarmed", leg=leg, call=call, error=error.text)

    def _disarm_caller(self, call: Call, ringing: Ringing | None) -> None:
        """The switch has ended what rang for this caller. One who is still there was sent elsewhere.

        If that is through the dialplan, the call was armed anew. If not, nobody asks, and whoever answers the caller is
        another partner than was decided.
        """
        is_as_it_was = call.ringing is ringing and not (call.rings or call.caller_answered)
        was_sent_on = is_as_it_was and not call.caller_left and call.id in self._book.calls
        own = [name for name, one in call.armed.items() if one.arm.on_caller and one.recording]
        if was_sent_on and own:
            self._book.withdraw(call, own[0])
            self._ports.later(0, self._mark_disarmed, call.id, call.id)

    def _withdraw_recording(self, call: Call, recording: Recording) -> None:
        for name, armed in list(call.armed.items()):
            if armed.recording == recording.id:
                self._book.withdraw(call, name)

    def _destroy_if_it_runs(self, recording: Recording, channel: Channel) -> None:
        if recording.stage is Stage.ARMED and self._ports.spool.exists(recording.id):
            # It began while fsplug was away.
            recording.advance(Stage.RUNNING)
            self._book.runs_on(recording, channel.leg.uuid)
        if recording.stage is Stage.RUNNING:
            self._destroy(recording)

    def _destroy(self, recording: Recording) -> None:
        """The file goes now, and the recording is stopped when its leg is seen to live on."""
        self._ports.spool.discard(recording.id)
        self._ports.later(UNBRIDGE_SECONDS, self._stop, recording)

    def _stop(self, recording: Recording) -> None:
        if recording.stage is not Stage.RUNNING or recording.leg not in self._book.channels:
            return  # The leg is gone, and the recording with it: there was no talk of which to say anything.
        self._recorder.stop(recording, None)
        detail = (
            "the leg answered another partner than it was armed for, or one who is never recorded; its recording was "
            "stopped and destroyed"
        )
        self._recorder.reports.gap(recording, NOT_ORDERED, detail)

    def _destroy_without_talk(self, recording: Recording) -> None:
        call = self._book.calls.get(recording.call)
        if recording.decision or recording.withdrawn or recording.stage is not Stage.RUNNING or call is None:
            return
        if self._has_talked_to_nobody(recording):
            self._withdraw_recording(call, recording)
            self._destroy(recording)
        else:
            # The reconciler takes the bridge in, and `meet` judges it; or it takes in that the leg has ended.
            self._ports.later(PARTNER_SECONDS, self._destroy_without_talk, recording)

    def _has_talked_to_nobody(self, recording: Recording) -> bool:
        """Whether the leg is up on the switch, is in no bridge, and was in none since its recording began.

        A talk of which no event came may be over just now, and its leg about to end.
        """
        try:
            is_bridged = any(recording.leg in pair for pair in self._ports.switch.bridges())
            dump = None if is_bridged else self._ports.switch.channel(recording.leg)
        except Unavailable:
            return False
        return dump is not None and bridged_at(dump) < (recording.started_at or 0.0)


def _has_its_partner(call: Call, leg: str) -> bool:
    """Whether a recording that begins on this leg can be of the talk it was armed for.

    A called leg needs a caller who is still there. A caller is answered once a called leg has answered, if it is known
    that one was made.
    """
    if leg == call.id:
        return call.leg_answered or not call.has_rung
    return not call.caller_left


def _is_of_call(call: Call, channel: Channel, partner: Channel) -> bool:
    """Whether these two are the caller of this call and a leg that was made for it."""
    if channel.leg.uuid == call.id:
        return partner.leg.call == call.id
    return partner.leg.uuid == call.id
