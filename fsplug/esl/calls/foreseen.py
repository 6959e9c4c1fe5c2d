"""Talks that are about to begin between legs that live already: their recordings begin just before they do.

A leg that rings is armed. One that lives and is connected anew is not, and a command to a leg in a new bridge waits
until ten frames have been heard (switch_ivr_bridge.c 1.11.1): 0.2 s of speech. But the switch says with whom it is
about to connect a leg, 2 to 60 ms before it does, and runs what it is told by then before anybody is heard:

    attended transfer, uuid_bridge,    UNBRIDGE of a leg whose `signal_bond` is another one than it talked to
    take-over by INVITE with Replaces
    pick-up (intercept)                HANGUP of the leg that rang, PICKED_OFF; its caller knows who has it now
    semi-attended transfer             ANSWER of the leg that rang; the one that asked it has said for whom, as it left
    fetched from a park                valet_parking::info, bridge
    mod_callcenter                     callcenter::info, bridge-agent-start
    mod_fifo, whose agent calls        fifo::info, consumer_pop
    mod_fifo, which calls its agent    ANSWER of the agent's leg, which says for whom it was called

So policy is asked at once, and what it wants recorded begins. For a user who talks to two people at once the switch
itself begins it, without a word from fsplug: each of the two may be connected with the other (REFER with Replaces), so
the leg that would be recorded then is armed for that. What is armed runs at the end of the leg's bridge, in the leg's
own thread, and does nothing unless the leg is about to get that very partner (`signal_bond`).

What the switch says too late, or fsplug hears too late, begins a little after the BRIDGE (`Starts`). Whatever began is
decided and written down as ever, at the BRIDGE. A recording that is not of that talk is stopped and destroyed, as is
one whose talk never comes.
"""

from collections.abc import Iterable, Sequence

import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.consultations import Consultations
from fsplug.esl.calls.decisions import Decided, Decisions
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.live_recording import Recording
from fsplug.esl.calls.ordered_talk import Until
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.strays import Strays
from fsplug.esl.calls.taken_calls import TakenCalls
from fsplug.esl.calls.transfers import UNBRIDGE_SECONDS, pair_of
from fsplug.esl.protocol.event import Event
from fsplug.policy.recording.legs import EARLY_PREFIX, Leg

log = structlog.get_logger()

PLACE_EVENTS = ("valet_parking::info", "callcenter::info", "fifo::info")
# The bridge follows within 60 ms. A starved switch gets more.
BRIDGED_SECONDS = 2.0
_BOND = "variable_signal_bond"
_CALLED_FOR = "variable_fifo_bridge_uuid"
MENTIONS_CALLED_FOR = _CALLED_FOR.encode()
_PICKED_OFF = "PICKED_OFF"
_SENT, _FOR, _WITH = "variable_transfer_to", "satt:", "att:"
_NEVER_CAME = "never-came"
# For each class of events: the action that says it, and the headers of the two legs.
_SAID = {
    PLACE_EVENTS[0]: ("Action", "bridge", "Unique-ID", "Bridge-To-UUID"),
    PLACE_EVENTS[1]: ("CC-Action", "bridge-agent-start", "CC-Member-Session-UUID", "CC-Agent-UUID"),
    PLACE_EVENTS[2]: ("FIFO-Action", "consumer_pop", "Unique-ID", "FIFO-Caller-UUID"),
}


