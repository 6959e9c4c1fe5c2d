"""Who is in a call now, who listens to whom, and who may listen: the list that a console shows, with its changes."""

from collections import Counter
from dataclasses import dataclass, replace

import gevent.event

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.listenin.book import ListenBook
from fsplug.esl.listenin.gate_facts import Caller, ListenFacts
from fsplug.esl.listenin.live_calls import company_calls, every_company
from fsplug.esl.listenin.sessions import ListenService
from fsplug.esl.protocol.event import Event
from fsplug.policy.entities import Direction
from fsplug.policy.listening.gate import Reason
from fsplug.policy.listening.live_calls import CompanyCalls

_RECORDINGS = frozenset({"RECORD_START", "RECORD_STOP"})
_CHANGES = frozenset({"CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE", "CHANNEL_HANGUP_COMPLETE"})


@dataclass(frozen=True, slots=True)
class LiveTalk:
    """A user in a call. `since` is epoch seconds; `other` a colleague's username, else the number at the other end.

    `listeners` are the usernames of the people who listen now; `why_not` is the gate's reason against the viewer, None
    if the viewer may listen or if there is no viewer.
    """

    company: str
    user: str
    name: str
    extension: str
    call: str
    since: float | None
    direction: Direction
    other: str
    listeners: tuple[str, ...]
    why_not: Reason | None


class LiveList:
    """The live calls of a company. Wait for `changes` to differ and ask again."""

    def __init__(self, book: CallBook, listens: ListenBook, facts: ListenFacts, service: ListenService) -> None:
        self._book = book
        self._listens = listens
        self._facts = facts
        self._service = service
        self._changed = gevent.event.Event()
        self._controlled: Counter[str] = Counter()
        self.changes = 0

    def of(self, company: str, viewer: Caller | None = None) -> list[LiveTalk]:
        """The company's users in a call, the longest call first, with the gate's answer for `viewer`."""
        talking = [one for one in self._book.channels.values() if self._is_talking(one, company)]
        talking.sort(key=lambda one: (one.leg.answered_at or 0.0, one.leg.username))
        return [self._talk(one, company, viewer) for one in talking]

    def calls(self, company: str) -> CompanyCalls:
        """The same as plain facts, which don't depend on a viewer. Any thread may ask."""
        found = company_calls(self._book, self._listens, company)
        return replace(found, controlled=self._controlled[company])

    def everybody(self) -> dict[str, CompanyCalls]:
        """The calls of every company, by its domain."""
        return every_company(self._book, self._listens)

    def see(self, event: Event) -> None:
        """An event of the switch that may change the list."""
        if event.name in _CHANGES:
            self.change()
        elif event.name in _RECORDINGS and (channel := self._book.channels.get(event.uuid)) is not None:
            self.controlled(channel.leg.company)

    def controlled(self, company: str) -> None:
        """The recording of a call of the company began, ended, or was paused."""
        self._controlled[company] += 1
        self.change()

    def change(self) -> None:
        """Count a change of the list."""
        self.changes += 1
        self._changed.set()
        self._changed.clear()

    def wait(self, known: int, seconds: float) -> int:
        """The number of changes, as soon as it differs from `known` or after `seconds` seconds."""
        if self.changes == known:
            self._changed.wait(seconds)
        return self.changes

    def _is_talking(self, channel: Channel, company: str) -> bool:
        leg = channel.leg
        return leg.company == company and bool(leg.username) and self._book.partner_of(channel) is not None

    def _talk(self, channel: Channel, company: str, viewer: Caller | None) -> LiveTalk:
        leg, partner = channel.leg, self._book.partner_of(channel)
        user = self._facts.user(company, leg.username)
        colleague = _colleague(channel, partner)
        other = colleague or next(iter(partner.leg.numbers), "") if partner else ""
        return LiveTalk(
            company=company,
            user=leg.username,
            name=user.name if user else "",
            extension=user.extension if user else "",
            call=leg.call or leg.uuid,
            since=leg.answered_at,
            direction=_direction(channel, colleague),
            other=other,
            listeners=tuple(one.caller.user.username for one in self._listens.of_leg(leg.uuid)),
            why_not=self._service.may_listen(viewer, company, user).reason if viewer else None,
        )


def _colleague(channel: Channel, partner: Channel | None) -> str:
    """The username at the other end; empty for anybody outside the company, even a user of another company."""
    ours = partner is not None and partner.leg.company == channel.leg.company
    return partner.leg.username if partner is not None and ours else ""


def _direction(channel: Channel, colleague: str) -> Direction:
    if colleague:
        return Direction.INTERNAL
    return Direction.OUTGOING if channel.leg.call == channel.leg.uuid else Direction.INCOMING
