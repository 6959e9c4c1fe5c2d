"""A console over a switch that a test moves, and browsers that read its streams as slowly as they like."""

import itertools
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import gevent.event
from gevent import socket

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.media.archive import FolderArchive
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.policy.recording.own_call import OwnCall
from fsplug.store.accounts import sessions
from fsplug.store.db.database import Store
from fsplug.web.kernel.live import Note
from fsplug.wiring.console.server import WebConsole
from fsplug.wiring.settings import read
from tests.furnished import cast_store
from tests.store.accountcast import Clock, Console
from tests.store.cast import ACME

DEADLINE_SECONDS = PATIENCE_SECONDS


class MovedCalls:
    """The calls as a test says."""

    def __init__(self) -> None:
        self._companies: dict[str, CompanyCalls] = {}
        self._changed = gevent.event.Event()
        self._changes = 0
        self.notes: dict[tuple[str, str], Note] = {}
        self.is_up = True
        self.viewers: Collection[tuple[str, str]] = ()

    def put(self, *talks: UserTalk, company: str = ACME) -> None:
        """These talk from now on."""
        named = {one.username: one for one in talks}
        self._companies[company] = CompanyCalls(named, frozenset(named))
        self._changes += 1
        self._changed.set()
        self._changed.clear()

    def calls(self, company: str) -> CompanyCalls:
        if not self.is_up:
            raise Unavailable("switch-away", "there is no link to the switch")
        return self._companies.get(company, CompanyCalls())

    def wait(self, known: int, seconds: float) -> int:
        if self._changes == known:
            self._changed.wait(seconds)
        return self._changes

    def own_calls(self, company: str, username: str) -> list[OwnCall]:
        return []

    def listen(self, company: str, username: str, number: str) -> str | None:
        return "listen1"

    def report_viewers(self, viewers: Collection[tuple[str, str]]) -> None:
        self.viewers = viewers

    def note(self, company: str, username: str) -> Note | None:
        return self.notes.get((company, username))


@dataclass
class Stream:
    """One open stream: `status` of the answer, and what was read of it so far."""

    connection: Any
    status: str = ""
    read: str = ""
    is_over: bool = False

    def pump(self) -> None:
        """Read until its end."""
        try:
            while block := self.connection.recv(65536):
                self.read += block.decode()
        except OSError:
            pass
        self.is_over = True

    def close(self) -> None:
        """Go away."""
        self.connection.close()


@dataclass
class RunningConsole:
    """The console, served."""

    console: Console
    live: MovedCalls
    web: WebConsole
    streams: list[Stream] = field(default_factory=list)
    _ids: Any = field(default_factory=itertools.count)

    @property
    def store(self) -> Store:
        return self.console.store

    def session(self, username: str = "1001") -> str:
        """A cookie of theirs."""
        return sessions.begin(self.store, ACME, username, "192.0.2.1", "browser")

    def request(self, path: str, cookie: str = "", **headers: str) -> Any:
        """A connection on which this was asked."""
        connection = socket.create_connection(self.web.address, 5.0)
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        cookies = f"Cookie: fsplug-session={cookie}\r\n" if cookie else ""
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{cookies}{lines}\r\n".encode())
        connection.settimeout(None)
        return connection

    def open(self, cookie: str, shown: str = "", reads: bool = True, **headers: str) -> Stream:
        """A stream; with `reads` everything that comes is read."""
        stream = Stream(self.request(f"/live?shown={shown}", cookie, **headers))
        head = b""
        with gevent.Timeout(DEADLINE_SECONDS):
            while not head.endswith(b"\r\n\r\n"):
                head += stream.connection.recv(1)
        stream.status = head.split(b" ")[1].decode()
        self.streams.append(stream)
        if reads:
            gevent.spawn(stream.pump)
        return stream

    def page(self, path: str, cookie: str) -> str:
        """The answer's first line, once all of it is there."""
        connection = self.request(path, cookie, Connection="close")
        with connection, gevent.Timeout(DEADLINE_SECONDS):
            answer = b""
            while block := connection.recv(65536):
                answer += block
        return answer.split(b"\r\n")[0].decode()


def until(condition: Any, what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Wait for it."""
    clock = gevent.get_hub().loop.now
    gevent.get_hub().loop.update_now()
    begun = clock()
    while not condition():
        gevent.sleep(0.005)
        assert clock() - begun < seconds, f"not within {seconds} s: {what}"


@contextmanager
def running_console(folder: Path) -> Iterator[RunningConsole]:
    """The cast's console on a port of its own."""
    clock = Clock()
    store = cast_store(folder / "fsplug.db", clock=clock, database_clock=clock)
    console = Console(store, clock)
    settings = read(folder, {}, web_port=0, web_url="http://127.0.0.1:1")
    live = MovedCalls()
    running = RunningConsole(console, live, WebConsole(settings, store, FolderArchive(folder), live))
    running.web.start()
    try:
        yield running
    finally:
        for stream in running.streams:
            stream.close()
        running.web.stop()
        store.close()
