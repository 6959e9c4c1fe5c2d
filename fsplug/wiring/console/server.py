"""The console's server: threads make the pages, and a loop reads requests and sends answers."""

import contextlib
import errno
import io
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from http.client import HTTPException
from typing import Any

import gevent
import structlog
from gevent import pywsgi, socket
from gevent.pool import Pool
from gevent.threadpool import ThreadPool

from fsplug.errors import FsplugError, Unavailable
from fsplug.media.archive import Archive
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.db.database import Store
from fsplug.web.kernel.app import HEADERS, LONGEST_BODY, create_app
from fsplug.web.kernel.services import FEED, NOT_BEFORE, Services
from fsplug.wiring.console.live_feeds import Changes, LiveFeeds
from fsplug.wiring.console.request_input import Bounded
from fsplug.wiring.process.loops import STOP_SECONDS
from fsplug.wiring.process.threads import done_in
from fsplug.wiring.settings import Settings, read

log = structlog.get_logger()

# How many requests are served at once, and how long a request may take to arrive.
CONNECTIONS, REQUEST_SECONDS = 512, 20.0
# A block of audio may stay unread for this many times that long.
UNREAD_TIMES = 3
STORE_THREADS = 4
# No body that a page takes has a length of more digits.
_MOST_DIGITS = 15
# Key in a request's environ: the connection it came on.
CONNECTION = "fsplug.connection"
# Passwords are hashed one at a time, so that a processor is left for calls.
HASHING = frozenset({"/sign-in", "/set-password"})


def _secret_keys(settings: Settings) -> tuple[str, ...]:
    """The current secret keys: `fsplug secret rotate` replaces them while pages are served."""
    try:
        return read(settings.data).secret_keys
    except (FsplugError, OSError):
        return settings.secret_keys


class WebConsole:
    """The console on `web_host` and `web_port`."""

    def __init__(self, settings: Settings, store: Store, archive: Archive, live: Changes) -> None:
        self._wanted = (settings.web_host, settings.web_port)
        self._server: Any = None
        services = Services(
            store,
            archive,
            Passwords(),
            SecretKeys(partial(_secret_keys, settings)),
            settings.console_url,
            settings.web_behind_proxy,
            live=live,
        )
        self._feeds = LiveFeeds(store, live)
        self._app = InThreads(create_app(services), self._feeds)

    @property
    def address(self) -> tuple[str, int]:
        """The host and port the console listens on; before `start`, those it was given."""
        return self._server.address[:2] if self._server else self._wanted

    def start(self) -> None:
        """Start listening. Unavailable when the address can't be used."""
        host, port = self._wanted
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = pywsgi.WSGIServer.get_listener((host, port), 128, family)
        except OSError as error:
            text = f"the console can't listen on {host}:{port}: {error.strerror}; set web_host, web_port"
            raise Unavailable("console-not-listening", text, host=host, port=port) from error
        self._server = pywsgi.WSGIServer(
            listener,
            self._app,
            # Requests must not be logged: links carry a token in their path.
            log=None,
            error_log=None,
            spawn=Pool(CONNECTIONS),
            handler_class=_Handler,
            environ={"SERVER_NAME": host},
        )
        self._server.start()
        self._feeds.start()

    def stop(self) -> None:
        """Stop taking requests."""
        if self._server is not None:
            self._wanted = self.address
            self._feeds.stop()
            self._server.stop(STOP_SECONDS)
            self._server = None


class _Handler(pywsgi.WSGIHandler):  # type: ignore[misc]  # gevent has no types
    """Drops requests that arrive too slowly; answers that are not from a page get a page's headers too."""

    wsgi_input: Bounded
    close_connection: bool

    def get_environ(self) -> dict[str, Any]:
        environ = super().get_environ()
        self.wsgi_input = Bounded(self.wsgi_input, REQUEST_SECONDS)
        return {**environ, "wsgi.input": self.wsgi_input, CONNECTION: self.socket}

    def handle_one_response(self) -> None:
        super().handle_one_response()
        self.close_connection = self.close_connection or self.wsgi_input.is_left

    def _sendall(self, data: bytes) -> None:
        try:
            # A paused player does not read, and asks again when it continues.
            with gevent.Timeout(UNREAD_TIMES * REQUEST_SECONDS, TimeoutError()):
                super()._sendall(data)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "what is sent is not read") from error

    def read_requestline(self) -> Any:
        with gevent.Timeout(REQUEST_SECONDS, False):
            return super().read_requestline()
        return None

    def read_request(self, raw_requestline: str) -> bool:
        # Too many header lines (http.client's limits) are bad input too, for which gevent prints a traceback.
        with contextlib.suppress(HTTPException), gevent.Timeout(REQUEST_SECONDS, False):
            return bool(super().read_request(raw_requestline))
        self.close_connection = True
        return False

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


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"\r\n{name}: {value}" for name, value in headers.items()).encode("latin-1")


class InThreads:
    """A WSGI application that runs in threads of its own, so that a slow page delays no other page.

    The loop only reads the posted body and sends the answer.
    """

    def __init__(self, app: Any, feeds: LiveFeeds) -> None:
        self._app, self._feeds = app, feeds
        self._pages, self._hashes = ThreadPool(STORE_THREADS), ThreadPool(1)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        hashes = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in HASHING
        pool = self._hashes if hashes else self._pages
        environ["wsgi.input"] = io.BytesIO(_posted(environ))
        said: list[Any] = []
        blocks = done_in(pool, lambda: self._app(environ, lambda *words: said.append(words)))
        if FEED in environ and environ["REQUEST_METHOD"] == "GET":
            return self._fed(environ, start, *said[0])
        gevent.sleep(max(0.0, environ.get(NOT_BEFORE, 0.0) - time.monotonic()))
        start(*said[0])
        return _sent(pool, blocks)

    def _fed(self, environ: dict[str, Any], start: Callable[..., Any], status: str, headers: Any) -> Iterable[bytes]:
        """The answer is a stream of events, which is sent from the loop and needs no page's thread."""
        refusal = self._feeds.refusal(environ[FEED])
        if refusal is not None:
            start(refusal, [("Retry-After", "30"), ("Content-Length", "0"), ("Cache-Control", "no-store")])
            return []
        start(status, [(name, value) for name, value in headers if name.lower() != "content-length"])
        return self._feeds.stream(environ[FEED], environ[CONNECTION])


def _posted(environ: Mapping[str, Any]) -> bytes:
    """The posted body, cut at one byte more than the page takes."""
    length = environ.get("CONTENT_LENGTH") or "0"
    is_number = length.isascii() and length.isdigit()
    # Of a number with more digits than a number of bytes has, they don't matter.
    wanted = min(int(length[:_MOST_DIGITS]), LONGEST_BODY + 1) if is_number else 0
    # A client that disconnects, or announces chunks and sends none, has posted nothing.
    with contextlib.suppress(OSError), gevent.Timeout(REQUEST_SECONDS, False):
        found: bytes = environ["wsgi.input"].read(wanted)
        return found
    return b""


def _sent(pool: ThreadPool, blocks: Any) -> Iterator[bytes]:
    each = iter(blocks)
    try:
        while (block := done_in(pool, lambda: next(each, None))) is not None:
            yield block
    finally:
        done_in(pool, getattr(blocks, "close", lambda: None))
