"""What the command line and a console apart ask a running `fsplug serve`: lines of JSON over a socket in its folder.

Whoever may open the data folder may ask; nobody else can.
"""

import json
import os
import socket as plain_socket
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gevent
import structlog
from gevent import socket
from gevent.server import StreamServer

from fsplug.errors import FsplugError, Invalid, Refused, Unavailable
from fsplug.esl.listenin.live_calls import to_table
from fsplug.esl.listenin.live_list import LiveList
from fsplug.esl.listenin.open_pages import OpenPages, Viewer
from fsplug.esl.listenin.ring_listener import ListenCalls
from fsplug.policy.listening.live_calls import CompanyCalls

log = structlog.get_logger()

NAME = "live.sock"
# How long a watcher waits for a change of the calls: what may be listened to changes by policy too, in silence.
WATCH_SECONDS = 1.0
# Either side gives a sign of life so often, and is taken for gone after so long a silence.
TOLD_SECONDS, ALIVE_SECONDS, QUIET_SECONDS = 0.1, 5.0, 15.0
_ERRORS: Mapping[str, type[FsplugError]] = {one.__name__: one for one in (Invalid, Refused, Unavailable)}

Request = Mapping[str, Any]


class LiveSocket:
    """Answers `listen` and `calls`; with `watch` the calls again after every change.

    A console apart asks for `changes`, of which it is told, and for the calls of a `company`, from `look`; and it
    reports its `viewers` for as long as it is there.
    """

    def __init__(
        self, data: Path, calls: ListenCalls, live: LiveList, pages: OpenPages, look: Callable[[str], CompanyCalls]
    ) -> None:
        self._data = data
        self._look = look
        self._calls = calls
        self._live = live
        self._pages = pages
        self._server: Any = None

    def start(self) -> None:
        """Listen. A socket that a killed process left behind is replaced."""
        (self._data / NAME).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _short(self._data) as place:
            before = os.umask(0o177)
            try:
                listener.bind(place)
            finally:
                os.umask(before)
        listener.listen(16)
        self._server = StreamServer(listener, self._serve)
        self._server.start()

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.stop(timeout=0)
            (self._data / NAME).unlink(missing_ok=True)

    def _serve(self, connection: Any, address: object) -> None:
        with connection, connection.makefile("r") as lines:
            try:
                request = json.loads(lines.readline())
                if request["do"] == "viewers":
                    self._follow_viewers(connection, lines)
                    return
                for answer in self._answers(request):
                    connection.sendall(json.dumps(answer).encode() + b"\n")
            except FsplugError as error:
                connection.sendall(json.dumps(_told(error)).encode() + b"\n")
            except (OSError, ValueError, KeyError) as error:
                log.info("asker-gone", error=str(error))

    def _answers(self, request: Request) -> Iterator[dict[str, Any]]:
        if request["do"] == "listen":
            yield {"listen": self._calls.listen(request["company"], request["as"], request["to"])}
        elif request["do"] == "company":
            yield to_table(self._look(request["company"]))
        elif request["do"] == "changes":
            yield from self._changes()
        else:
            yield from self._lists(request)

    def _follow_viewers(self, connection: Any, lines: Iterator[str]) -> None:
        """Each line has all viewers of one console; a console that is gone, or frozen, has none."""
        console = object()
        connection.settimeout(QUIET_SECONDS)
        try:
            for line in lines:
                self._pages.report(console, [(company, username) for company, username in json.loads(line)])
        finally:
            self._pages.report(console, ())

    def _changes(self) -> Iterator[dict[str, Any]]:
        while True:
            known = self._live.changes
            yield {"changes": known}
            # Many at one moment are told as one.
            gevent.sleep(TOLD_SECONDS)
            self._live.wait(known, ALIVE_SECONDS)

    def _lists(self, request: Request) -> Iterator[dict[str, Any]]:
        known = self._live.changes
        yield self._list(request)
        while request.get("watch"):
            known = self._live.wait(known, WATCH_SECONDS)
            yield self._list(request)

    def _list(self, request: Request) -> dict[str, Any]:
        company, viewer = request["company"], request.get("as")
        asked_by = self._calls.viewer(company, viewer) if viewer else None
        return {"calls": [asdict(one) for one in self._live.of(company, asked_by)]}


def ask(data: Path, patience_seconds: float | None = None, **request: Any) -> Iterator[dict[str, Any]]:
    """The answers of the `fsplug serve` of this data folder. Its errors are raised; Unavailable when there is none.

    With `patience_seconds` also when one of them takes longer.
    """
    with _connected(data) as connection:
        connection.settimeout(patience_seconds)
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("r") as lines:
            for line in _patiently(lines, data):
                answer = json.loads(line)
                if "error" in answer:
                    raise _ERRORS[answer["kind"]](answer["error"], answer["text"], **answer["facts"])
                yield answer


@contextmanager
def viewers_reported(data: Path) -> Iterator[Callable[[Collection[Viewer]], None]]:
    """What reports all viewers of this console to the `fsplug serve` of this data folder, again and again.

    Until the end they are known there. Unavailable when there is none, OSError when it has gone meanwhile.
    """
    with _connected(data) as connection:
        connection.settimeout(QUIET_SECONDS)
        connection.sendall(b'{"do": "viewers"}\n')
        yield lambda viewers: connection.sendall(json.dumps(sorted(viewers)).encode() + b"\n")


@contextmanager
def _connected(data: Path) -> Iterator[plain_socket.socket]:
    with plain_socket.socket(plain_socket.AF_UNIX, plain_socket.SOCK_STREAM) as connection:
        try:
            with _short(data) as place:
                connection.connect(place)
        except OSError as error:
            text = f"no fsplug serves {data}; start it with: fsplug serve --data {data}"
            raise Unavailable("not-serving", text, data=str(data)) from error
        yield connection


def _patiently(lines: Iterator[str], data: Path) -> Iterator[str]:
    try:
        yield from lines
    except TimeoutError as error:
        raise Unavailable("not-serving", f"the fsplug that serves {data} does not answer", data=str(data)) from error


def _told(error: FsplugError) -> dict[str, Any]:
    facts = {name: str(value) for name, value in error.facts.items()}
    return {"error": str(error.code), "kind": type(error).__name__, "text": error.text, "facts": facts}


@contextmanager
def _short(data: Path) -> Iterator[str]:
    """The socket's path by way of its folder's descriptor: a socket's own path may have 107 bytes at most (Linux)."""
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)
