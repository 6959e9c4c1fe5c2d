"""The request as it arrives: how long its parts may take, and its body.

gevent (26.9) reads the whole body before it closes a connection, even a gigabyte, or a byte a minute.
"""

import contextlib
import time
from dataclasses import dataclass

import gevent
from gevent import pywsgi

# How many unused bytes are read, so that the sender gets to see the answer (RFC 9112, 9.6).
COURTESY_BYTES, COURTESY_SECONDS = 1_000_000, 2.0
_BLOCK_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The seconds that a whole head may take, and a whole body, and between two requests of a connection.

    Bodies and answers may take longer by their length, at `least_rate` bytes a second. What is sent to a player or a
    page that stays open may lie unread for `unread_seconds`.
    """

    head_seconds: float = 10.0
    body_seconds: float = 10.0
    idle_seconds: float = 20.0
    answer_seconds: float = 20.0
    unread_seconds: float = 60.0
    least_rate: int = 20_000


class Bounded(pywsgi.Input):  # type: ignore[misc]  # gevent has no types
    """The body of a request, for which there is time until a deadline (time.monotonic).

    If `is_left` after the answer, there is more to read and the connection must be closed.
    """

    __slots__ = ("is_late", "is_left", "until")

    def __init__(self, of: pywsgi.Input, until: float) -> None:
        super().__init__(of.rfile, of.content_length, socket=of.socket, chunked_input=of.chunked_input)
        self.until = until
        self.is_late = self.is_left = False

    def whole(self) -> bytes:
        """The body; empty if the sender goes away. `is_late` if it did not arrive in time."""
        # A client that disconnects, or announces chunks and sends none, has posted nothing.
        with contextlib.suppress(OSError):
            with gevent.Timeout(self._seconds_left(), False):
                found: bytes = self.read(self.content_length or 0)
                return found
            self.is_late = True
        return b""

    def _discard(self) -> None:
        self.send_100_continue_enabled = False  # type: ignore[misc]  # a slot of gevent's, which has no types
        self.is_left = self._chunked_input_error or not self._is_read()

    def _is_read(self) -> bool:
        at_most = COURTESY_BYTES
        with gevent.Timeout(min(COURTESY_SECONDS, self._seconds_left()), False):
            while at_most > 0:
                block = self.read(min(_BLOCK_BYTES, at_most))
                if not block:
                    return True
                at_most -= len(block)
        return False

    def _seconds_left(self) -> float:
        return max(0.001, self.until - time.monotonic())
