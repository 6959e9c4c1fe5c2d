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
from fsplug.web.kernel.services import CONNECTION, SIGNED_IN
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
        # By the hash of the cookie, the one that was seen last at the end.
        self._until: dict[bytes, float] = {}

    def knows(self, cookies: str) -> bool:
        """Whether the browser that sends these cookies is known to be signed in."""
        key = self._key(cookies)
        return key is not None and self._until.get(key, 0.0) > self._clock()

    def note(self, cookies: str, is_signed_in: bool | None) -> None:
        """A page has looked at the session of these cookies; None if it did not need to."""
        key = self._key(cookies)
        if key is None or is_signed_in is None:
            return
        self._until.pop(key, None)
        if is_signed_in:
            self._until[key] = self._clock() + IDLE_SECONDS
            if len(self._until) > MOST_KNOWN:
                del self._until[next(iter(self._until))]

    def _key(self, cookies: str) -> bytes | None:
        for cookie in cookies.split(";"):
            name, _, value = cookie.strip().partition("=")
            if name == self._name and value:
                return hashlib.sha256(value.encode("utf-8", "replace")).digest()
        return None


class Crowd:
    """The connections to one server, and the deadlines that hold for them."""

    def __init__(self, proxies: Sequence[Network], signed_in: SignedIn, deadlines: Deadlines) -> None:
        self.proxies, self.signed_in, self.deadlines = proxies, signed_in, deadlines
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

    def may_work(self, connection: Any, address: str, is_known: bool) -> bool:
        """Whether the request of this visitor may be answered."""
        return self.places.work(connection, neighbourhood(address), is_known)

    def note(self, environ: Mapping[str, Any]) -> None:
        """A page has been made for this request, and may have looked at its session."""
        self.signed_in.note(environ.get("HTTP_COOKIE", ""), environ.get(SIGNED_IN))
        if environ.get(SIGNED_IN):
            self.places.know(environ[CONNECTION])


def proxies(settings: Settings) -> Sequence[Network]:
    """The proxies that alone may connect; none where visitors connect by themselves."""
    return (*LOOPBACK, *networks(settings.web_proxies)) if settings.web_behind_proxy else ()


class CrowdedServer(pywsgi.WSGIServer):  # type: ignore[misc]  # gevent has no types
    """A server that always accepts connections, and closes those that find no place."""

    def __init__(self, listener: Any, application: Any, crowd: Crowd, **given: Any) -> None:
        super().__init__(listener, application, spawn=Pool(), **given)
        self.crowd = crowd

    def do_handle(self, connection: Any, address: Any) -> None:
        peer = str(address[0]) if isinstance(address, tuple) else ""
        if self.crowd.admit(connection, peer):
            super().do_handle(connection, address)
        else:
            connection.close()
