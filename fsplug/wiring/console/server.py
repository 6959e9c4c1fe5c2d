"""The console's server: threads make the pages, and a loop reads requests and sends answers."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import gevent
import structlog
from gevent import socket
from gevent.threadpool import ThreadPool

from fsplug.errors import FsplugError, TooBusy, Unavailable
from fsplug.media.archive import Archive
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.db.database import Store
from fsplug.web.kernel.app import create_app
from fsplug.web.kernel.guard import BROWSER, SESSION, cookie_name
from fsplug.web.kernel.limits import held_seconds
from fsplug.web.kernel.services import CONNECTION, FEED, IS_KNOWN, NOT_BEFORE, PLAYED, STREAMED, Services
from fsplug.web.kernel.texts import words_in
from fsplug.wiring.console.crowd import Crowd, CrowdedServer, SignedIn, proxies
from fsplug.wiring.console.hashing import Marks, QueuedPasswords, SignIns
from fsplug.wiring.console.listeners import Listeners
from fsplug.wiring.console.live_feeds import Changes, LiveFeeds
from fsplug.wiring.console.request_handler import RequestHandler
from fsplug.wiring.console.request_input import Deadlines
from fsplug.wiring.process.loops import STOP_SECONDS
from fsplug.wiring.process.threads import done_in
from fsplug.wiring.settings import Settings, read
from fsplug.words.catalogue import LANGUAGES

log = structlog.get_logger()

STORE_THREADS, STRANGER_THREADS = 4, 2
_BACKLOG = 1024
# Their passwords are hashed: few wait for it, so that a processor is left for calls and pages.
HASHING = frozenset({"/sign-in", "/set-password"})


def _secret_keys(settings: Settings) -> tuple[str, ...]:
    """The current secret keys: `fsplug secret rotate` replaces them while pages are served."""
    try:
        return read(settings.data).secret_keys
    except (FsplugError, OSError):
        return settings.secret_keys


class WebConsole:
    """The console on `web_host` and `web_port`."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        archive: Archive,
        live: Changes,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._wanted = (settings.web_host, settings.web_port)
        self._server: Any = None
        secret_keys = SecretKeys(partial(_secret_keys, settings))
        services = Services(
            store,
            archive,
            QueuedPasswords(),
            secret_keys,
            settings.console_url,
            live=live,
            plays_per_hour=settings.plays_per_hour,
        )
        signed_in = SignedIn(cookie_name(SESSION, services.is_secure))
        self._marks = Marks(cookie_name(BROWSER, services.is_secure), secret_keys)
        self._crowd = Crowd(proxies(settings), signed_in, deadlines or Deadlines(), self._marks.which)
        self._feeds = LiveFeeds(store, live)
        self._app = InThreads(create_app(services), self._feeds, self._crowd, self._marks)

    @property
    def address(self) -> tuple[str, int]:
        """The host and port the console listens on; before `start`, those it was given."""
        return self._server.address[:2] if self._server else self._wanted

    def start(self) -> None:
        """Start listening. Unavailable when the address can't be used."""
        host, port = self._wanted
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = CrowdedServer.get_listener((host, port), _BACKLOG, family)
        except OSError as error:
            text = f"the console can't listen on {host}:{port}: {error.strerror}; set web_host, web_port"
            raise Unavailable("console-not-listening", text, host=host, port=port) from error
        self._server = CrowdedServer(
            listener,
            self._app,
            self._crowd,
            # Requests must not be logged: links carry a token in their path.
            log=None,
            error_log=None,
            handler_class=RequestHandler,
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


class InThreads:
    """A WSGI application that runs in threads of its own, so that a slow page delays no other page.

    The loop reads the whole request before and sends the answer after. Browsers that are known to be signed in have
    threads of their own. Where too many sign in, an unknown browser is told to come back, before a page is made.
    """

    def __init__(self, app: Any, feeds: LiveFeeds, crowd: Crowd, marks: Marks) -> None:
        self._app, self._feeds, self._crowd, self._marks = app, feeds, crowd, marks
        self._pages, self._strangers = ThreadPool(STORE_THREADS), ThreadPool(STRANGER_THREADS)
        self._sign_ins, self._listeners = SignIns(), Listeners()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        pool = self._pages if environ.get(IS_KNOWN) else self._strangers
        said: list[Any] = []

        def make() -> Any:
            return self._app(environ, lambda *words: said.append(words))

        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in HASHING:
            is_known = self._marks.knows(environ.get("HTTP_COOKIE", ""))
            try:
                blocks = self._sign_ins.done(is_known, make)
            except TooBusy as busy:
                return _later(self._app, busy, start)
        else:
            blocks = done_in(pool, make)
        self._crowd.note(environ)
        if FEED in environ and environ["REQUEST_METHOD"] == "GET":
            return self._fed(environ, start, *said[0])
        gevent.sleep(max(0.0, environ.get(NOT_BEFORE, 0.0) - time.monotonic()))
        start(*said[0])
        sent = _sent(pool, blocks)
        played = environ.get(PLAYED)
        return sent if played is None else self._listeners.paced(played, environ[CONNECTION], sent)

    def _fed(self, environ: dict[str, Any], start: Callable[..., Any], status: str, headers: Any) -> Iterable[bytes]:
        """The answer is a stream of events, which is sent from the loop and needs no page's thread."""
        refusal = self._feeds.refusal(environ[FEED])
        if refusal is not None:
            start(refusal, [("Retry-After", "30"), ("Content-Length", "0"), ("Cache-Control", "no-store")])
            return []
        environ[STREAMED] = True
        start(status, [(name, value) for name, value in headers if name.lower() != "content-length"])
        return self._feeds.stream(environ[FEED], environ[CONNECTION])


def _later(app: Any, busy: TooBusy, start: Callable[..., Any]) -> Iterable[bytes]:
    """The answer of a server that has no time to make a page."""
    # A person notices the wait as little as any other; a program that tries again and again is slowed down by it.
    gevent.sleep(held_seconds())
    seconds = f"{busy.seconds:.0f}"
    texts = (words_in(language, app).error(busy.code, seconds=seconds) for language in LANGUAGES)
    body = "\n".join(texts).encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start("503 Service Unavailable", [*headers, ("Retry-After", seconds)])
    return [body]


def _sent(pool: ThreadPool, blocks: Any) -> Iterator[bytes]:
    each = iter(blocks)
    try:
        while (block := done_in(pool, lambda: next(each, None))) is not None:
            yield block
    finally:
        done_in(pool, getattr(blocks, "close", lambda: None))
