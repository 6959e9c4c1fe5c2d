"""Passes the switch's events, in the order it sends them, to talks and recordings."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.codecs import Codecs
from fsplug.esl.calls.conferences import CONFERENCE_EVENTS, Conferences
from fsplug.esl.calls.consents import Consents
from fsplug.esl.calls.disarming import Disarmer
from fsplug.esl.calls.foreseen import MENTIONS_CALLED_FOR, PLACE_EVENTS, Foreseen
from fsplug.esl.calls.legs import CONSENTS, MENTIONS_CONSENTS, leg_of
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.redirects import Redirects
from fsplug.esl.calls.renaming import Renaming
from fsplug.esl.calls.taken_calls import REPLACES, TakenCalls
from fsplug.esl.calls.talks import Talks
from fsplug.esl.calls.transfers import Transfers, pair_of
from fsplug.esl.calls.unreported_legs import asked, known_or_asked
from fsplug.esl.protocol.keys import KEY_EVENTS
from fsplug.esl.protocol.wire import Event
from fsplug.policy.recording.legs import Leg

EVENTS = (
    "CHANNEL_ORIGINATE",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_HOLD",
    "CHANNEL_UNHOLD",
    "CALL_UPDATE",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_APPLICATION",
    "RECORD_START",
    "RECORD_STOP",
    "CODEC",
    # These must come last: the classes of CUSTOM.
    "CUSTOM",
    CONFERENCE_EVENTS,
    *PLACE_EVENTS,
    KEY_EVENTS,
)
_OF_TWO_LEGS = frozenset({"CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE"})
# Events with a header of this value say nothing new: two of each call tell one party who the other is (CALL_UPDATE).
UNWANTED = {"Direction": "SEND"}
# Every leg that concerns fsplug is known, or talks to one that is, or carries one of fsplug's variables; other events
# are not even parsed.
OURS = b"variable_fsplug_"
# Of a recording on a leg that has nothing of ours, and is not known before its bridge.
_OUR_RECORDING = b"Recording-Variable-fsplug_"


class Watch:
    """Feeds events to the record flow. Events may come late, twice, out of order or not at all: see reconcile."""

    def __init__(
        self,
        book: CallBook,
        talks: Talks,
        foreseen: Foreseen,
        transfers: Transfers,
        disarmer: Disarmer,
        recorder: Recorder,
        redirects: Redirects,
        conferences: Conferences,
        taken: TakenCalls,
        renaming: Renaming,
        changes: Changes,
        consents: Consents,
        ports: Ports,
    ) -> None:
        self._book = book
        self._talks = talks
        self._foreseen = foreseen
        self._transfers = transfers
        self._disarmer = disarmer
        self._recorder = recorder
        self._redirects = redirects
        self._conferences = conferences
        self._taken = taken
        self._renaming = renaming
        self._changes = changes
        self._consents = consents
        self._ports = ports
        # The legs that were connected before they answered, each with the caller and the answerer of the bridge.
        self._early: dict[str, tuple[str, str]] = {}
        self._handlers: Mapping[str, Callable[[Event], None]] = {
            "CHANNEL_ORIGINATE": disarmer.rings,
            "CHANNEL_ANSWER": self._answered,
            "CHANNEL_BRIDGE": self._bridged,
            "CHANNEL_UNBRIDGE": self._unbridged,
            "CHANNEL_HOLD": recorder.holds.changed,
            "CHANNEL_UNHOLD": recorder.holds.changed,
            "CALL_UPDATE": self._named,
            "CHANNEL_HANGUP": self._leaves,
            "CHANNEL_HANGUP_COMPLETE": self._hung_up,
            "CHANNEL_APPLICATION": self._told,
            "RECORD_START": self._record_started,
            "RECORD_STOP": recorder.stopped,
            "CODEC": Codecs(book, recorder).changed,
        }

    def see(self, event: Event) -> None:
        """Take in one event of the switch."""
        if event.name == "CUSTOM":
            # Who comes into a conference need not be known yet, and the event has no variables.
            self._conferences.see(event)
            self._foreseen.see(event)
            self._note_time((event.uuid,))
            return
        handler = self._handlers.get(event.name)
        if handler is None:
            return
        legs = pair_of(event) if event.name in _OF_TWO_LEGS else (event.uuid,)
        if event.name == "CHANNEL_ANSWER" and event.mentions(REPLACES):
            # Whoever takes a call over may have nothing of ours.
            self._taken.answered(event, event.mentions(OURS))
        if event.name == "CHANNEL_ANSWER" and event.mentions(MENTIONS_CALLED_FOR):
            # Nor has an agent whom a queue calls.
            self._foreseen.serves(event)
        is_known = any(leg in self._book.channels for leg in legs)
        if is_known or event.mentions(OURS) or event.mentions(_OUR_RECORDING):
            handler(event)
            self._note_time(legs)

    def begin(self, caller: str, answerer: str, at: float | None = None) -> None:
        """Take in a bridge, reported or (without `at`) found by looking; the switch is asked for unknown legs.

        A bridge that was found counts no more if an event of its legs comes meanwhile: the next look shows what is so.
        Who is called and sends sound before they answer (183) is connected, but their talk begins with the answer.
        """
        asked_at = self._ports.clock()
        one, other = (known_or_asked(self._book, self._ports.switch, leg) for leg in (caller, answerer))
        if one is None or other is None or (at is None and max(one.heard_at, other.heard_at) > asked_at):
            return
        for leg in (one.leg, other.leg):
            if not self._has_answered(leg, is_reported=at is not None):
                self._early[leg.uuid] = caller, answerer
                return
        self._talks.begin(one, other, at or self._began_at(one, other), is_reported=at is not None)

    def _note_time(self, legs: Collection[str]) -> None:
        now = self._ports.clock()
        for leg in legs:
            channel = self._book.channels.get(leg)
            if channel is not None:
                channel.heard_at = now

    def _began_at(self, one: Channel, other: Channel) -> float:
        """When the later of two legs answered: a talk that no event reported can't have begun earlier."""
        answered = [channel.leg.answered_at for channel in (one, other) if channel.leg.answered_at]
        return max(answered, default=self._ports.clock())

    def _has_answered(self, leg: Leg, is_reported: bool) -> bool:
        """Who called in counts as answered with the one they called.

        A bridge that no event reported may have had an answer that none reported either: the switch is asked.
        """
        if leg.answered or leg.called_in:
            return True
        if is_reported:
            return False
        now = asked(self._book, self._ports.switch, leg.uuid)
        return now is not None and now.leg.answered

    def _answered(self, event: Event) -> None:
        self._book.see(leg_of(event))
        self._foreseen.answered(event)
        pair = self._early.pop(event.uuid, ())
        if pair and all(leg in self._book.channels for leg in pair):
            self.begin(*pair, self._ports.time_of(event))

    def _named(self, event: Event) -> None:
        self._renaming.heard(event)
        if event.get("Direction") == "RECV":
            self._foreseen.named(event.uuid)

    def _record_started(self, event: Event) -> None:
        if event.uuid not in self._book.channels and event.mentions(OURS):
            # The answer was not reported, or not yet.
            self._book.see(leg_of(event))
        self._foreseen.begins(event)
        self._recorder.started(event)
        self._disarmer.judge(event)

    def _bridged(self, event: Event) -> None:
        caller, answerer = pair_of(event)
        self._taken.joins((caller, answerer))
        leg = leg_of(event)
        self._book.see(leg)
        self._consents.heard(leg)
        at = self._ports.time_of(event)
        if caller in self._book.channels and answerer in self._book.channels:
            self.begin(caller, answerer, at)
        else:
            # The leg's own answer was not reported. Asking the switch takes time, and events must not wait for it.
            self._ports.later(0, self.begin, caller, answerer, at)

    def _unbridged(self, event: Event) -> None:
        at = self._ports.time_of(event)
        self._taken.leaves(event)
        self._foreseen.unbridged(event)
        for uuid in pair_of(event):
            self._early.pop(uuid, None)
            channel = self._book.channels.get(uuid)
            if channel is not None:
                self._transfers.part(channel, at)

    def _told(self, event: Event) -> None:
        """The dialplan says what somebody who was called has heard, and answered. The event says no more of the leg."""
        channel = self._book.channels.get(event.uuid)
        if channel is not None:
            leg = replace(channel.leg, consents=event.get(CONSENTS) or "")
            self._book.see(leg)
            self._consents.heard(leg)

    def _leaves(self, event: Event) -> None:
        self._taken.leaves(event)
        self._redirects.note(event)
        self._foreseen.leaves(event)
        self._disarmer.hung_up(event.uuid, event.get("Hangup-Cause") or "")

    def _hung_up(self, event: Event) -> None:
        self._early.pop(event.uuid, None)
        was_bridged = event.get("Caller-Channel-Bridged-Time") != "0"
        partner = event.get("variable_bridge_uuid") or event.get("variable_last_bridge_to") or ""
        cause, at = event.get("Hangup-Cause") or "", self._ports.time_of(event)
        self._changes.ends(event, at)
        if event.mentions(MENTIONS_CONSENTS):
            self._consents.ended(leg_of(event))
        self._talks.leg_ended(event.uuid, cause, at, was_bridged, partner)
