"""Takes the calls that come in at the outbound socket, and passes each to the right service."""

from collections.abc import Callable

from fsplug.esl.listenin.star_code import ANSWER_SECONDS, ListenDoor
from fsplug.esl.protocol.session import OutboundSession


class Reception:
    """Calls to the star code go to listen-in; every other call is armed."""

    def __init__(self, door: ListenDoor, arm: Callable[[OutboundSession], None]) -> None:
        self._door = door
        self._arm = arm

    def handle(self, session: OutboundSession) -> None:
        """Answer this session."""
        if self._door.takes(session.connect(ANSWER_SECONDS)):
            self._door.handle(session)
        else:
            self._arm(session)
