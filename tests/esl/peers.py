"""The far ends of event sockets, scripted a line at a time."""

import gc
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import gevent
import gevent.event
import pytest
from gevent import socket
from gevent.server import StreamServer

from fsplug.errors import Unavailable
from fsplug.esl.protocol.wire import plain_event

GOODBYE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
NOTICE = b"Content-Type: text/disconnect-notice\nContent-Length: 67\n\n" + GOODBYE
LINGER_NOTICE = b"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nContent-Length: 0\n\n"
CHANNEL = {
    "Event-Name": "CHANNEL_DATA",
    "Unique-ID": "a-leg",
    "Caller-Caller-ID-Name": "Alice",
    "variable_domain_name": "acme.example",
    "Content-Type": "command/reply",
    "Reply-Text": "+OK\n",
    "Socket-Mode": "static",
    "Control": "full",
}


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Return when `condition` holds; fail when it does not in time."""
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, f"not within {seconds} s"
        gevent.sleep(0.002)


def live_greenlets() -> int:
    return sum(isinstance(thing, gevent.Greenlet) and not thing.dead for thing in gc.get_objects())


def reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def api_response(text: str) -> bytes:
    body = text.encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)


def event_frame(headers: Mapping[str, str], body: bytes = b"") -> bytes:
    event = plain_event(headers, body)
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n%b" % (len(event), event)


class Peer:
    """The switch's end of one connection."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock
        self._file = sock.makefile("rb")

    def command(self) -> str:
        """The next command with its headers and body; empty when our side has closed."""
        lines = []
        while (line := self._file.readline()) not in (b"\n", b""):
            lines.append(line)
        sizes = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
        return (b"".join(lines) + (b"\n" + self._file.read(sizes[0]) if sizes else b"")).decode()

    def header(self, command: str, name: str) -> str:
        lines = [line for line in command.split("\n") if line.startswith(f"{name}: ")]
        return lines[0].partition(": ")[2]

    def say(self, *frames: bytes) -> None:
        self.sock.sendall(b"".join(frames))

    def whisper(self, frame: bytes) -> None:
        """Say it one byte at a time, each in a segment of its own."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for position in range(len(frame)):
            self.sock.sendall(frame[position : position + 1])
            gevent.sleep(0)

    def half_close(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._file.close()
        self.sock.close()


def pair() -> tuple[Any, Peer]:
    """Our end and the switch's end of one TCP connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    theirs = socket.create_connection(listener.getsockname())
    ours, _ = listener.accept()
    listener.close()
    return ours, Peer(theirs)


class Switch:
    """An event socket that signs in, takes subscriptions and answers; `silent` makes it stop answering."""

    def __init__(self, password: str = "ClueCon", port: int = 0) -> None:
        self.password = password
        self.silent = False
        self.accepted = 0
        self.greeting = b"Content-Type: auth/request\n\n"
        self.answers: dict[str, bytes] = {}
        self.commands: list[str] = []
        self.connections: list[Peer] = []
        self._server = StreamServer(("127.0.0.1", port), self._serve)
        self._server.start()
        self.port: int = self._server.server_port

    @property
    def subscribed(self) -> bool:
        return any(command.startswith("event plain") for command in self.commands)

    def emit(self, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Tell an event on every connection."""
        for peer in self.connections:
            peer.say(event_frame(headers, body))

    def hang_up(self) -> None:
        """Drop every connection without a word."""
        for peer in self.connections:
            with suppress(OSError):  # The other side may have gone first.
                peer.sock.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._server.stop()
        self.hang_up()
        until(lambda: not self.connections)

    def _serve(self, sock: Any, _: object) -> None:
        peer = Peer(sock)
        self.accepted += 1
        self.connections.append(peer)
        try:
            peer.say(self.greeting)
            while command := peer.command():
                self.commands.append(command.rstrip("\n"))
                self._answer(peer, command.rstrip("\n"))
        except OSError:
            pass
        finally:
            self.connections.remove(peer)
            peer.close()

    def _answer(self, peer: Peer, command: str) -> None:
        if self.silent:
            return
        line = command.split("\n")[0]
        verb, _, rest = line.partition(" ")
        if line in self.answers:
            peer.say(self.answers[line])
        elif verb == "auth":
            peer.say(reply("+OK accepted" if rest == self.password else "-ERR invalid"))
        elif verb == "bgapi":
            job = peer.header(command, "Job-UUID")
            done = event_frame({"Event-Name": "BACKGROUND_JOB", "Job-UUID": job}, f"did {rest}".encode())
            peer.say(reply(f"+OK Job-UUID: {job}"), done)
        else:
            peer.say(api_response(f"said {rest}") if verb == "api" else reply("+OK"))


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Unavailable) as caught:
        act()
    return caught.value.code
