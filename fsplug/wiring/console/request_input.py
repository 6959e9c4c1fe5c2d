"""The body of a request: read as far as the page takes it, and beyond that only a little.

gevent (26.9) reads the whole body before it closes a connection, even a gigabyte, or a byte a minute.
"""

import gevent
from gevent import pywsgi

# How many unused bytes are read, so that the sender gets to see the answer (RFC 9112, 9.6).
COURTESY_BYTES = 1_000_000
_BLOCK_BYTES = 16_384


class Bounded(pywsgi.Input):  # type: ignore[misc]  # gevent has no types
    """The body of a request. If `is_left` after the answer, there is more to read and the connection must be closed."""

    __slots__ = ("is_left", "wait_seconds")

    def __init__(self, of: pywsgi.Input, wait_seconds: float) -> None:
        super().__init__(of.rfile, of.content_length, socket=of.socket, chunked_input=of.chunked_input)
        self.wait_seconds = wait_seconds
        self.is_left = False

    def _discard(self) -> None:
        self.send_100_continue_enabled = False  # type: ignore[misc]  # a slot of gevent's, which has no types
        self.is_left = self._chunked_input_error or not self._is_read()

    def _is_read(self) -> bool:
        at_most = COURTESY_BYTES
        with gevent.Timeout(self.wait_seconds, False):
            while at_most > 0:
                block = self.read(min(_BLOCK_BYTES, at_most))
                if not block:
                    return True
                at_most -= len(block)
        return False
