"""One connection to the console: its requests arrive and its answers leave in time, or it is closed."""

import contextlib
import errno
import io
import random
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

import gevent
from gevent import pywsgi

from fsplug.policy.proxies import visitor
from fsplug.web.kernel.app import HEADERS, LONGEST_BODY
from fsplug.web.kernel.services import CONNECTION, STREAMED
from fsplug.wiring.console.crowd import Crowd
from fsplug.wiring.console.request_input import Bounded
from fsplug.words.catalogue import LANGUAGES, Words

# The share of the time for a head that a connection has at least.
_SOONEST = 0.75
# When a browser that found no place may ask again.
_AGAIN_SECONDS = 5
_LATE = "408 Request Timeout", ""
_FULL = "503 Service Unavailable", "\n".join(Words(language)("error-http-503") for language in LANGUAGES)


class RequestHandler(pywsgi.WSGIHandler):  # type: ignore[misc]  # gevent has no types
    """Drops requests that arrive too slowly; answers that are not from a page get a page's headers too."""

    wsgi_input: Bounded
    close_connection: bool
    environ: dict[str, Any]

    def __init__(self, connection: Any, address: Any, server: Any) -> None:
        super().__init__(connection, address, server)
        self._connection = connection
        self._crowd: Crowd = server.crowd
        self._deadlines = self._crowd.deadlines
        self._head_until: float | None = self._head_deadline()
        self._sendable_seconds = 0.0

    def handle(self) -> None:
        try:
            # gevent's answer to half a request finds no reader when the connection has lost its place.
            with contextlib.suppress(OSError):
                super().handle()
        finally:
            self._crowd.places.leave(self._connection)

    def read_requestline(self) -> Any:
        if self._head_until is None and not self._is_asked_again():
            return None
        with gevent.Timeout(self._head_seconds_left(), False):
            return super().read_requestline()
        return None

    def read_request(self, raw_requestline: str) -> bool:
        # Too many header lines (http.client's limits) are bad input too, for which gevent prints a traceback; so is the
        # end of a connection that has lost its place.
        with contextlib.suppress(HTTPException, OSError), gevent.Timeout(self._head_seconds_left(), False):
            return bool(super().read_request(raw_requestline))
        self.close_connection = True
        return False

    def get_environ(self) -> dict[str, Any]:
        environ = super().get_environ()
        self._head_until = None
        seconds = self._deadlines.body_seconds
        seconds += min(self.content_length or 0, LONGEST_BODY) / self._deadlines.least_rate
        self.wsgi_input = Bounded(self.wsgi_input, time.monotonic() + seconds)
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.pop("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = visitor(peer, forwarded, self._crowd.proxies)
        return {**environ, CONNECTION: self.socket}

    def handle_one_response(self) -> None:
        self._sendable_seconds = self._deadlines.answer_seconds
        # A body that no page takes is refused by its length.
        is_taken = (self.content_length or 0) <= LONGEST_BODY
        self.environ["wsgi.input"] = io.BytesIO(self.wsgi_input.whole() if is_taken else b"")
        if self.wsgi_input.is_late:
            self._turn_away(*_LATE)
        elif not self._crowd.may_work(self.environ):
            self._turn_away(*_FULL)
        else:
            super().handle_one_response()
            self._crowd.places.rest(self._connection)
            self.close_connection = self.close_connection or self.wsgi_input.is_left

    def handle_one_request(self) -> Any:
        found = super().handle_one_request()
        if not isinstance(found, tuple):
            return found
        # gevent's own answers to invalid requests: 400 and 414 (26.9).
        status, answer = found
        return status, answer.replace(b"\r\n\r\n", _lines(HEADERS) + b"\r\n\r\n", 1)

    def finalize_headers(self) -> None:
        super().finalize_headers()
        there = {name.lower() for name, _ in self.response_headers}
        added = ((name.encode(), value.encode()) for name, value in HEADERS.items())
        self.response_headers += [(name, value) for name, value in added if name.lower() not in there]

    def _is_asked_again(self) -> bool:
        """Wait for the next request of this connection."""
        with contextlib.suppress(OSError), gevent.Timeout(self._deadlines.idle_seconds, False):
            if self.rfile.peek(1):
                self._crowd.places.arrive(self._connection)
                self._head_until = self._head_deadline()
                return True
        return False

    def _head_deadline(self) -> float:
        # Hundreds of connections that came at once, and stay silent, don't end at once: requests go on between.
        seconds: float = self._deadlines.head_seconds
        return time.monotonic() + random.uniform(_SOONEST, 1.0) * seconds

    def _head_seconds_left(self) -> float:
        return max(0.001, (self._head_until or 0.0) - time.monotonic())

    def _sendall(self, data: bytes) -> None:
        """Send; of an answer that is not streamed, all parts together have one deadline, by its length."""
        streamed = STREAMED in self.environ
        seconds = self._deadlines.unread_seconds if streamed else self._sendable_seconds
        seconds += len(data) / self._deadlines.least_rate
        began = time.monotonic()
        try:
            # A paused player does not read, and asks again when it continues.
            with gevent.Timeout(seconds, TimeoutError()):
                super()._sendall(data)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "what is sent is not read") from error
        if not streamed:
            self._sendable_seconds = max(0.001, seconds - (time.monotonic() - began))

    def _turn_away(self, status: str, text: str) -> None:
        """Answer without asking any page, and close."""
        self.close_connection = True
        body = text.encode()
        said = {"Connection": "close", "Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
        head = f"HTTP/1.1 {status}".encode() + _lines({**said, "Retry-After": str(_AGAIN_SECONDS), **HEADERS})
        with contextlib.suppress(OSError), gevent.Timeout(self._deadlines.answer_seconds, False):
            self.socket.sendall(head + b"\r\n\r\n" + body)


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"\r\n{name}: {value}" for name, value in headers.items()).encode("latin-1")
