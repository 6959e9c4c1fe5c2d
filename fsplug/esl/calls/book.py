"""The book of the switch's live calls: who talks to whom, what is armed, what records. Memory only, no I/O."""

from dataclasses import dataclass, field, replace

from fsplug.esl.calls.live_call import ArmedLeg, Call
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.policy.entities import Talk
from fsplug.policy.recording.legs import Leg, Ringing, transferred_by
from fsplug.policy.recording.phone_keys import Key


@dataclass(frozen=True, slots=True)
class ConferencePart:
    """A user's part in a conference, as it was decided last. `says`: the verdict's record, rule, reason, direction."""

    talk: Talk
    says: tuple[bool, str, str, str]


@dataclass(slots=True)
class Channel:
    """A live leg.

    `partner` is the uuid it talks to, `decision` the id of that talk's decision and `recording` the id of that talk's
    recording; `records` are the ids of all recordings that run on this very leg; `talks` counts the talks it has had,
    `talked_with` are the legs it had them with, and `met` is the latest one of two legs; `left` is the talk whose end
    has been reported, with its partner, and `bridged_at` when the present one began, if that was; `held_at` is since
    when its phone holds the call, and `heard_at` when its latest event came. `cleared` is the ringing it answered and
    the leg as it was when that answer was found to name no excluded number. `has_connected`: its phone has connected
    its partner with another call's. In a conference it has no partner, but a `part` once that is decided. `sent_at` is
    when its partner sent it on, until it talks again. The switch listens for `keys` of its phone.
    """

    leg: Leg
    partner: str | None = None
    decision: str | None = None
    recording: str | None = None
    records: set[str] = field(default_factory=set)
    talks: int = 0
    talked_with: list[str] = field(default_factory=list)
    met: Leg | None = None
    left: tuple[int, str] | None = None
    bridged_at: float | None = None
    part: ConferencePart | None = None
    held_at: float | None = None
    heard_at: float = 0.0
    cleared: tuple[Ringing, Leg] | None = None
    has_connected: bool = False
    sent_at: float | None = None
    keys: set[Key] = field(default_factory=set)


