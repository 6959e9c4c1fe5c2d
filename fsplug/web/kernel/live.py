"""What goes on at the switch now, as pages ask for it: who talks, who listens to whom, and to begin to listen."""

from dataclasses import dataclass
from typing import Protocol

from fsplug.errors import Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls


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


def calls_or_none(live: Live, company: str) -> CompanyCalls | None:
    """The company's live calls; None when they can't be had, which no page fails for."""
    try:
        return live.calls(company)
    except Unavailable:
        return None
