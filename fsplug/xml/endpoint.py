"""The HTTP endpoint beside the switch: mod_xml_curl asks it for XML, and other doors stand behind the same lock."""

import base64
import contextlib
import errno
import hmac
import socket as kernel
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import gevent
import structlog
from gevent import pywsgi, socket
from gevent.pool import Pool

from fsplug.errors import FsplugError, Invalid, Unavailable
from fsplug.outage_log import outage_log
from fsplug.xml.posted import Body, Posted, length_of, posted

log = structlog.get_logger()

BODY_BYTES = 65_536
# The switch gives up after 4 s (xml_templates/conf/binding.xml.j2).
READ_SECONDS = 2.0
ANSWER_SECONDS = 3.5
CONNECTION_SECONDS = 6.0
# The places, and those for connections without a whole head: the switch sends it in one piece.
CONNECTIONS, SILENT = 512, 256
_BACKLOG = 1024
_STOP_SECONDS = 1.0
_REALM = ("WWW-Authenticate", 'Basic realm="fsplug"')

Environ = Mapping[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]


def nothing(part: bytes) -> str | None:
    """No answer to a part of a body."""
    return None


@dataclass(frozen=True, slots=True)
class Responder:
    """The service behind one path: `answer` turns a posted body into text. Its errors become 422 or 503.

    `of_part` answers a body that is too large or does not come, from what has come of it; None refuses it.
    """

    answer: Callable[[bytes], str]
    content_type: str = "text/plain"
    body_bytes: int = BODY_BYTES
    of_part: Callable[[bytes], str | None] = nothing


class Endpoint:
    """HTTP for clients that know the account, by POST, one request per connection; every wait has a deadline."""

    def __init__(self, host: str, port: int, username: str, password: str, doors: Mapping[str, Responder]) -> None:
        if not password:
            raise Invalid("no-password", "the endpoint needs a password; set xml_password")
        self._wanted = (host, port)
        self._account = base64.b64encode(f"{username}:{password}".encode())
        self._doors = doors
        self._trouble = {path: outage_log("not-answered") for path in doors}
        self._server: Any = None

    @property
    def address(self) -> tuple[str, int]:
        """The host and port the endpoint listens on; before `start`, the configured ones."""
        return self._server.address[:2] if self._server else self._wanted

    def start(self, inherited: int | None = None) -> int:
        """Listen, on the `inherited` socket (a file descriptor) if there is one; returns the socket's descriptor.

        Unavailable if the address can't be bound.
        """
        listener = self._bound() if inherited is None else socket.socket(fileno=inherited)
        self._server = _Server(
            listener,
            self._answered,
            log=None,
            error_log=_Complaints(),
            spawn=Pool(CONNECTIONS),
            handler_class=_Handler,
            # Otherwise the server would look it up in the DNS.
            environ={"SERVER_NAME": self._wanted[0]},
        )
        self._server.start()
        return int(listener.fileno())

    def stop(self) -> None:
        """Accept no more requests, and finish the current ones."""
        if self._server is not None:
            self._wanted = self.address
            # The supervisor keeps a copy of the socket, on which the switch would wait for an answer.
            with contextlib.suppress(OSError):
                self._server.socket.shutdown(kernel.SHUT_RDWR)
            self._server.stop(_STOP_SECONDS)
            self._server = None

    def _bound(self) -> Any:
        host, port = self._wanted
        family = kernel.AF_INET6 if ":" in host else kernel.AF_INET
        try:
            return socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise _not_listening(self._wanted, error) from error

    def _answered(self, environ: Environ, start: Start) -> list[bytes]:
        try:
            door = self._door(environ)
            text = _text(door, _posted(environ, door))
        except _Turned as turned:
            return _said(start, turned.status, turned.status.phrase, headers=turned.headers)
        except Invalid as error:
            log.warning("not-answered", path=environ["PATH_INFO"], code=error.code, error=error.text)
            return _said(start, HTTPStatus.UNPROCESSABLE_ENTITY, error.text)
        except FsplugError as error:
            path = environ["PATH_INFO"]
            self._trouble[path].failed(error.code, "error", path=path, error=error.text)
            return _said(start, HTTPStatus.SERVICE_UNAVAILABLE, error.text)
        except Exception:
            log.exception("not-answered", path=environ["PATH_INFO"])
            return _said(start, HTTPStatus.INTERNAL_SERVER_ERROR, "see fsplug's log")
        self._trouble[environ["PATH_INFO"]].worked()
        return _said(start, HTTPStatus.OK, text, door.content_type)

    def _door(self, environ: Environ) -> Responder:
        """The requested door. A client without the account's password must not learn which doors exist."""
        scheme, _, account = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not hmac.compare_digest(account.strip().encode("latin-1"), self._account) or scheme.lower() != "basic":
            raise _Turned(HTTPStatus.UNAUTHORIZED, _REALM)
        door = self._doors.get(environ["PATH_INFO"])
        if door is None:
            raise _Turned(HTTPStatus.NOT_FOUND)
        if environ["REQUEST_METHOD"] != "POST":
            raise _Turned(HTTPStatus.METHOD_NOT_ALLOWED, ("Allow", "POST"))
        return door


