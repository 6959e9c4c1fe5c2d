"""What goes on at the switch now, as pages ask for it: who talks, who listens to whom, and to begin to listen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jinja2 import Environment

from fsplug.errors import Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.store.config import user_list
from fsplug.store.db.database import Store
from fsplug.web.kernel.formatting import Moments
from fsplug.words.catalogue import Words

# A page keeps at most so many users' rows up to date.
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Note:
    """Why nothing came of a ringing: an error's code, and when that was, by `time.monotonic`."""

    code: str
    at: float


class Live(Protocol):
    """The switch's calls, wherever they are looked after. Every thread may ask."""

    def calls(self, company: str) -> CompanyCalls:
        """The company's live calls, at most a quarter of a second old; Unavailable when the switch is away."""

    def listen(self, company: str, username: str, number: str) -> str | None:
        """Ring the user's phone, so that they hear the colleague with this number.

        The listen-in's id, or None while it still rings. Refused with the gate's code; what comes of the ringing later
        is a `note`.
        """

    def note(self, company: str, username: str) -> Note | None:
        """Why nothing came of the last ringing of the user's phone, for a while; each page they have open tells it."""


class Away:
    """No switch."""

    def calls(self, company: str) -> CompanyCalls:
        raise Unavailable("switch-away", "this console knows of no switch")

    def listen(self, company: str, username: str, number: str) -> str | None:
        raise Unavailable("switch-away", "this console knows of no switch")

    def note(self, company: str, username: str) -> Note | None:
        return None


AWAY = Away()


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody with a page open: who, and what there is to show them now.

    `shown` names the users whose rows are on the page. `calls` is None when the switch is away. `note` is the code that
    says why nothing came of a ringing, if this page has not shown it yet.
    """

    environment: Environment
    store: Store
    domain: str
    username: str
    words: Words
    moments: Moments
    shown: Sequence[str]
    calls: CompanyCalls | None
    note: str | None

    def render(self, template: str, **facts: Any) -> str:
        """The template, for this viewer."""
        return self.environment.get_template(template).render(t=self.words, moments=self.moments, **facts)


def calls_or_none(live: Live, company: str) -> CompanyCalls | None:
    """The company's live calls; None when they can't be had, which no page fails for."""
    try:
        return live.calls(company)
    except Unavailable:
        return None


def listeners(store: Store, domain: str, username: str, calls: CompanyCalls | None) -> list[str]:
    """The names of those who listen to this user now."""
    talk = calls.talks.get(username) if calls is not None else None
    if talk is None or not talk.listeners:
        return []
    called = user_list.names(store, domain, talk.listeners)
    return [called.get(one, one) for one in talk.listeners]
