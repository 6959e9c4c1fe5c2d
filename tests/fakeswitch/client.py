"""A plain event socket client on the project's own framing, for looking at the fake switch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import gevent
from gevent import socket
from gevent.event import Event as Signal

from fsplug.esl.protocol.wire import Decoder, Event, Malformed, Message
from fsplug.lab.freeswitch import PATIENCE_SECONDS

DEADLINE_SECONDS = PATIENCE_SECONDS


class Client:
    """Connected to an event socket; `events` holds what came, `replies` what was answered."""

    def __init__(self, sock: socket.socket) -> None:
        self.events: list[Event] = []
        self.replies: list[Message] = []
        self.fault: Malformed | None = None
        self.closed = False
        self._sock = sock
        self._decoder = Decoder()
        self._changed = Signal()
        self._reader = gevent.spawn(self._read)

    @classmethod
    def connect(cls, port: int, password: str = "ClueCon", events: str = "ALL") -> "Client":
        """Sign in and ask for these events."""
        client = cls(socket.create_connection(("127.0.0.1", port)))
        client.wait(lambda: client.replies)
        client.replies.clear()
        assert client.command(f"auth {password}") == "+OK accepted"
        if events:
            assert client.command(f"event plain {events}").startswith("+OK")
        return client

    def send(self, text: str) -> None:
        self._sock.sendall(text.encode("utf-8", "surrogateescape"))

    def ask(self, text: str) -> Message:
        """Send a command as it is and wait for one answer."""
        already = len(self.replies)
        self.send(f"{text}\n\n")
        self.wait(lambda: len(self.replies) > already)
        return self.replies[already]

    def command(self, line: str) -> str:
        return self.ask(line).reply

    def api(self, line: str) -> str:
        return self.ask(f"api {line}").text

    def catch_up(self) -> None:
        """Have in hand every event that happened before now: an answer comes after them."""
        self.api("echo now")

    def event(self, name: str, uuid: str | None = None) -> Event:
        """Wait for the first event of this name (and leg)."""
        self.wait(lambda: self.named(name, uuid), f"{name} of {uuid}")
        return self.named(name, uuid)[0]

    def named(self, name: str, uuid: str | None = None) -> list[Event]:
        return [event for event in self.events if event.name == name and uuid in (None, event.uuid)]

    def wait(self, condition: Callable[[], object], what: str = "an answer") -> None:
        with gevent.Timeout(DEADLINE_SECONDS, AssertionError(f"no {what} within {DEADLINE_SECONDS} s")):
            while not condition():
                self._changed.wait()
                self._changed.clear()

    def wait_closed(self) -> None:
        self.wait(lambda: self.closed, "end of the connection")

    def close(self) -> None:
        self._reader.kill()
        self._sock.close()

    def _read(self) -> None:
        while not self.closed:
            try:
                data = self._sock.recv(65_536)
                self._take(self._decoder.feed(data))
                self.closed = not data
            except Malformed as fault:
                self.fault, self.closed = fault, True
            except OSError:
                self.closed = True
            self._changed.set()

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            if message.content_type == "text/event-plain":
                self.events.append(message.event)
            else:
                self.replies.append(message)


@contextmanager
def outbound_server(handle: Callable[[Client], None]) -> Iterator[int]:
    """An outbound socket server; the port to name in a dialplan."""
    from gevent.server import StreamServer

    def serve(sock: socket.socket, address: object) -> None:
        client = Client(sock)
        try:
            handle(client)
        finally:
            client.close()

    server = StreamServer(("127.0.0.1", 0), serve)
    server.start()
    try:
        yield server.server_port
    finally:
        server.stop(timeout=1)
