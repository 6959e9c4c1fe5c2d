"""The way between fsplug and the switch's event socket, which can break while both live on."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import gevent.event
from gevent.server import StreamServer

CLOSE, HALF_CLOSE, RESET = "close", "half-close", "reset"
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
_PIECE_BYTES = 65_536

Way = tuple[socket.socket, socket.socket]


class Relay:
    """Passes everything on between its own port and the switch's."""

    def __init__(self, switch_port: int) -> None:
        self._switch_port = switch_port
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._ways: list[Way] = []
        self._is_cut = False
        self._held_from: bytes | None = None
        self._open = gevent.event.Event()
        self._open.set()

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    @contextmanager
    def running(self) -> Iterator["Relay"]:
        """It passes everything on until the `with` ends."""
        self._server.start()
        try:
            yield self
        finally:
            self._server.stop()
            self.drop(CLOSE)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Within, fsplug doesn't get through to the switch."""
        self._is_cut = True
        self.drop(CLOSE)
        try:
            yield
        finally:
            self._is_cut = False

    @contextmanager
    def held(self, word: bytes) -> Iterator[None]:
        """Within, the switch hears nothing of fsplug from the first command on in which this word stands."""
        self._held_from = word
        try:
            yield
        finally:
            self._held_from = None
            self._open.set()

    @property
    def is_holding(self) -> bool:
        """Whether that command has come."""
        return not self._open.is_set()

    def drop(self, how: str) -> None:
        """End fsplug's connections, by `close`, `half-close` or `reset`. It may come again at once."""
        for client, _ in self._ways:
            with contextlib.suppress(OSError):
                if how == RESET:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
                    client.close()
                else:
                    client.shutdown(socket.SHUT_WR if how == HALF_CLOSE else socket.SHUT_RDWR)

    def _serve(self, client: socket.socket, _: tuple[str, int]) -> None:
        with contextlib.closing(client), contextlib.suppress(OSError):
            if self._is_cut:
                return
            with socket.create_connection(("127.0.0.1", self._switch_port)) as switch:
                self._connect((client, switch))

    def _connect(self, way: Way) -> None:
        client, switch = way
        both = [gevent.spawn(self._pass_on, client, switch), gevent.spawn(_pass_on, switch, client)]
        self._ways.append(way)
        try:
            gevent.joinall(both, count=1)
        finally:
            self._ways.remove(way)
            gevent.killall(both)

    def _pass_on(self, client: socket.socket, switch: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(_PIECE_BYTES):
                if self._held_from is not None and self._held_from in piece:
                    self._open.clear()
                self._open.wait()
                switch.sendall(piece)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE_BYTES):
            target.sendall(piece)
