"""Takes the calls that come in at the outbound socket, and passes each to the right service."""

from collections.abc import Callable, Sequence
from typing import Protocol

from fsplug.esl.calls.arming import ANSWER_SECONDS
from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.session import OutboundSession


class CallService(Protocol):
    """A service that takes some of the calls."""

    def takes(self, channel: Event) -> bool:
        """Whether this call is for the service."""

    def handle(self, session: OutboundSession, channel: Event) -> None:
        """Answer this session, whose call is this channel."""


class Reception:
    """Calls to the star code go to listen-in, redirected ones to where they are led on; every other call is armed."""

    def __init__(
        self,
        doors: Sequence[CallService],
        arm: Callable[[OutboundSession, Event], None],
        confirmed: Callable[[Event], Event | None],
    ) -> None:
        self._doors = doors
        self._confirmed = confirmed
        self._arm = arm

    def handle(self, session: OutboundSession) -> None:
        """Answer this session, if the switch confirms that its call asks; `confirmed` gives the switch's own report."""
        channel = self._confirmed(session.connect(ANSWER_SECONDS))
        if channel is None:
            session.exit()
            return
        door = next((one for one in self._doors if one.takes(channel)), None)
        if door is None:
            self._arm(session, channel)
        else:
            door.handle(session, channel)
