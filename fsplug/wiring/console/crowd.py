"""All connections to the console: who has a place among them, and which browsers are known to be signed in."""

import contextlib
import hashlib
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gevent import pywsgi
from gevent.pool import Pool

from fsplug.policy.places import Places
from fsplug.policy.proxies import LOOPBACK, Network, is_within, neighbourhood, networks
from fsplug.store.accounts.sessions import IDLE_SECONDS
from fsplug.web.kernel.services import CONNECTION, IS_KNOWN, SIGNED_IN
from fsplug.wiring.console.request_input import Deadlines
from fsplug.wiring.settings import Settings

# How many signed-in browsers are remembered.
MOST_KNOWN = 10_000


class SignedIn:
    """The browsers whose session cookie was good a while ago; asking costs no look into the store.

    A session that has ended meanwhile only helps its browser to a place: each page still looks at the session itself.
    """

    def __init__(self, cookie_name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = cookie_name
        self._clock = clock
        # By the name of the browser, the one that was seen last at the end.
        self._until: dict[str, float] = {}

    def which(self, cookies: str) -> str:
        """A name for the browser that sends these cookies, if it is known to be signed in, else ""."""
        browser = self._name_of(cookies)
        return browser if self._until.get(browser, 0.0) > self._clock() else ""

    def note(self, cookies: str, is_signed_in: bool | None) -> str:
        """A page has looked at the session of these cookies; None if it did not need to. Returns as `which`."""
        browser = self._name_of(cookies)
        if browser and is_signed_in is not None:
            self._until.pop(browser, None)
            if is_signed_in:
                self._until[browser] = self._clock() + IDLE_SECONDS
                if len(self._until) > MOST_KNOWN:
                    del self._until[next(iter(self._until))]
        return self.which(cookies)

    def _name_of(self, cookies: str) -> str:
        for cookie in cookies.split(";"):
            name, _, value = cookie.strip().partition("=")
            if name == self._name and value:
                return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
        return ""


def _no_mark(cookies: str) -> str:
    return ""


class Crowd:
    """The connections to one server, and the deadlines that hold for them.

    `mark_of` gives the mark of a browser that somebody has once signed in with. It is asked only when there is no place
    for strangers: a browser that is about to sign in gets one, and so does every browser right after a restart.
    """

    def __init__(
        self,
        proxies: Sequence[Network],
        signed_in: SignedIn,
        deadlines: Deadlines,
        mark_of: Callable[[str], str] = _no_mark,
    ) -> None:
        self.proxies, self.signed_in, self.deadlines = proxies, signed_in, deadlines
        self._mark_of = mark_of
        self.places: Places[Any] = Places()

    def admit(self, connection: Any, peer: str) -> bool:
        """Whether a new connection gets a place. Runs in the hub: it must not wait."""
        if self.proxies and not is_within(peer, self.proxies):
            return False
        found = self.places.admit(connection, "" if self.proxies else neighbourhood(peer))
        if found.instead_of is not None:
            with contextlib.suppress(OSError):
                found.instead_of.shutdown(socket.SHUT_RDWR)
        return found.is_admitted

    def may_work(self, environ: dict[str, Any]) -> bool:
        """Whether this request may be answered. It learns whether its browser is known."""
        connection, cookies = environ[CONNECTION], environ.get("HTTP_COOKIE", "")
        address = neighbourhood(environ["REMOTE_ADDR"])
        may = self.places.work(connection, address, self.signed_in.which(cookies))
        if not may and (mark := self._mark_of(cookies)):
            may = self.places.work(connection, address, mark)
        environ[IS_KNOWN] = self.places.is_known(connection)
        return may

    def note(self, environ: Mapping[str, Any]) -> None:
        """A page has been made for this request, and may have looked at its session."""
        self.places.know(
            environ[CONNECTION], self.signed_in.note(environ.get("HTTP_COOKIE", ""), environ.get(SIGNED_IN))
        )


def proxies(settings: Settings) -> Sequence[Network]:
    """The proxies that alone may connect; none where visitors connect by themselves."""
    return (*LOOPBACK, *networks(settings.web_proxies)) if settings.web_behind_proxy else ()


class CrowdedServer(pywsgi.WSGIServer):  # type: ignore[misc]  # gevent has no types
    """A server that always accepts connections, and closes those that find no place."""

    # Of many connections that come at once few are taken in at a time, and requests go on between (gevent's own: 100).
    max_accept = 4

    def __init__(self, listener: Any, application: Any, crowd: Crowd, **given: Any) -> None:
        super().__init__(listener, application, spawn=Pool(), **given)
        self.crowd = crowd

    def do_handle(self, connection: Any, address: Any) -> None:
        peer = str(address[0]) if isinstance(address, tuple) else ""
        if self.crowd.admit(connection, peer):
            # The head and the body of an answer leave apart; without this the body waits 40 ms for the client to say
            # that it has the head (RFC 896, RFC 1122 4.2.3.2).
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().do_handle(connection, address)
        else:
            connection.close()
