"""The event socket that clients connect to."""

import gevent
from gevent import socket
from gevent.server import StreamServer

from fsplug.errors import Unavailable
from fsplug.fakeswitch.connection import Connection
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.listener import Listener
from fsplug.fakeswitch.verbs import obey

AUTH_SECONDS = 25


class EventSocket:
    """Listens on a port for clients that know the password."""

    def __init__(self, core: Core, host: str, port: int, password: str) -> None:
        self._core = core
        self._address = (host, port)
        self._password = password
        self._server: StreamServer | None = None
        self.listeners: set[Listener] = set()

    @property
    def port(self) -> int:
        """The port it listens on; the system chose it if 0 was asked for."""
        return int(self._address[1])

    def start(self) -> None:
        """Start listening. Unavailable when the port is taken."""
        server = StreamServer(self._address, self._serve)
        try:
            server.start()
        except OSError as error:
            raise Unavailable(
                "port-taken", f"port {self.port} can't be listened on ({error.strerror}); choose another with --port"
            ) from error
        self._address = (self._address[0], server.server_port)
        self._server = server

    def stop(self) -> None:
        """Stop listening and drop every client."""
        if self._server:
            self._server.stop(timeout=0)
            self._server = None
        for listener in list(self.listeners):
            listener.connection.close("reset")
            self._forget(listener)

    def inject(self, fault: str) -> None:
        """Break the framing of every connection with one of misbehaviour.FAULTS."""
        for listener in list(self.listeners):
            listener.connection.inject(fault)

    def _serve(self, sock: socket.socket, address: object) -> None:
        listener = Listener(self._core, Connection(sock, self._core.misbehaviour), self._password)
        self.listeners.add(listener)
        try:
            self._converse(listener)
        finally:
            self._forget(listener)

    def _converse(self, listener: Listener) -> None:
        listener.connection.send(b"Content-Type: auth/request\n\n")
        with gevent.Timeout(self._core.clock.real(AUTH_SECONDS), False):
            self._obey_while(listener, authorised=False)
        if listener.authorised:
            self._obey_while(listener, authorised=True)
        if listener.connection.open:
            listener.goodbye()

    def _obey_while(self, listener: Listener, authorised: bool) -> None:
        connection = listener.connection
        while listener.running and connection.open and listener.authorised == authorised:
            commands = connection.receive()
            if commands is None:
                connection.close()
                return
            for command in commands:
                obey(listener, command)

    def _forget(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        self._core.bus.forget(listener)
