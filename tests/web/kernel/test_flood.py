"""The console's server against those who send too much, or too little."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.places import Limits
from fsplug.store.db.database import Store
from fsplug.web.kernel.app import HEADERS
from tests.browser.site import started

GIGABYTE = 1_000_000_000
BLOCK = b"x" * 65_536
# What a server may grow by for a request it turns away: some buffers, not the body.
GROWN_BYTES = 20_000_000
DEADLINE_SECONDS = PATIENCE_SECONDS
# Instead of 20, so that tests need not wait so long.
REQUEST_SECONDS = 1.0


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    log: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE_SECONDS)

    @property
    def memory_bytes(self) -> int:
        """The most it has ever had."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024

    def answers(self) -> bool:
        """Whether a page is to be had."""
        with self.connect() as one:
            one.sendall(b"GET /sign-in HTTP/1.1\r\nHost: console\r\nConnection: close\r\n\r\n")
            return _all(one).startswith(b"HTTP/1.1 200")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The console of an empty installation, that waits a second for a request."""
    folder = tmp_path_factory.mktemp("flood")
    store = Store(folder / "fsplug.db")
    store.migrate()
    store.close()
    process = started(folder, 0.0, REQUEST_SECONDS)
    assert process.stdout is not None
    yield Server(int(process.stdout.readline()), process.pid, folder / "console.log")
    process.terminate()
    process.wait(DEADLINE_SECONDS)


def _all(one: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionError):
        while block := one.recv(65_536):
            found += block
    return found


def _post(length: str) -> bytes:
    head = ("POST /sign-in HTTP/1.1", "Host: console", "Sec-Fetch-Site: same-origin", length)
    return "\r\n".join((*head, "Content-Type: application/x-www-form-urlencoded", "", "")).encode()


def _flood(server: Server, length: str, block: bytes, most_bytes: int) -> tuple[int, bytes]:
    """Send until the server will have no more; how much it took, and what it said."""
    sent = 0
    with server.connect() as one:
        one.sendall(_post(length))
        try:
            while sent < most_bytes:
                one.sendall(block)
                sent += len(block)
        except OSError:
            pass
        return sent, _all(one)


def test_a_body_of_a_gigabyte_is_turned_away_and_not_read(server: Server) -> None:
    before = server.memory_bytes
    sent, said = _flood(server, f"Content-Length: {GIGABYTE}", BLOCK, GIGABYTE)
    assert sent < 50_000_000, "the connection ends long before the body does"
    assert said == b"" or said.startswith(b"HTTP/1.1 413")
    assert server.memory_bytes - before < GROWN_BYTES
    assert server.answers()


def test_a_body_in_chunks_without_end_is_not_read(server: Server) -> None:
    before = server.memory_bytes
    chunk = f"{len(BLOCK):x}\r\n".encode() + BLOCK + b"\r\n"
    sent, _ = _flood(server, "Transfer-Encoding: chunked", chunk, GIGABYTE)
    assert sent < 50_000_000
    assert server.memory_bytes - before < GROWN_BYTES
    assert server.answers()


def test_a_refused_request_gets_413(server: Server) -> None:
    with server.connect() as one:
        one.sendall(_post(f"Content-Length: {GIGABYTE}"))
        assert _all(one).startswith(b"HTTP/1.1 413")


def test_headers_without_end_are_turned_away(server: Server) -> None:
    before = server.memory_bytes
    with server.connect() as one:
        one.sendall(b"GET / HTTP/1.1\r\n")
        with contextlib.suppress(OSError):
            for number in range(100_000):
                one.sendall(b"X-%d: %s\r\n" % (number, b"x" * 1_000))
        _all(one)
    assert server.memory_bytes - before < GROWN_BYTES
    assert server.answers()


def test_who_sends_byte_by_byte_is_left_and_others_are_served(server: Server) -> None:
    """More slow ones than the server has places."""
    slow = [server.connect() for _ in range(Limits().total + 50)]
    for one in slow:
        one.sendall(b"G")
    assert server.answers()
    for one in slow[:50]:
        # Some it has left by now.
        with contextlib.suppress(OSError):
            one.sendall(b"E")
        one.close()
    assert server.answers()
    for one in slow[50:]:
        one.close()


def test_a_body_that_comes_byte_by_byte_is_not_waited_for(server: Server) -> None:
    with server.connect() as one:
        one.sendall(_post("Content-Length: 1000") + b"a")
        assert _all(one) != b"never"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /sign-in HTTP/1.1\r\nHost: console\r\nConnection: close\r\n\r\n", b"200"),
        (b"no request\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: x\r\n" % number for number in range(300)) + b"\r\n", b"400"),
        (b"POST /sign-in HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
    ],
    ids=["a page", "no request", "long address", "long header", "many headers", "a length that is none"],
)
def test_every_answer_has_the_headers_of_a_page(server: Server, sent: bytes, status: bytes) -> None:
    with server.connect() as one:
        one.sendall(sent)
        said = _all(one)
    head = said.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert head[0].encode().startswith(b"HTTP/1.1 " + status)
    for name in HEADERS:
        assert len([line for line in head if line.startswith(f"{name}:")]) == 1, (name, head)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: x\r\n" % number for number in range(300)) + b"\r\n",
        _post("Content-Length: 900") + b"a=",
        _post("Transfer-Encoding: chunked") + b"no chunk\r\n",
    ],
    ids=["many headers", "broken off", "no chunks"],
)
def test_what_is_no_request_fills_no_log(server: Server, sent: bytes) -> None:
    with server.connect() as one:
        one.sendall(sent)
        one.shutdown(socket.SHUT_WR)
        _all(one)
    assert server.answers()
    assert "Traceback" not in server.log.read_text(encoding="utf-8")
