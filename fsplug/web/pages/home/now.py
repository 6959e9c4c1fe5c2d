"""Who is on the phone now, for viewers who may hear every recording of the company."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.calls import under_way
from fsplug.store.calls.under_way import TalkUnderWay
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.web.kernel import names
from fsplug.web.kernel.live import MOST_ROWS
from fsplug.web.kernel.parties import NamedParty, party

# What the page says that it follows, for as long as it is open.
FOLLOWS = "overview"


@dataclass(frozen=True, slots=True)
class ShownTalk:
    """A talk: the user, whoever is at the other end (None while nothing is written down), since when, and its call.

    `state` is the end of the text home-now-STATE; `listeners` are the names of who listens, and to whom of the two.
    """

    who: str
    other: NamedParty | None
    since: float | None
    state: str
    call: str
    listeners: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Now:
    """The talks, the longest one first; `more` are not shown."""

    talks: Sequence[ShownTalk]
    more: int


def now(store: Store, domain: str, calls: CompanyCalls | None) -> Now | None:
    """The talks of the company; None when the switch is away."""
    if calls is None:
        return None
    talks = _each_once(calls)
    written = under_way.of_users(store, domain) if talks else {}
    people = {name for one in calls.talks.values() for name in (one.username, one.other, *one.listeners) if name}
    called, country = names.of_users(store, domain, people), companies.get(store, domain).country
    shown = [_shown(its, written.get(its[0].username), called, country) for its in talks[:MOST_ROWS]]
    return Now(shown, len(talks) - len(shown))


def _each_once(calls: CompanyCalls) -> list[tuple[UserTalk, ...]]:
    """The talks, each with that of the colleague at its other end."""
    found: dict[frozenset[str], tuple[UserTalk, ...]] = {}
    for one in sorted(calls.talks.values(), key=lambda one: (one.since or 0.0, one.username)):
        back = calls.talks.get(one.other)
        is_of_both = back is not None and back.other == one.username
        key = frozenset((one.username, one.other)) if is_of_both else frozenset((one.username,))
        found[key] = (*found.get(key, ()), one)
    return list(found.values())


def _shown(
    its: tuple[UserTalk, ...], written: TalkUnderWay | None, called: Mapping[str, str], country: str
) -> ShownTalk:
    one = its[0]
    return ShownTalk(
        called.get(one.username, one.username),
        _other(one, written, called, country),
        one.since,
        _state(written),
        written.call if written else "",
        [(called.get(who, who), called.get(each.username, each.username)) for each in its for who in each.listeners],
    )


def _state(written: TalkUnderWay | None) -> str:
    if written is None:
        return "undecided"
    if written.is_paused:
        return "paused"
    return "recorded" if written.is_recorded else "not-recorded"


def _other(one: UserTalk, written: TalkUnderWay | None, called: Mapping[str, str], country: str) -> NamedParty | None:
    if one.other:
        return NamedParty(called.get(one.other, one.other), one.other)
    if written is None:
        return None
    first, second = written.ends
    return party(second if first.username == one.username else first, country)
