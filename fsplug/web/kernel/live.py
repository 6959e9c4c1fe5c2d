"""Live calls for pages: who talks, who listens to whom, and starting to listen in."""

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

# The most users' rows that a page keeps up to date.
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Note:
    """Why a ringing failed: an error's code, and the time by `time.monotonic`."""

    code: str
    at: float


class Live(Protocol):
    """The switch's calls, whichever process keeps them. Any thread may call."""

    def calls(self, company: str) -> CompanyCalls:
        """The company's live calls, at most a quarter of a second old; Unavailable when the switch is away."""

    def listen(self, company: str, username: str, number: str) -> str | None:
        """Ring the user's phone, to listen in to the colleague with this number.

        The listen-in's id, or None while the phone still rings. Refused with the listening gate's code; a later
        failure of the ringing becomes a `note`.
        """

    def note(self, company: str, username: str) -> Note | None:
        """Why the last ringing of the user's phone failed; kept for a while, for each page the user has open."""


class Away:
    """The live calls of a console without a switch: none."""

    def calls(self, company: str) -> CompanyCalls:
        raise Unavailable("switch-away", "this console knows of no switch")

    def listen(self, company: str, username: str, number: str) -> str | None:
        raise Unavailable("switch-away", "this console knows of no switch")

    def note(self, company: str, username: str) -> Note | None:
        return None


AWAY = Away()


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A viewer with a page open, and what to show the viewer now.

    `shown` names the users whose rows are on the page. `calls` is None when the switch is away. `note` is the code of
    a failed ringing that this page has not shown yet.
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
        """Render the template for this viewer."""
        return self.environment.get_template(template).render(t=self.words, moments=self.moments, **facts)


def calls_or_none(live: Live, company: str) -> CompanyCalls | None:
    """The company's live calls; None when they are unavailable, so that no page fails."""
    try:
        return live.calls(company)
    except Unavailable:
        return None


def listeners(store: Store, domain: str, username: str, calls: CompanyCalls | None) -> list[str]:
    """The names of the users who listen to this user now."""
    talk = calls.talks.get(username) if calls is not None else None
    if talk is None or not talk.listeners:
        return []
    called = user_list.names(store, domain, talk.listeners)
    return [called.get(one, one) for one in talk.listeners]
