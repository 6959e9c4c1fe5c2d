"""Calls that a phone takes over, or connects with another, by naming them (SIP Replaces): only its own.

FreeSWITCH asks for no more than a Call-ID or a channel's uuid, of whatever company, profile and phone (1.11.1,
sofia.c): an INVITE with Replaces answers, and takes the other call's partner or runs its application; a REFER with
Replaces bridges the partners of both calls. Nothing in the switch can be told whose those are. But what it sends comes
before anybody is heard: the ANSWER of a leg that takes over some 40 ms before its BRIDGE, and the UNBRIDGE or HANGUP of
a leg that referred 20 ms before. A leg that takes what is not its user's is hung up here, and so are those it leaves
with nobody.
"""

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.unreported_legs import known_or_asked
from fsplug.esl.protocol.event import Event
from fsplug.policy.access.failures import Failure
from fsplug.policy.recording.legs import Leg
from fsplug.policy.recording.owners import may_connect, may_take_over, owner, refusals

log = structlog.get_logger()

# What they are called in the log and in the audit trail.
NOT_TAKEN_OVER = "call-not-taken-over"
NOT_CONNECTED = "calls-not-connected"
_ADDRESS = "variable_sip_network_ip"
# The switch notes these on the leg that an INVITE with Replaces makes, and on one that sends a REFER with Replaces.
REPLACES = b"variable_sip_replaces_"
_TAKES, _CONNECTS = "variable_sip_replaces_call_id", "variable_refer_uuid"
CAUSE = "CALL_REJECTED"
# Until a leg whose call was taken shows that it talks on, or is left in a park.
LEFT_SECONDS = 1.0
# Until two legs that are being connected are bridged, at the latest.
BRIDGED_SECONDS = 10.0


class TakenCalls:
    """Hangs up who takes what is not theirs."""

    def __init__(self, book: CallBook, ports: Ports) -> None:
        self._book = book
        self._ports = ports
        # Legs that are about to be bridged, by somebody whose they are not.
        self._refused: set[frozenset[str]] = set()

    def answered(self, event: Event, is_ours: bool) -> None:
        """CHANNEL_ANSWER: a leg that takes over a call is about to. `is_ours`: something of fsplug's is on the leg."""
        if not event.get(_TAKES):
            return
        replaced = event.get("Other-Leg-Unique-ID") or ""
        channel, call = self._book.channels.get(replaced), self._book.calls.get(self._book.ringing.get(replaced, ""))
        if channel is None and call is None and not is_ours:
            return
        proved = (event.get("variable_sip_auth_realm") or "", event.get("variable_sip_auth_username") or "")
        by, replaced_leg = proved if all(proved) else None, channel.leg if channel else None
        rings_in = call.company if call is not None else ""
        if may_take_over(by, replaced_leg, rings_in):
            return
        log.warning(NOT_TAKEN_OVER, leg=event.uuid, call=replaced, user="@".join(reversed(proved)))
        self._refuse(NOT_TAKEN_OVER, by, replaced_leg, rings_in, event.get(_ADDRESS) or "")
        self._ports.later(0, self._hang_up, event.uuid)
        if channel is not None:
            for leg in filter(None, (replaced, channel.partner)):
                self._ports.later(LEFT_SECONDS, self._end_left, leg)

    def leaves(self, event: Event) -> None:
        """CHANNEL_UNBRIDGE or CHANNEL_HANGUP: a leg that has connected two calls has left its own."""
        other = event.get(_CONNECTS)
        channel = self._book.channels.get(event.uuid)
        if not other or channel is None or not channel.talked_with or channel.has_connected:
            return
        channel.has_connected = True
        address = event.get(_ADDRESS) or ""
        named, partner = self._book.channels.get(other), self._partner_of_gone(other)
        if named is not None:
            self._judge(channel, named, address)
        elif partner is not None and partner.met is not None:
            self._judge_pair(channel, partner.met, partner.leg.uuid, address, is_left=True)
        else:
            self._ports.later(0, self._ask, channel, other, address)

    def joins(self, pair: tuple[str, str]) -> None:
        """CHANNEL_BRIDGE: these two talk to each other from now on."""
        if self.is_refused(pair):
            for leg in pair:
                self._ports.later(0, self._hang_up, leg)

    def is_refused(self, pair: tuple[str, str]) -> bool:
        """Whether these two must not talk to each other."""
        return frozenset(pair) in self._refused

    def lost(self, leg: str) -> None:
        """This leg's phone transfers its partner to a call that the switch does not have.

        Unavailable if the switch does not say in time that the leg is hung up. When it is, the switch calls nobody.
        """
        log.warning(NOT_CONNECTED, leg=leg[:64], call="")
        if (channel := self._book.channels.get(leg)) is not None:
            self._refuse(NOT_CONNECTED, owner(channel.leg), None, "", "")
        self._ports.switch.hang_up(leg, CAUSE)

    def _ask(self, channel: Channel, other: str, address: str) -> None:
        found = known_or_asked(self._book, self._ports.switch, other)
        if found is not None:
            self._judge(channel, found, address)

    def _partner_of_gone(self, leg: str) -> Channel | None:
        """Who talked to this leg last: the named call may be over a moment before its namer leaves."""
        talked = (one for one in self._book.channels.values() if one.talked_with)
        return next((one for one in talked if one.talked_with[-1] == leg), None)

    def _judge(self, channel: Channel, other: Channel, address: str) -> None:
        if other.talked_with:
            is_left = other.left is not None or other.partner is None
            self._judge_pair(channel, other.leg, other.talked_with[-1], address, is_left)

    def _judge_pair(self, channel: Channel, named: Leg, partner: str, address: str, is_left: bool) -> None:
        """`partner` is whom the phone wants connected, who talks to the leg that it names, or did (`is_left`)."""
        if may_connect(channel.leg, named):
            return
        log.warning(NOT_CONNECTED, leg=channel.leg.uuid, call=named.uuid, user=owner(channel.leg))
        self._refuse(NOT_CONNECTED, owner(channel.leg), named, "", address)
        connected = channel.talked_with[-1], partner
        # A phone may also have asked in vain. Then the other call goes on.
        self._refused.add(frozenset(connected))
        self._ports.later(BRIDGED_SECONDS, self._refused.discard, frozenset(connected))
        if is_left:
            self.joins(connected)

    def _refuse(self, act: str, by: tuple[str, str] | None, named: Leg | None, rings_in: str, address: str) -> None:
        """In the trails of the company whose call was named and of the one whose phone named it."""
        for one in refusals(by, named, rings_in):
            self._ports.later(0, self._ports.refused, one.company, act, Failure(address, one.person, by=one.by))

    def _end_left(self, leg: str) -> None:
        left = self._book.channels.get(leg)
        if left is not None and left.partner is None and left.part is None:
            self._hang_up(leg)

    def _hang_up(self, leg: str) -> None:
        try:
            self._ports.switch.hang_up(leg, CAUSE)
        except Unavailable as error:
            log.error("leg-not-hung-up", leg=leg, error=error.text)
