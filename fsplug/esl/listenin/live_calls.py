"""The live calls of a company as plain facts, to be shown to colleagues."""

from collections.abc import Mapping, Sequence

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.listenin.book import ListenBook
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk


def company_calls(book: CallBook, listens: ListenBook, company: str) -> CompanyCalls:
    """Who is in a call in the company, as of now.

    Any thread may ask; the result may or may not hold a change made meanwhile.
    """
    users = [one for one in list(book.channels.values()) if one.leg.company == company and one.leg.username]
    return _calls_of(users, book, _listeners(listens, company))


def every_company(book: CallBook, listens: ListenBook) -> dict[str, CompanyCalls]:
    """The same for each company that has a user in a call."""
    users: dict[str, list[Channel]] = {}
    for one in list(book.channels.values()):
        if one.leg.company and one.leg.username:
            users.setdefault(one.leg.company, []).append(one)
    return {company: _calls_of(its, book, _listeners(listens, company)) for company, its in users.items()}


def _calls_of(users: Sequence[Channel], book: CallBook, listeners: Mapping[str, tuple[str, ...]]) -> CompanyCalls:
    talking = sorted((one for one in users if _is_talking(book, one)), key=_answered_at)
    # If a user has several talks, the last one counts, as it does for listeners who dial.
    talks = {one.leg.username: _talk(book, one, listeners.get(one.leg.uuid, ())) for one in talking}
    return CompanyCalls(talks, frozenset(one.leg.username for one in users))


def _is_talking(book: CallBook, channel: Channel) -> bool:
    return channel.leg.answered and book.partner_of(channel) is not None


def _answered_at(channel: Channel) -> tuple[float, str]:
    return channel.leg.answered_at or 0.0, channel.leg.uuid


def _talk(book: CallBook, channel: Channel, listeners: tuple[str, ...]) -> UserTalk:
    leg, partner = channel.leg, book.partner_of(channel)
    ours = partner is not None and partner.leg.company == leg.company
    other = partner.leg.username if partner is not None and ours else ""
    return UserTalk(leg.username, leg.answered_at, leg.version, other, listeners)


def _listeners(listens: ListenBook, company: str) -> dict[str, tuple[str, ...]]:
    """The listeners by the leg they hear."""
    found: dict[str, tuple[str, ...]] = {}
    for one in list(listens.listens.values()):
        if one.company == company:
            found[one.talk.leg] = (*found.get(one.talk.leg, ()), one.caller.user.username)
    return found
