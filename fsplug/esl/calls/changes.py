"""What people do in a call beside talking: transfers, parking, holds of talks that nobody records.

FreeSWITCH 1.11.1 has no event of a transfer. The leg whose phone sent REFER says so from then on, its hangup at the
latest: `transfer_to` is `blind:` and the leg that was sent on, or `att:` and the leg that it was connected with. If the
phone that was asked still rings, it is `satt:`, on the leg that asked, and the leg that was sent on.
"""

from collections.abc import Mapping

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.legs import PLACE
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.records import LegRecord
from fsplug.esl.protocol.event import Event
from fsplug.policy.conversation.events import Change, How
from fsplug.policy.recording.legs import company_of, identified
from fsplug.store.calls.control import act_id
from fsplug.store.calls.conversation_entries import CallChanged

_SENT = "variable_transfer_to"
_MENTIONS_SENT, _MENTIONS_PLACE = _SENT.encode(), PLACE.encode()
_HOW: Mapping[str, How] = {"blind": How.BLIND, "att": How.ATTENDED, "satt": How.SEMI_ATTENDED}


class Changes:
    """Writes down how a call changed. A call that is answered and hung up has no change."""

    def __init__(self, book: CallBook, ports: Ports) -> None:
        self._book = book
        self._ports = ports

    def ends(self, event: Event, at: float) -> None:
        """A leg ends (CHANNEL_HANGUP_COMPLETE), and is still in the book: it may have been parked, or have sent its
        partner on.
        """
        channel = self._book.channels.get(event.uuid)
        if channel is None:
            return
        if channel.sent_at is not None and event.mentions(_MENTIONS_PLACE):
            self._parked(channel, channel.sent_at, event.get(PLACE) or "", at)
        if event.mentions(_MENTIONS_SENT):
            kind, _, whom = (event.get(_SENT) or "").partition(":")
            if kind in _HOW:
                self._sent(channel, _HOW[kind], whom, at)

    def recorded(self, record: LegRecord, call: str) -> None:
        """A leg's record, of this call: its phone may have transferred somebody, which no event told."""
        kind, _, whom = record.transfer_to.partition(":")
        if kind not in _HOW:
            return
        met = record.bridges[-1].partner if record.bridges else None
        self._ports.write(
            CallChanged(
                id=f"{record.uuid}-transfer",
                company=record.company,
                call=call,
                change=Change.TRANSFER,
                at=record.ended_at,
                leg=record.uuid,
                other=whom if _HOW[kind] is How.SEMI_ATTENDED else met,
                user=record.user or None,
                number=record.number,
                how=_HOW[kind],
            )
        )

    def parted(self, channel: Channel, at: float) -> None:
        """The talk of this leg, which lives on, ended then."""
        if channel.decision and channel.partner:
            self._write(Change.PARTED, channel, f"{channel.decision}-end", at, other=channel.partner)

    def met(self, channel: Channel, at: float) -> None:
        """This leg begins to talk: if it was parked, it has been fetched."""
        if channel.leg.place and (channel.sent_at is not None or not channel.talks):
            call = self._book.calls.get(channel.leg.call)
            since = channel.sent_at or (call.began_at if call else at)
            self._parked(channel, since, channel.leg.place, at)
        channel.sent_at = None

    def held(self, channel: Channel, before: float | None, at: float) -> None:
        """The phone of this leg, whose talk nobody records, holds or goes on; `before` is since when it held."""
        since = channel.held_at if before is None else before
        if since is not None and channel.decision:
            until = None if channel.held_at is not None else at
            self._write(Change.HOLD, channel, f"{channel.leg.uuid}-hold-{round(since * 1000)}", since, until=until)

    def acted(self, act: Change, call: Call, channel: Channel, decision: str, how: str) -> None:
        """The user on this leg started, kept or stopped the recording of this decided talk, by the door `how`."""
        self._write(act, channel, act_id(decision, act), self._ports.clock(), how=how, call=call)

    def _sent(self, channel: Channel, how: How, whom: str, at: float) -> None:
        own = channel.partner or (channel.left[1] if channel.left else "")
        sent = whom if how is How.SEMI_ATTENDED else own
        partner = self._book.channels.get(sent)
        if partner is not None:
            partner.sent_at = at
        self._write(Change.TRANSFER, channel, f"{channel.leg.uuid}-transfer", at, other=sent or None, how=how)

    def _parked(self, channel: Channel, since: float, place: str, until: float) -> None:
        name = f"{channel.leg.uuid}-park-{round(since * 1000)}"
        self._write(Change.PARK, channel, name, since, how=place, until=until)

    def _write(
        self,
        change: Change,
        channel: Channel,
        name: str,
        at: float,
        *,
        other: str | None = None,
        how: str | None = None,
        until: float | None = None,
        call: Call | None = None,
    ) -> None:
        call = call or self._call_of(channel, other)
        if call is None:
            return
        company = _company_of(channel, call)
        leg = identified(channel.leg, company)
        self._ports.write(
            CallChanged(
                id=name,
                company=company,
                call=call.id,
                change=change,
                at=at,
                leg=leg.uuid,
                other=other,
                user=leg.username or None if leg.company in ("", company) else None,
                number=next(iter(leg.numbers), ""),
                how=how,
                until=until,
            )
        )

    def _call_of(self, channel: Channel, other: str | None) -> Call | None:
        partner = self._book.channels.get(other or channel.partner or "")
        ids = (channel.leg.call, channel.leg.uuid, partner.leg.call if partner else "")
        return next((self._book.calls[one] for one in ids if one in self._book.calls), None)


def _company_of(channel: Channel, call: Call) -> str:
    """The company of the leg's latest talk in this call. By now the dialplan may have led the caller to another one."""
    met = channel.met
    is_within = met is not None and all(call.id in (leg.call, leg.uuid) for leg in (channel.leg, met))
    return (company_of(channel.leg, met) if met is not None and is_within else "") or call.company
