"""Players that do not read what they asked for: pages are there all the same, and their connections end."""

import contextlib
import socket
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for
from fsplug.store.accounts import sessions
from fsplug.store.calls import ledger
from fsplug.store.config.actors import actor
from fsplug.store.db.database import Store
from fsplug.store.recordings import playbacks
from fsplug.wiring.console.listeners import MOST_STREAMS
from fsplug.wiring.console.server import STORE_THREADS
from tests.browser.site import started
from tests.furnished import cast_store
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.story import recorded_call

DEADLINE_SECONDS = PATIENCE_SECONDS
# A block may lie unread for three times this.
REQUEST_SECONDS = 0.5
PEOPLE = ("1001", "1002", "1003")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, list[str]]]:
    """A console with a recording of half an hour that three people are playing: its port, their cookies."""
    store = cast_store(tmp_path / "fsplug.db")
    ledger.apply(store, recorded_call("a"))
    for username in PEOPLE:
        Console(store, store.now).give(username, email=f"{username}@acme.example", role="superuser")
    path = tmp_path / "archive" / "acme" / "a-rec.wav"
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1800 * 8000 * 4))
    cookies = [_playing(store, username) for username in PEOPLE]
    store.close()
    process = started(tmp_path, 0.0, REQUEST_SECONDS)
    assert process.stdout is not None
    yield int(process.stdout.readline()), cookies
    process.terminate()
    process.wait(DEADLINE_SECONDS)


def _playing(store: Store, username: str) -> str:
    cookie = sessions.begin(store, ACME, username, "127.0.0.1", "player")
    session = sessions.find(store, cookie)
    assert session is not None
    playbacks.begin(store, session, actor(store, ACME, username), "a-rec")
    return cookie


def _asked(port: int, path: str, cookie: str, *lines: str) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    one.settimeout(DEADLINE_SECONDS)
    one.connect(("127.0.0.1", port))
    head = [f"GET {path} HTTP/1.1", "Host: console", f"Cookie: fsplug-session={cookie}", "Connection: close", *lines]
    one.sendall("\r\n".join([*head, "", ""]).encode())
    return one


def _all(one: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while block := one.recv(1 << 20):
            found += block
    return found


def test_more_of_them_than_there_are_threads_hold_up_no_page_and_are_let_go(
    served: tuple[int, list[str]],
) -> None:
    port, cookies = served
    cookie = cookies[0]
    player = ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: audio", "Range: bytes=0-57600043")
    slow = [_asked(port, "/recordings/a-rec/audio", one, *player) for one in cookies for _ in range(MOST_STREAMS)]
    assert len(slow) > STORE_THREADS
    for one in slow:
        assert one.recv(12) == b"HTTP/1.1 206"
    page = _asked(port, "/recordings/a-rec", cookie)
    page.settimeout(5.0)
    assert _all(page).startswith(b"HTTP/1.1 200")
    quick = _asked(port, "/recordings/a-rec/audio", cookie, *player[:2], "Range: bytes=0-999999")
    assert len(_all(quick)) > 1_000_000
    for one in slow:
        assert _left_alone(one) < 57_600_000, "it was cut off"
        one.close()


def _left_alone(one: socket.socket) -> int:
    """How much had come when the server let go; it is read only then: a block that is read is no longer unread."""
    ends = (one.getpeername()[1], one.getsockname()[1])
    wait_for(lambda: not _is_held(*ends), "the server to let go")
    return len(_all(one))


def _is_held(port: int, peer: int) -> bool:
    """Whether the server's end is open: ESTABLISHED in /proc/net/tcp, proc_net_tcp.txt."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()]
    ends = (f"0100007F:{port:04X}", f"0100007F:{peer:04X}", "01")
    return any(tuple(line[1:4]) == ends for line in lines)
