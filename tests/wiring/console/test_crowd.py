"""A crowd at the console's door: who is answered, who is turned away, and whose connection ends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import gevent
import pytest
from gevent import socket
from gevent.event import Event

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.places import Limits, Places
from fsplug.policy.proxies import LOOPBACK, networks
from fsplug.store.accounts.sessions import IDLE_SECONDS
from fsplug.web.kernel.app import HEADERS
from fsplug.web.kernel.services import CONNECTION, IS_KNOWN, SIGNED_IN
from fsplug.wiring.console.crowd import MOST_KNOWN, Crowd, CrowdedServer, SignedIn
from fsplug.wiring.console.request_handler import RequestHandler
from fsplug.wiring.console.request_input import Deadlines
from tests.wiring.consoleclient import until

FEW = Limits(total=6, reserve=2, per_address=3)
# Long enough that nothing of a test ends by itself.
PATIENT = Deadlines(*[10 * PATIENCE_SECONDS] * 5)
LARGE = 8_000_000


class Door:
    """A server with few places. Its pages: /, /held until `go_on`, /large, /me says the visitor's address."""

    def __init__(self, proxies: Any = (), deadlines: Deadlines = PATIENT) -> None:
        self.crowd = Crowd(proxies, SignedIn("fsplug-session"), deadlines, _mark)
        self.crowd.places = Places(FEW)
        self.go_on = Event()
        self.held = 0
        self.server = CrowdedServer(
            ("127.0.0.1", 0), self._page, self.crowd, log=None, error_log=None, handler_class=RequestHandler
        )
        self.server.start()
        self.open = ExitStack()

    def _page(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/held":
            self.held += 1
            self.go_on.wait()
        if "Cookie: good" in environ.get("HTTP_X_SAID", ""):
            environ[SIGNED_IN] = True
        self.crowd.note(environ)
        pages = {"/me": environ["REMOTE_ADDR"].encode(), "/large": bytes(LARGE), "/known": b"%d" % environ[IS_KNOWN]}
        pages["/at-once"] = b"%d" % environ[CONNECTION].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        start("200 OK", [])
        return [pages.get(environ["PATH_INFO"], b"page")]

    def connect(self) -> Any:
        connection = socket.create_connection(self.server.address, PATIENCE_SECONDS)
        self.open.callback(connection.close)
        return connection

    def ask(self, path: str, *lines: str, on: Any = None) -> Any:
        connection = on or self.connect()
        connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode())
        return connection

    def hold(self, *lines: str) -> Any:
        """A request that is being answered from now on."""
        before, connection = self.held, self.ask("/held", *lines)
        until(lambda: self.held == before + 1, "the request to be answered")
        return connection

    def said(self, path: str, *lines: str) -> bytes:
        return _rest(self.ask(path, "Connection: close", *lines))

    def know(self) -> str:
        """The header with the cookie of somebody who is known to be signed in."""
        self.crowd.signed_in.note("fsplug-session=good", True)
        return "Cookie: fsplug-session=good"


def _mark(cookies: str) -> str:
    return "a mark" if "mark=ours" in cookies else ""


def _rest(connection: Any) -> bytes:
    found = b""
    try:
        while block := connection.recv(65_536):
            found += block
    except ConnectionResetError:
        pass
    return found


@pytest.fixture
def doors() -> Iterator[Callable[..., Door]]:
    with ExitStack() as made:

        def door(*given: Any, **named: Any) -> Door:
            one = Door(*given, **named)
            made.callback(one.server.stop, 1)
            made.callback(one.open.close)
            made.callback(one.go_on.set)
            return one

        yield door


def test_the_body_of_an_answer_does_not_wait_until_its_head_is_acknowledged(doors: Callable[..., Door]) -> None:
    assert doors().said("/at-once").partition(b"\r\n\r\n")[2] == b"1"


def test_silent_connections_in_any_number_keep_nobody_waiting(doors: Callable[..., Door]) -> None:
    door = doors()
    silent = [door.connect() for _ in range(40)]
    assert door.said("/").endswith(b"page")
    assert _rest(silent[0]) == b"", "the oldest had to go"
    assert len(door.crowd.places) <= FEW.per_address


def test_a_known_browser_is_answered_while_strangers_have_all_places_they_may_have(doors: Callable[..., Door]) -> None:
    door = doors(LOOPBACK)
    for number in range(FEW.total - FEW.reserve):
        door.hold(f"X-Forwarded-For: 192.0.2.{number}")
    turned = door.said("/", "X-Forwarded-For: 192.0.2.9").decode()
    head = turned.partition("\r\n\r\n")[0].split("\r\n")
    assert head[0] == "HTTP/1.1 503 Service Unavailable" and "Retry-After: 5" in head
    assert all(f"{name}: {value}" in head for name, value in HEADERS.items())
    assert "Too many visitors" in turned and "Der er for travlt" in turned
    assert door.said("/", "X-Forwarded-For: 192.0.2.9", door.know()).endswith(b"page")
    assert door.said("/", "X-Forwarded-For: 192.0.2.9", "Cookie: mark=theirs").startswith(b"HTTP/1.1 503")
    assert door.said("/", "X-Forwarded-For: 192.0.2.9", "Cookie: mark=ours").endswith(b"page"), "it is about to sign in"