class _Turned(Exception):
    """A request that no door takes."""

    def __init__(self, status: HTTPStatus, *headers: tuple[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class _Server(pywsgi.WSGIServer):  # type: ignore[misc]  # gevent has no types
    """Of connections that say nothing, the oldest is closed when there are too many."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.silent: dict[Any, None] = {}

    def do_handle(self, connection: Any, *address: Any) -> None:
        self.silent[connection] = None
        if len(self.silent) > SILENT:
            oldest = next(iter(self.silent))
            del self.silent[oldest]
            with contextlib.suppress(OSError):
                oldest.shutdown(kernel.SHUT_RDWR)
        super().do_handle(connection, *address)


class _Handler(pywsgi.WSGIHandler):  # type: ignore[misc]  # gevent has no types
    """One request, from the first byte to the last within its time."""

    def __init__(self, connection: Any, *given: Any) -> None:
        super().__init__(connection, *given)
        self._connection = connection

    def handle(self) -> None:
        try:
            with contextlib.suppress(OSError), gevent.Timeout(CONNECTION_SECONDS, False):
                super().handle()
        finally:
            self.server.silent.pop(self._connection, None)

    def handle_error(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        # The connection's time is over, wherever in the answer that was: `handle` closes it, and nothing has failed.
        if isinstance(error, gevent.Timeout):
            raise error
        super().handle_error(kind, error, trace)

    def read_request(self, raw_requestline: str) -> bool:
        # For the end of a connection in the middle of its head gevent prints a traceback (26.9).
        with contextlib.suppress(OSError):
            return bool(super().read_request(raw_requestline))
        return False

    def get_environ(self) -> dict[str, Any]:
        self.close_connection = True
        self.server.silent.pop(self._connection, None)
        environ: dict[str, Any] = super().get_environ()
        asks_first = self.socket if environ.get("HTTP_EXPECT", "").lower() == "100-continue" else None
        self.wsgi_input = environ["wsgi.input"] = Body(self.rfile, self.content_length, socket=asks_first)
        return environ


class _Complaints:
    """Logs pywsgi's complaints about broken requests."""

    def write(self, text: str) -> None:
        log.info("bad-request", said=text.strip()[:200])

    def flush(self) -> None:
        pass


def _posted(environ: Environ, door: Responder) -> Posted:
    length = length_of(environ.get("CONTENT_LENGTH") or "")
    if length is None:
        raise _Turned(HTTPStatus.LENGTH_REQUIRED)
    if length > door.body_bytes and door.of_part is nothing:
        raise _Turned(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return posted(environ["wsgi.input"], length, door.body_bytes, READ_SECONDS)


def _text(door: Responder, its: Posted) -> str:
    if its.trouble is None:
        return _in_time(door.answer, its.body)
    log.warning("not-read", problem=its.trouble.phrase, read_bytes=len(its.body))
    text = door.of_part(its.body)
    if text is None:
        raise _Turned(its.trouble)
    return text


def _in_time(answer: Callable[[bytes], str], body: bytes) -> str:
    """The answer; Unavailable("answer-late") if it takes too long.

    The work is not interrupted: it may be in a query.
    """
    answering = gevent.spawn(_tried, answer, body)
    answering.join(ANSWER_SECONDS)
    if not answering.ready():
        raise Unavailable("answer-late", f"no answer within {ANSWER_SECONDS:g} s; is the store slow?")
    text, error = answering.value
    if error is not None:
        raise error
    return str(text)


def _tried(answer: Callable[[bytes], str], body: bytes) -> tuple[str, Exception | None]:
    try:
        return answer(body), None
    except Exception as error:
        return "", error


def _said(
    start: Start,
    status: HTTPStatus,
    text: str,
    content_type: str = "text/plain",
    headers: Iterable[tuple[str, str]] = (),
) -> list[bytes]:
    body = text.encode("utf-8", "replace")
    kind = ("Content-Type", f"{content_type}; charset=utf-8")
    start(f"{status.value} {status.phrase}", [kind, ("Content-Length", str(len(body))), *headers])
    return [body]


def _not_listening(address: tuple[str, int], error: OSError) -> Unavailable:
    host, port = address
    if error.errno == errno.EADDRINUSE:
        remedy = f"stop what holds it (ss -ltnp 'sport = :{port}') or set another xml_port"
        text = f"port {port} on {host} is taken; {remedy}"
        return Unavailable("port-taken", text, host=host, port=port)
    text = f"the endpoint can't listen on {host}:{port}: {error.strerror}; set xml_host to an address of this machine"
    return Unavailable("cannot-listen", text, host=host, port=port)