@dataclass(slots=True)
class CallBook:
    """All live calls, channels and recordings by id; `ringing` are the ringing legs, each with the id of its call.

    `conferences` are the uuids of the legs in each conference, the first comer first, by the conference's uuid.
    """

    calls: dict[str, Call] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    ringing: dict[str, str] = field(default_factory=dict)
    conferences: dict[str, list[str]] = field(default_factory=dict)

    def see(self, leg: Leg) -> Channel:
        """The channel of this leg, added if it was unknown and updated if it was known."""
        channel = self.channels.get(leg.uuid)
        if channel is None:
            channel = self.channels[leg.uuid] = Channel(self._placed(leg))
        else:
            self._move(channel.leg, leg)
            known = leg
            if leg.version is None or not leg.call:
                version = self.version_of(leg)
                known = replace(leg, version=version, call=leg.call or channel.leg.call)
            channel.leg = self._placed(transferred_by(known, channel.met))
        call = self.calls.get(channel.leg.call)
        if call is not None:
            call.legs.add(leg.uuid)
            call.caller_answered |= leg.uuid == call.id and leg.answered
            call.leg_answered |= leg.uuid != call.id and leg.answered
        if leg.answered:
            self.rings_no_longer(leg.uuid)
        return channel

    def rings(self, call: Call, leg: str, name: str) -> None:
        """This leg, made for this call, rings."""
        call.rings[leg] = name
        call.has_rung = True
        self.ringing[leg] = call.id

    def rings_no_longer(self, leg: str) -> Call | None:
        """This leg was answered or has ended; returns the call it rang for, if it did."""
        call = self.calls.get(self.ringing.pop(leg, ""))
        if call is not None:
            call.rings.pop(leg, None)
        return call

    def adopt(self, leg: str, call: Call) -> None:
        """This leg, which was made for no call, begins this one."""
        channel = self.channels.get(leg)
        if channel is not None:
            channel.leg = self._placed(replace(channel.leg, call=call.id))
            call.legs.add(leg)

    def comes(self, conference: str, leg: str) -> None:
        """This leg is in this conference from now on."""
        self.conferences.setdefault(conference, []).append(leg)

    def goes(self, conference: str, leg: str) -> None:
        """This leg is no longer in this conference."""
        legs = self.conferences.get(conference, [])
        if leg in legs:
            legs.remove(leg)
        if not legs:
            self.conferences.pop(conference, None)

    def version_of(self, leg: Leg) -> int | None:
        """The policy version this leg's first call in its company began under; None for a leg that is new there."""
        known = self.channels.get(leg.uuid)
        is_known = known is not None and leg.company in ("", known.leg.company)
        return known.leg.version if leg.version is None and known and is_known else leg.version

    def forget(self, uuid: str) -> Channel | None:
        """Remove a leg that has ended; returns its channel, None if the leg was unknown."""
        for conference in list(self.conferences):
            self.goes(conference, uuid)
        channel = self.channels.pop(uuid, None)
        call = self.calls.get(channel.leg.call) if channel else None
        if call is not None:
            call.legs.discard(uuid)
        return channel

    def partner_of(self, channel: Channel) -> Channel | None:
        """The other end of the channel's talk."""
        return self.channels.get(channel.partner) if channel.partner else None

    def recording_of(self, channel: Channel) -> Recording | None:
        """The recording of the channel's current talk."""
        return self.recordings.get(channel.recording) if channel.recording else None

    def take_arm(self, caller: str, answerer: Leg) -> ArmedLeg | None:
        """What was prepared for this leg's answer to this caller's call.

        Taken once, with the arms that share its recording; None for any other pair of legs. Where somebody was to hear
        or answer something first, what came of that is on the legs now.
        """
        call = self.calls.get(caller)
        if call is None or answerer.call != caller:
            return None
        armed = call.armed.pop(answerer.name, None)
        if armed is not None and armed.recording:
            call.armed = {leg: one for leg, one in call.armed.items() if one.recording != armed.recording}
        return armed

    def recordings_on(self, channel: Channel) -> list[Recording]:
        """The recordings on this leg that have not ended."""
        return [self.recordings[one] for one in channel.records if one in self.recordings]

    def withdraw(self, call: Call, name: str) -> Recording | None:
        """Take back the arm of the leg of this name, and the arms that share its recording.

        Returns the recording, unless a decision has ordered it. It stays in the book as long as the call, because the
        switch may begin it before it hears of this.
        """
        armed = call.armed.pop(name, None)
        recording = self.recordings.get(armed.recording or "") if armed else None
        if armed is None or recording is None or recording.decision:
            return None
        call.armed = {leg: one for leg, one in call.armed.items() if one.recording != recording.id}
        call.withdrawn[recording.id] = name, armed
        recording.withdrawn = armed.decision
        return recording

    def withdraw_all(self, call: Call) -> None:
        """Take back every arm of this call: it is over, or rings somewhere else."""
        for name in list(call.armed):
            self.withdraw(call, name)
        call.taken_back.clear()

    def arm_again(self, call: Call, name: str) -> None:
        """What was taken back when the caller left, and was armed for the leg of this name, counts again."""
        armed = call.taken_back.pop(name)
        call.armed[name] = armed
        call.withdrawn.pop(armed.recording or "", None)
        recording = self.recordings.get(armed.recording or "")
        if recording is not None:
            recording.withdrawn = ""

    def forget_call(self, call: Call) -> None:
        """Remove a call that is over, with what was armed in vain."""
        self.withdraw_all(call)
        for leg in list(call.rings):
            self.rings_no_longer(leg)
        for one in call.withdrawn:
            recording = self.recordings.get(one)
            if recording is not None and (recording.stage in (Stage.WAITING, Stage.ARMED) or not recording.leg):
                del self.recordings[one]
        self.calls.pop(call.id, None)

    def records_the_rest(self, recording: Recording) -> None:
        """This recording has taken the place of the one its talk was decided with: it is stopped with that talk."""
        self.recordings[recording.id] = recording
        self.runs_on(recording, recording.leg)
        for channel in self.channels.values():
            if channel.decision == recording.decision:
                channel.recording = recording.id

    def runs_on(self, recording: Recording, leg: str) -> None:
        """This recording runs on this leg."""
        recording.leg = leg
        channel = self.channels.get(leg)
        if channel is not None:
            channel.records.add(recording.id)

    def _move(self, former: Leg, leg: Leg) -> None:
        """A called leg that is transferred and calls somebody itself leaves the call it was made for."""
        call = self.calls.get(former.call) if former.call != leg.call else None
        if call is not None:
            call.legs.discard(leg.uuid)

    def _placed(self, leg: Leg) -> Leg:
        """The leg, completed with facts of its call. Its own variables lack them: only the dialplan sets them."""
        call = self.calls.get(leg.call)
        if call is None or (leg.company and (leg.version is not None or leg.company != call.company)):
            return leg
        version = call.version if leg.version is None else leg.version
        return replace(leg, company=leg.company or call.company, version=version)