def test_behind_a_proxy_each_visitor_has_as_many_requests_as_an_address_and_ipv6_counts_by_64_bits(
    doors: Callable[..., Door],
) -> None:
    door = doors(LOOPBACK)
    for number in range(FEW.per_address):
        door.hold(f"X-Forwarded-For: 2001:db8::{number}")
    assert door.said("/", "X-Forwarded-For: 2001:db8::ffff:1").startswith(b"HTTP/1.1 503")
    assert door.said("/", "X-Forwarded-For: 2001:db8:0:1::1").endswith(b"page")


def test_an_idle_connection_is_closed_for_a_new_one(doors: Callable[..., Door]) -> None:
    door = doors()
    idle = door.ask("/")
    until(lambda: idle.recv(1, socket.MSG_PEEK), "the answer")
    for _ in range(FEW.per_address - 1):
        door.hold()
    assert door.said("/").endswith(b"page")
    assert _rest(idle).endswith(b"page"), "it was answered, and closed"


def test_an_address_with_no_place_left_is_turned_away_and_a_known_browser_there_keeps_its_own(
    doors: Callable[..., Door],
) -> None:
    door = doors()
    known = door.hold(door.know())
    for _ in range(FEW.per_address):
        door.hold()
    assert _rest(door.connect()) == b""
    door.go_on.set()
    assert known.recv(12) == b"HTTP/1.1 200"


def test_a_connection_serves_request_after_request(doors: Callable[..., Door]) -> None:
    door = doors()
    connection = door.ask("/me")
    for _ in range(3):
        until(lambda: connection.recv(65_536).endswith(b"127.0.0.1"), "the answer")
        door.ask("/me", on=connection)
    assert len(door.crowd.places) == 1


@pytest.mark.parametrize(
    ("proxies", "found"), [((), b"127.0.0.1"), (LOOPBACK, b"198.51.100.1")], ids=["no proxy", "a proxy"]
)
def test_a_forwarded_address_is_believed_from_a_proxy_alone(
    doors: Callable[..., Door], proxies: Any, found: bytes
) -> None:
    lines = ("X-Forwarded-For: 203.0.113.1", "X-Forwarded-For: 198.51.100.1", "X_Forwarded_For: 203.0.113.2")
    assert doors(proxies).said("/me", *lines).endswith(b"\r\n\r\n" + found)


def test_behind_a_proxy_nobody_else_gets_a_connection() -> None:
    crowd = Crowd((*LOOPBACK, *networks("192.0.2.7")), SignedIn("x"), PATIENT)
    assert not crowd.admit(object(), "203.0.113.1")
    assert crowd.admit(object(), "192.0.2.7") and crowd.admit(object(), "::ffff:192.0.2.7")


def test_what_is_not_read_or_is_read_byte_by_byte_ends_the_connection(doors: Callable[..., Door]) -> None:
    brief = Deadlines(*[10 * PATIENCE_SECONDS] * 3, answer_seconds=0.2, unread_seconds=1_000.0, least_rate=10**9)
    door = doors(deadlines=brief)
    silent, dripping = door.ask("/large"), door.ask("/large")
    drips = gevent.spawn(lambda: [dripping.recv(1) and gevent.sleep(0.01) for _ in range(10_000)])
    until(lambda: len(door.crowd.places) == 0, "both to be let go")
    drips.kill()
    assert len(_rest(silent)) < LARGE


@pytest.mark.parametrize(
    "sent", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: "], ids=["line", "head", "header"]
)
def test_a_head_that_never_ends_has_one_deadline(doors: Callable[..., Door], sent: bytes) -> None:
    door = doors(deadlines=Deadlines(0.3, *[10 * PATIENCE_SECONDS] * 4))
    one = door.connect()
    one.sendall(sent)
    with pytest.raises(OSError):
        while True:
            one.sendall(b"x")
            gevent.sleep(0.02)
    assert len(door.crowd.places) == 0


def test_a_body_that_comes_too_slowly_is_told_so_and_not_given_to_a_page(doors: Callable[..., Door]) -> None:
    forever = 10 * PATIENCE_SECONDS
    door = doors(deadlines=Deadlines(forever, 0.3, *[forever] * 3, least_rate=10**9))
    one = door.connect()
    one.sendall(b"POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    assert _rest(one).startswith(b"HTTP/1.1 408 Request Timeout")
    assert door.held == 0


def test_a_browser_is_known_for_as_long_as_an_unused_session_lasts() -> None:
    now = [0.0]
    known = SignedIn("fsplug-session", lambda: now[0])
    cookies = "a=b; fsplug-session=t; c"
    assert not known.which(cookies)
    known.note(cookies, None)
    assert not known.which(cookies), "a page that needs no session says nothing of one"
    known.note(cookies, True)
    assert known.which(cookies) and known.which("fsplug-session=t") and not known.which("fsplug-session=u")
    now[0] = IDLE_SECONDS
    assert not known.which(cookies)
    known.note(cookies, True)
    known.note(cookies, False)
    assert not known.which(cookies), "it has signed out"


def test_only_the_browsers_seen_last_are_remembered() -> None:
    known = SignedIn("s")
    for number in range(MOST_KNOWN + 1):
        known.note(f"s={number}", True)
    assert not known.which("s=0") and known.which("s=1") and known.which(f"s={MOST_KNOWN}")
