"""A TCP connection of the event socket, from the switch's side: commands in, frames out, and faults on demand."""

import socket as sockets
import struct
from collections import deque
from dataclasses import dataclass

import gevent
from gevent import socket

from fsplug.fakeswitch.misbehaviour import Misbehaviour, fault

# MAX_QUEUE_LEN in mod_event_socket.c; a client with more unread events is dropped.
MOST_WAITING = 100_000
_RETRY_SECONDS = 0.02
_RECV_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Command:
    """What a client sent: its first line, the headers after it (names in lower case), and a body."""

    line: str
    headers: dict[str, str]
    body: str = ""


class CommandReader:
    """Splits bytes into commands, as read_packet in mod_event_socket.c does."""

    def __init__(self) -> None:
        self._buffer = b""
        self._pending: tuple[str, dict[str, str], int] | None = None

    def feed(self, data: bytes) -> list[Command]:
        """The commands that these bytes complete."""
        self._buffer += data
        commands = []
        while command := self._next():
            commands.append(command)
        return commands

    def _next(self) -> Command | None:
        if self._pending is None:
            self._read_block()
        if self._pending is None:
            return None
        line, headers, length = self._pending
        if len(self._buffer) < length:
            return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        self._pending = None
        return Command(line, headers, body.decode("utf-8", "surrogateescape"))

    def _read_block(self) -> None:
        self._buffer = self._buffer.lstrip(b"\r\n")
        block, end, rest = self._buffer.replace(b"\r\n", b"\n").partition(b"\n\n")
        if not end:
            return
        self._buffer = rest
        line, *lines = block.decode("utf-8", "surrogateescape").split("\n")
        pairs = (each.partition(":") for each in lines)
        headers = {name.lower(): value.lstrip(" ") for name, colon, value in pairs if colon}
        self._pending = (line, headers, max(0, _number(headers.get("content-length"))))


class Connection:
    """Never makes a sender wait: bytes that the peer does not take at once are sent by a greenlet.

    `receive` waits for bytes; with `waits` off it returns at once.
    """

    def __init__(self, sock: socket.socket, misbehaviour: Misbehaviour, waits: bool = True) -> None:
        sock.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        sock.settimeout(None if waits else 0.0)
        self.open = True
        self._sock = sock
        self._misbehaviour = misbehaviour
        self._reader = CommandReader()
        self._waiting: deque[bytes] = deque()
        self._writer: gevent.Greenlet | None = None
        self._ending = ""

    def fileno(self) -> int:
        return int(self._sock.fileno())

    def send(self, data: bytes) -> None:
        """Send these bytes now, or as soon as the peer takes them."""
        if not self.open or self._ending:
            return
        faults = self._misbehaviour
        if not self._waiting and not faults.stalled and not faults.one_byte_writes:
            data = self._send_now(data)
        if data:
            self._waiting.append(data)
            self._write_later()
        if len(self._waiting) > MOST_WAITING:
            self._end("reset")

    def receive(self) -> list[Command] | None:
        """The commands that have arrived; None when the peer is gone."""
        try:
            data = self._sock.recv(_RECV_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self._reader.feed(data) if data else None

    def inject(self, name: str) -> None:
        """Break the framing or the connection with one of misbehaviour.FAULTS."""
        data, then = fault(name)
        self.send(data)
        if then != "stay":
            self.close(then)

    def close(self, how: str = "close") -> None:
        """Send the waiting bytes, then `close`, `half-close` or `reset`."""
        if not self.open:
            return
        if self._waiting and how != "reset":
            self._ending = how
            self._write_later()
        else:
            self._end(how)

    def _send_now(self, data: bytes) -> bytes:
        """Send bytes; returns those that the peer did not take."""
        try:
            return data[self._sock.send(data, timeout=0.0) :]
        except BlockingIOError:
            return data
        except OSError:
            self._end("close")
            return b""

    def _write_later(self) -> None:
        if self._writer is None:
            self._writer = gevent.spawn(self._write)

    def _write(self) -> None:
        while self._waiting and self.open:
            if self._misbehaviour.stalled:
                gevent.sleep(_RETRY_SECONDS)
                continue
            self._write_one()
        self._writer = None
        if self._ending and self.open:
            self._end(self._ending)

    def _write_one(self) -> None:
        data = self._waiting[0]
        now = data[:1] if self._misbehaviour.one_byte_writes else data
        left = self._send_now(now) + data[len(now) :]
        if left:
            self._waiting[0] = left
            gevent.sleep(0 if len(left) < len(data) else _RETRY_SECONDS)
        elif self._waiting:
            self._waiting.popleft()

    def _end(self, how: str) -> None:
        if how == "half-close":
            self._sock.shutdown(sockets.SHUT_WR)
            return
        self.open = False
        self._waiting.clear()
        if how == "reset":
            self._sock.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()


def _number(text: str | None) -> int:
    stripped = (text or "").strip()
    return int(stripped) if stripped.isdigit() else 0