class Foreseen:
    """Begins recordings of talks that are about to begin, and takes back those that do not."""

    def __init__(
        self,
        book: CallBook,
        decisions: Decisions,
        recorder: Recorder,
        taken: TakenCalls,
        strays: Strays,
        ports: Ports,
    ) -> None:
        self._book = book
        self._decisions = decisions
        self._recorder = recorder
        self._taken = taken
        self._strays = strays
        self._ports = ports
        self._consultations = Consultations(book, decisions, recorder.pauses, ports)
        # What has begun, by each of the two legs.
        self._begun: dict[str, Recording] = {}

    def take_up(self, dumps: Iterable[Event]) -> None:
        """After a restart: what is armed on these legs, and what runs, is known again, or is taken back.

        Unavailable if the store or the switch does not answer.
        """
        self._consultations.take_up(dumps)
        self._strays.take_up()

    def unbridged(self, event: Event) -> None:
        """CHANNEL_UNBRIDGE: the leg may be about to be connected with another one."""
        bond = event.get(_BOND)
        if bond and bond not in pair_of(event):
            self._expect(event.uuid, bond, self._ports.time_of(event))
        self._connects(event)

    def leaves(self, event: Event) -> None:
        """CHANNEL_HANGUP: somebody may have picked up what rang here, or this leg has called for somebody else."""
        if event.get("Hangup-Cause") == _PICKED_OFF:
            self._ports.later(0, self._ask_who_has, event.get(_BOND) or "", self._ports.time_of(event))
        self._connects(event)
        call = self._book.calls.get(event.uuid)
        sent = event.get(_SENT) or "" if call is not None else ""
        if call is not None and sent.startswith(_FOR):
            call.heir = sent.removeprefix(_FOR)

    def answered(self, event: Event) -> None:
        """CHANNEL_ANSWER: the leg gets the one for whom it was called, if the one who called it has left."""
        channel = self._book.channels.get(event.uuid)
        call = self._book.calls.get(channel.leg.call) if channel is not None else None
        if call is not None and call.heir and call.id != event.uuid:
            self._expect(call.heir, event.uuid, self._ports.time_of(event))

    def serves(self, event: Event) -> None:
        """CHANNEL_ANSWER of an agent's leg, which gets the one for whom the queue has called it."""
        if caller := event.get(_CALLED_FOR):
            self._expect(event.uuid, caller, self._ports.time_of(event))

    def see(self, event: Event) -> None:
        """An event of a park or a queue."""
        name, action, one, other = _SAID.get(event.get("Event-Subclass") or "", ("", "", "", ""))
        if action and event.get(name) == action and event.get(other):
            self._expect(event.get(one) or "", event.get(other) or "", self._ports.time_of(event))

    def begins(self, event: Event) -> None:
        """RECORD_START, perhaps of what the switch was armed with."""
        started = event.get("Recording-Variable-fsplug_recording") or ""
        recording = self._book.recordings.get(started)
        if recording is None and started.startswith(EARLY_PREFIX):
            self._strays.began(started, event.uuid)
        if recording is not None and recording.is_early and event.uuid not in self._begun:
            self._consultations.take(recording.id)
            self._watch_over(recording, (event.uuid, event.get(_BOND) or ""))

    def named(self, leg: str) -> None:
        """Somebody else is at this leg now."""
        self._consultations.named(leg)

    def decided(self, channels: Sequence[Channel], decided: Decided) -> None:
        """The talk of these legs is decided. What has begun on them for another talk, or in vain, goes."""
        if decided.recording is not None:
            self._consultations.take(decided.recording.id)
        legs = [one.leg.uuid for one in channels]
        self._settle(legs, decided.recording)
        self._strays.decided(legs, decided.recording.id if decided.recording is not None else None)
        self._consultations.talk(channels)

    def leg_ended(self, channel: Channel) -> None:
        """This leg is gone, and what was about to begin with it will not."""
        self._settle((channel.leg.uuid,), None)
        self._strays.leg_ended(channel.leg.uuid)
        self._consultations.leg_ended(channel)

    def _connects(self, event: Event) -> None:
        """A leg whose phone has connected its partner with another leg says so as it leaves."""
        sent = event.get(_SENT) or ""
        channel = self._book.channels.get(event.uuid) if sent.startswith(_WITH) else None
        if channel is not None and channel.partner:
            self._expect(channel.partner, sent.removeprefix(_WITH), self._ports.time_of(event))

    def _expect(self, one: str, other: str, at: float) -> None:
        if one in self._book.channels and other in self._book.channels:
            self._prepare(one, other, at)
        else:
            # Asking the switch takes time, and events must not wait for it.
            self._ports.later(0, self._prepare, one, other, at)

    def _ask_who_has(self, caller: str, at: float) -> None:
        dump = self._dump(caller)
        bond = dump.get(_BOND) if dump is not None else ""
        if bond:
            self._prepare(bond, caller, at)

    def _prepare(self, one: str, other: str, at: float) -> None:
        if self._taken.is_refused((one, other)):
            return
        caller, answerer = self._leg(one), self._leg(other)
        # While the switch was asked, they may have begun to talk.
        known = [self._book.channels[uuid] for uuid in (one, other) if uuid in self._book.channels]
        if caller is None or answerer is None or any(channel.partner in (one, other) for channel in known):
            return
        for channel in known:
            earlier = self._book.recording_of(channel)
            if earlier is not None and earlier.leg in (one, other):
                self._recorder.stop(earlier, Until(at, is_reported=True))
        if not (_can_talk(caller) and _can_talk(answerer)):
            return
        try:
            recording = self._decisions.expected(caller, answerer)
        except FsplugError as error:
            log.warning("talk-not-foreseen", legs=[one, other], error=error.text)
            return
        if recording is not None:
            self._watch_over(recording, (one, other))
            self._recorder.begin_early(recording)

    def _watch_over(self, recording: Recording, legs: Sequence[str]) -> None:
        self._settle(legs, None)
        self._begun |= dict.fromkeys(legs, recording)
        self._ports.later(BRIDGED_SECONDS, self._drop, recording)

    def _leg(self, uuid: str) -> Leg | None:
        """The leg as it is now. What is not in the book yet comes there with its bridge, when more is known of it."""
        known = self._book.channels.get(uuid)
        if known is not None:
            return known.leg
        dump = self._dump(uuid)
        return leg_of(dump) if dump is not None else None

    def _dump(self, uuid: str) -> Event | None:
        try:
            return self._ports.switch.channel(uuid) if uuid else None
        except FsplugError as error:
            log.warning("leg-unknown", leg=uuid, error=error.text)
            return None

    def _settle(self, legs: Sequence[str], ordered: Recording | None) -> None:
        for begun in [self._begun[leg] for leg in legs if leg in self._begun]:
            if begun is ordered:
                self._let_go(begun)
            else:
                self._drop(begun)

    def _let_go(self, recording: Recording) -> None:
        self._begun = {leg: one for leg, one in self._begun.items() if one is not recording}

    def _drop(self, recording: Recording) -> None:
        if all(one is not recording for one in self._begun.values()):
            return  # Its talk has come, or it was dropped already.
        self._let_go(recording)
        recording.withdrawn = _NEVER_CAME
        self._ports.spool.discard(recording.id)
        # As ever, a leg that is about to end is not told to stop what it records.
        self._ports.later(UNBRIDGE_SECONDS, self._stop, recording)

    def _stop(self, recording: Recording) -> None:
        if self._book.recordings.get(recording.id) is recording:
            self._recorder.stop(recording, None)
            self._ports.later(BRIDGED_SECONDS, self._forget, recording)

    def _forget(self, recording: Recording) -> None:
        """If the switch began it late, its file came late, too."""
        self._ports.spool.discard(recording.id)
        self._book.recordings.pop(recording.id, None)


def _can_talk(leg: Leg) -> bool:
    """Who called in counts as answered with the one they called."""
    return leg.answered or leg.called_in
