"""fsplug's link, server and session on plain greenswitch's classes, used as greenswitch's README shows.

The classes are unchanged: a session lasts from `connect` to the end of its bridge, and receives its call's events
during that time.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gevent
from greenswitch import InboundESL, OutboundESLServer
from greenswitch.esl import OutboundSession, OutboundSessionHasGoneAway

from benchmarks.roads import DIAL_STRING
from fsplug.esl.protocol.event import Headers
from fsplug.esl.protocol.link import filters

# Every leg of the bench's calls has this variable.
_OURS = "variable_fsplug_company"
# The switch writes this for an empty value.
_EMPTY = "_undef_"


class GreenEvent:
    """An event parsed by greenswitch, with the attribute names of fsplug's own events."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def get(self, name: str, default: str | None = None) -> str | None:
        value = self._headers.get(name, default)
        return "" if value == _EMPTY else value

    def glance(self, name: str) -> str | None:
        return self.get(name)

    def read(self, headers: Headers) -> dict[str, str]:
        found = ((name, self.get(name)) for name in headers.names)
        return {name: value for name, value in found if value is not None}

    def variable(self, name: str) -> str | None:
        return self.get(f"variable_{name}")

    def mentions(self, text: bytes) -> bool:
        return _OURS in self._headers

    @property
    def name(self) -> str:
        return self._headers.get("Event-Name", "")

    @property
    def uuid(self) -> str:
        return self._headers.get("Unique-ID", "")

    @property
    def timestamp(self) -> float:
        return int(self._headers["Event-Date-Timestamp"]) / 1_000_000


class GreenLink:
    """The part of `fsplug.esl.protocol.link.Link` that the bench's calls need; it does not reconnect."""

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        events: Sequence[str],
        on_event: Callable[[Any], None],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        *,
        first: Callable[[], Sequence[str]] = tuple,
        unwanted: Mapping[str, str],
    ) -> None:
        self._first, self._filters = first, list(filters(unwanted))
        self.peer = f"{host}:{port}"
        self.up = False
        self._esl = InboundESL(host, port, password)
        self._events = events
        self._on_event = on_event
        self._on_up = on_up

    def start(self) -> None:
        gevent.spawn(self._connect)

    def stop(self) -> None:
        self._esl.stop()

    def api(self, command: str, deadline_seconds: float) -> str:
        return str(self._esl.send(f"api {command}").data)

    def apis(self, commands: Sequence[str], deadline_seconds: float) -> list[str]:
        return [self.api(command, deadline_seconds) for command in commands]

    def hurry(self) -> None:
        """Plain greenswitch waits for its events."""

    def miss(self) -> None:
        """Plain greenswitch does not come back."""

    def execute(self, uuid: str, app: str, arg: str, deadline_seconds: float) -> None:
        self._esl.send(f"sendmsg {uuid}\ncall-command: execute\nexecute-app-name: {app}\nexecute-app-arg: {arg}")

    def _connect(self) -> None:
        self._esl.connect()
        for name in self._events:
            self._esl.register_handle(name, self._received)
        for line in (*self._filters, f"event plain {' '.join(self._events)}"):
            self._esl.send(line)
        for command in self._first():
            self._esl.send(f"api {command}")
        self.up = True
        self._on_up()

    def _received(self, event: Any) -> None:
        self._on_event(GreenEvent(event.headers))


class GreenServer:
    """`fsplug.esl.protocol.server.Server`."""

    let_through = 0

    def __init__(self, host: str, port: int, handle: Callable[[Any], None], limit: int) -> None:
        self.address = (host, port)
        self._handle = handle
        self._server = OutboundESLServer(host, port, application=self._call, max_connections=limit)

    @property
    def active(self) -> int:
        return int(self._server.connection_count)

    def start(self, inherited: int | None = None) -> int:
        gevent.spawn(self._server.listen)
        return -1

    def drain(self, deadline_seconds: float) -> bool:
        self._server.stop()
        return True

    def _call(self, session: OutboundSession) -> "HeldCall":
        return HeldCall(session, self._handle)


class HeldCall:
    """greenswitch's application for one call; fsplug's handler uses it as the session."""

    def __init__(self, session: OutboundSession, handle: Callable[[Any], None]) -> None:
        self._session = session
        self._handle = handle
        self._channel: GreenEvent | None = None

    def run(self) -> None:
        try:
            self._handle(self)
        except OutboundSessionHasGoneAway:
            pass
        finally:
            self._session.stop()

    def connect(self, deadline_seconds: float) -> GreenEvent:
        if self._channel is None:
            self._session.connect()
            self._session.myevents()
            self._channel = GreenEvent(self._session.session_data)
        return self._channel

    def api_and_exit(self, command: str, deadline_seconds: float) -> None:
        self._session.send(f"api {command}")
        self._session.bridge(DIAL_STRING, block=True)

    def exit(self) -> None:
        """Make `run` end the session."""
