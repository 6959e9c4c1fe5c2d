"""A user who talks to two people at once may connect them: the leg that would be recorded then is armed for that.

No event comes early enough to be sure that a command would: an event may wait 20 ms in the switch (mod_event_socket.c
1.11.1), and the two are bridged 20 to 40 ms after they are sent off. So the switch begins the recording by itself, at
the end of the leg's bridge and in the leg's own thread, if the leg is about to get that very partner. If it gets
anybody else, or hangs up, nothing is begun.

What the switch begins by itself is masked by nobody while fsplug is away. So nothing is armed while a call is paused.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.decisions import Decisions
from fsplug.esl.calls.legs import armed_for_partners
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.pauses import Pauses
from fsplug.esl.calls.ports import Ports
from fsplug.esl.protocol.event import Event
from fsplug.policy.recording.owners import owner

log = structlog.get_logger()

# Who talks to more people at once is no phone, but a switchboard: any of them might be connected with any other, which
# would be a command to the switch for each two of them.
_MOST_TALKS = 3


class Consultations:
    """Arms the partners of users for each other."""

    def __init__(self, book: CallBook, decisions: Decisions, pauses: Pauses, ports: Ports) -> None:
        self._book = book
        self._decisions = decisions
        self._pauses = pauses
        self._ports = ports
        pauses.on_turn = self._turned
        # The legs on which each user talks.
        self._legs: dict[tuple[str, str], set[str]] = {}
        # What is armed, each with the two legs that would talk.
        self._armed: dict[str, tuple[Recording, frozenset[str]]] = {}

    def take_up(self, dumps: Iterable[Event]) -> None:
        """After a restart: arm again what is wanted now, and take back what else these legs are armed with."""
        for channel in self._book.channels.values():
            whose = owner(channel.leg) if channel.partner else None
            if whose is not None:
                self._legs.setdefault(whose, set()).add(channel.leg.uuid)
        for legs in self._legs.values():
            self._arm_partners(legs)
        wanted = {(recording.leg, pair) for recording, pair in self._armed.values()}
        for dump in dumps:
            for partner in armed_for_partners(dump):
                if (dump.uuid, frozenset((dump.uuid, partner))) not in wanted:
                    self._ports.later(0, self._take_back, dump.uuid, partner)

    def talk(self, channels: Sequence[Channel]) -> None:
        """These two talk to each other from now on."""
        pair = frozenset(one.leg.uuid for one in channels)
        for recording in [one for one, armed_for in self._armed.values() if armed_for == pair]:
            # They met in a way in which the switch did not begin it.
            self._disarm(recording, pair)
            self._ports.later(0, self._tell, recording, pair, False)
        for channel in channels:
            whose = owner(channel.leg)
            if whose is None:
                continue
            legs = self._legs.setdefault(whose, set())
            legs.add(channel.leg.uuid)
            self._arm_partners(legs)

    def leg_ended(self, channel: Channel) -> None:
        """This leg is gone: nobody is connected with it any more."""
        uuid, whose = channel.leg.uuid, owner(channel.leg)
        if whose in self._legs:
            self._legs[whose].discard(uuid)
            if not self._legs[whose]:
                del self._legs[whose]
        self._disarm_all(uuid)

    def named(self, leg: str) -> None:
        """Somebody else is at this leg now. What is armed for it, and is not wanted any more, is taken back."""
        for recording, pair in [one for one in self._armed.values() if leg in one[1]]:
            self._disarm(recording, pair)
            wanted = self._expected(*sorted(pair))
            if wanted is not None and (wanted.leg, wanted.terms) == (recording.leg, recording.terms):
                self._arm(recording, pair)
                continue
            self._ports.later(0, self._tell, recording, pair, False)
            if wanted is not None:
                self._arm(wanted, pair)
                self._ports.later(0, self._tell, wanted, pair, True)

    def take(self, recording: str) -> None:
        """The talk that this recording was armed for has begun, or the recording has."""
        self._armed.pop(recording, None)

    def _turned(self) -> None:
        """A pause has begun or ended."""
        for recording, pair in [one for one in self._armed.values() if self._is_paused(one[1])]:
            self._disarm(recording, pair)
            self._ports.later(0, self._tell, recording, pair, False)
        for legs in self._legs.values():
            self._arm_partners(legs)

    def _is_paused(self, legs: Iterable[str]) -> bool:
        channels = (self._book.channels.get(leg) for leg in legs)
        return any(one is not None and self._pauses.covers(one.leg.call or one.leg.uuid) for one in channels)

    def _arm_partners(self, legs: set[str]) -> None:
        if not 1 < len(legs) <= _MOST_TALKS:
            return
        talking = (self._book.channels[leg] for leg in legs if leg in self._book.channels)
        partners = {one.partner for one in talking if one.partner and one.partner not in legs}
        for pair in combinations(sorted(partners), 2):
            recording = self._expected(*pair)
            if recording is not None:
                self._arm(recording, frozenset(pair))
                self._ports.later(0, self._tell, recording, frozenset(pair), True)

    def _expected(self, one: str, other: str) -> Recording | None:
        first, second = self._book.channels.get(one), self._book.channels.get(other)
        if first is None or second is None or self._is_paused((one, other)):
            return None
        try:
            return self._decisions.expected(first.leg, second.leg)
        except FsplugError as error:
            log.warning("talk-not-foreseen", legs=[one, other], error=error.text)
            return None

    def _arm(self, recording: Recording, pair: frozenset[str]) -> None:
        self._armed[recording.id] = recording, pair
        self._book.recordings[recording.id] = recording

    def _disarm_all(self, leg: str) -> None:
        for recording, pair in [one for one in self._armed.values() if leg in one[1]]:
            self._disarm(recording, pair)

    def _disarm(self, recording: Recording, pair: frozenset[str]) -> None:
        self._armed.pop(recording.id, None)
        if recording.is_early and recording.stage is Stage.ARMED:
            self._book.recordings.pop(recording.id, None)

    def _take_back(self, leg: str, partner: str) -> None:
        try:
            self._ports.switch.disarm_for_partner(leg, partner)
        except FsplugError as error:
            log.warning("leg-not-disarmed", leg=leg, partner=partner, error=error.text)

    def _tell(self, recording: Recording, pair: frozenset[str], is_armed: bool) -> None:
        [partner] = pair - {recording.leg}
        try:
            if is_armed and recording.id in self._armed:
                terms = recording.terms
                self._ports.switch.arm_for_partner(recording.leg, partner, recording.path, recording.id, terms)
            elif not is_armed:
                self._take_back(recording.leg, partner)
        except FsplugError as error:
            log.warning("leg-not-armed-for-partner", leg=recording.leg, partner=partner, error=error.text)
