"""The socket application: a call asks a server what to do (listener_run in mod_event_socket.c 1.11.1).

Without `async` the call waits in the socket: after a refused or closed connection it goes on at once, and a silent
server holds it for 25 s. With `async` the call is parked and carries out commands meanwhile.
"""

import _socket
import errno
import time

from gevent import get_hub, socket

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.connection import Connection
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.listener import LINGER_FOR_EVER, Listener
from fsplug.fakeswitch.verbs import carry_out, obey

DEFAULT_PORT = 8084
# read_packet's timeout for the first command. Later commands have no timeout.
FIRST_COMMAND_SECONDS = 25
# How long Linux retries a SYN that nobody answers.
CONNECT_SECONDS = 127


def socket_application(core: Core, channel: Channel, data: str) -> None:
    """`host:port[|host:port] [full] [async]`."""
    where, *flags = data.split()
    held_since = time.monotonic()
    connection = _connect(core, where)
    if connection is None:
        core.counters.refused_sockets += 1
    else:
        listener = Listener(core, connection, channel=channel, full="full" in flags)
        listener.asynchronous = "async" in flags
        _Controlled(core, channel, listener).run()
    core.counters.held_seconds.append(time.monotonic() - held_since)


def _connect(core: Core, where: str) -> Connection | None:
    for host in where.split("|"):
        name, _, port = host.partition("/")[0].rpartition(":")
        address = (name, int(port)) if name else (port, DEFAULT_PORT)
        try:
            sock = _open(address, core.clock.real(CONNECT_SECONDS))
        except OSError:
            continue
        return Connection(sock, core.misbehaviour, waits=False)
    return None


def _open(address: tuple[str, int], real_seconds: float) -> socket.socket:
    # gevent asks its resolver in a thread for every address, numeric ones too: half a call's CPU at 300 calls/s.
    bare = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    bare.setblocking(False)
    error = bare.connect_ex(address)
    sock = socket.socket(fileno=bare.detach())
    if error == errno.EINPROGRESS:
        socket.wait_write(sock.fileno(), real_seconds)
        error = sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
    if error:
        sock.close()
        raise OSError(error, f"{address[0]}:{address[1]} refused")
    return sock


class _Controlled:
    """A call that a server controls, in the call's own greenlet."""

    def __init__(self, core: Core, channel: Channel, listener: Listener) -> None:
        self._core = core
        self._channel = channel
        self._listener = listener
        self._readable = get_hub().loop.io(listener.connection.fileno(), 1)

    def run(self) -> None:
        core, listener = self._core, self._listener
        try:
            if listener.asynchronous:
                self._park()
            else:
                self._obey_until_done()
            if not self._channel.up and listener.running and listener.linger_seconds is not None:
                self._linger(listener.linger_seconds)
        finally:
            self._readable.close()
            core.bus.forget(listener)
            listener.goodbye()

    def _obey_until_done(self) -> None:
        """Carry out the server's commands until the server or the call is gone."""
        until: float | None = self._core.clock.now() + FIRST_COMMAND_SECONDS
        while self._channel.free and self._listener.running:
            obeyed = self._obey()
            if obeyed is None or (not obeyed and not self._wait(until)):
                return
            until = None if obeyed else until

    def _park(self) -> None:
        """Park the call from `connect` on; it carries out messages as they arrive."""
        channel = self._channel
        while channel.free and self._listener.running:
            obeyed = self._obey()
            if obeyed is None:
                break
            if channel.messages:
                carry_out(self._core, channel, channel.messages.pop(0))
            elif not obeyed:
                self._serve(self._listener.connected)
                self._wait(None)
        self._serve(False)

    def _serve(self, serving: bool) -> None:
        if self._channel.serving != serving:
            self._channel.serving = serving
            self._core.bus.emit("CHANNEL_PARK" if serving else "CHANNEL_UNPARK", self._channel)

    def _linger(self, seconds: int) -> None:
        """After the hangup, keep the connection for the last events for as long as the client asked."""
        channel = self._channel
        self._listener.connection.send(
            f"Content-Type: text/disconnect-notice\nControlled-Session-UUID: {channel.uuid}\n"
            f"Content-Disposition: linger\nChannel-Name: {channel.name}\nLinger-Time: {seconds}\n"
            "Content-Length: 0\n\n".encode("utf-8", "surrogateescape")
        )
        until = None if seconds == LINGER_FOR_EVER else self._core.clock.now() + seconds
        while self._listener.running:
            obeyed = self._obey()
            if obeyed is None or (not obeyed and not self._wait(until)):
                return

    def _obey(self) -> int | None:
        """Carry out the commands that have arrived; returns how many, or None when the server is gone."""
        commands = self._listener.connection.receive()
        for command in commands or ():
            obey(self._listener, command)
        return None if commands is None else len(commands)

    def _wait(self, until: float | None) -> bool:
        """Wait for news from the socket or the call; False after the timeout."""
        clock, signal = self._core.clock, self._channel.signal
        # The socket is watched only while waiting: a busy call leaves bytes unread.
        self._readable.start(signal.set)
        signal.wait(None if until is None else clock.real(until - clock.now()))
        self._readable.stop()
        signal.clear()
        return until is None or clock.now() < until
