"""Live calls for pages: who talks, who listens to whom, and starting to listen in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jinja2 import Environment

from fsplug.errors import Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.policy.recording import participants
from fsplug.policy.recording.own_call import OwnCall
from fsplug.policy.recording.participants import Participant
from fsplug.store.accounts.accounts import Account
from fsplug.store.calls import conversations, decisions
from fsplug.store.calls.decisions import Decision
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

    def own_calls(self, company: str, username: str) -> list[OwnCall]:
        """The calls in which this user talks now, and what they may do to each; Unavailable when the switch is away."""

    def control(self, company: str, username: str, call: str, act: str) -> None:
        """Do this to the recording of the user's own call, an `Act` or WITHDRAW. Refused by the gate; Unavailable."""


class Away:
    """The live calls of a console without a switch: none."""

    def calls(self, company: str) -> CompanyCalls:
        raise Unavailable("switch-away", "this console knows of no switch")

    def listen(self, company: str, username: str, number: str) -> str | None:
        raise Unavailable("switch-away", "this console knows of no switch")

    def note(self, company: str, username: str) -> Note | None:
        return None

    def own_calls(self, company: str, username: str) -> list[OwnCall]:
        raise Unavailable("switch-away", "this console knows of no switch")

    def control(self, company: str, username: str, call: str, act: str) -> None:
        raise Unavailable("switch-away", "this console knows of no switch")


AWAY = Away()


@dataclass(frozen=True, slots=True)
class OwnTalk:
    """A call in which the viewer talks now, and the decision on that talk; None until it is written down."""

    call: OwnCall
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A viewer with a page open, and what to show the viewer now.

    `shown` names the users whose rows are on the page. `calls` is None when the switch is away. `note` is the code of
    a failed ringing that this page has not shown yet. `own` are the viewer's own talks, and `follows` is the
    conversation that the page shows while it goes on, the name of another page that is kept as things are, or empty.
    """

    environment: Environment
    store: Store
    domain: str
    username: str
    account: Account
    words: Words
    moments: Moments
    shown: Sequence[str]
    calls: CompanyCalls | None
    note: str | None
    own: Sequence[OwnTalk] = ()
    follows: str = ""

    def render(self, template: str, **facts: Any) -> str:
        """Render the template for this viewer."""
        return self.environment.get_template(template).render(t=self.words, moments=self.moments, viewer=self, **facts)


def calls_or_none(live: Live, company: str) -> CompanyCalls | None:
    """The company's live calls; None when they are unavailable, so that no page fails."""
    try:
        return live.calls(company)
    except Unavailable:
        return None


def own_talks(store: Store, live: Live, domain: str, username: str, calls: CompanyCalls | None) -> list[OwnTalk]:
    """The user's own talks: asked for only if the user is in one, and none if they are unavailable or elsewhere."""
    talk = calls.talks.get(username) if calls is not None else None
    if talk is None or talk.node:
        return []
    try:
        return [OwnTalk(one, _decision(store, domain, username, one.call)) for one in live.own_calls(domain, username)]
    except Unavailable:
        return []


def _decision(store: Store, domain: str, username: str, call: str) -> Decision | None:
    """The latest on a talk of this user in the call, or in one of the same conversation."""
    ids = [one.id for one in conversations.of_call(store, domain, call)] or [call]
    made = [one for its in decisions.of_calls(store, domain, ids).values() for one in its]
    own = (one for one in made if username in participants.people(_ends(one), one.user))
    return max(own, key=lambda one: one.at, default=None)


def _ends(one: Decision) -> tuple[Participant, ...]:
    return participants.everybody(one.inputs, one.caller, one.answerer)


def listeners(store: Store, domain: str, username: str, calls: CompanyCalls | None) -> list[str]:
    """The names of the users who listen to this user now."""
    talk = calls.talks.get(username) if calls is not None else None
    if talk is None or not talk.listeners:
        return []
    called = user_list.names(store, domain, talk.listeners)
    return [called.get(one, one) for one in talk.listeners]
