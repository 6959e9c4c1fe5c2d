"""The inbound link: the switch's events in, commands out, for as long as fsplug runs."""

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from types import MappingProxyType
from typing import Any

import gevent
import gevent.event
import structlog

from fsplug.errors import Unavailable
from fsplug.esl.protocol import wire
from fsplug.esl.protocol.exchange import new_uuid
from fsplug.esl.protocol.inbox import Inbox
from fsplug.esl.protocol.session import InboundESL
from fsplug.esl.protocol.wire import Event

log = structlog.get_logger()

QUEUED_EVENTS = 100_000
# Any answer proves that the switch is alive, even -ERR; this command costs the switch almost nothing.
_PROBE = wire.command("api strepoch")
_JOB_DONE = "BACKGROUND_JOB"
_REFUSALS = frozenset({"auth-refused", "access-refused"})


@dataclass(frozen=True, slots=True)
class Pace:
    """When the link retries, and when it checks that the switch is alive, in seconds.

    A switch that is starved answers late. Giving the connection up meanwhile would lose its events.
    """

    answer: float = 10.0
    first_retry: float = 0.2
    last_retry: float = 5.0
    refused_retry: float = 30.0
    idle: float = 10.0
    probe: float = 30.0


def pause_after(reason: str, up_seconds: float, previous: float, pace: Pace) -> float:
    """Seconds to wait before connecting again: longer each time, and short again once the link has held."""
    if reason in _REFUSALS:
        return pace.refused_retry
    if not previous or up_seconds > pace.last_retry:
        return pace.first_retry
    return min(previous * 2, pace.last_retry)


def filters(unwanted: Mapping[str, str]) -> Iterator[str]:
    """The commands that keep back events in which a header has such a value.

    With any filter, an event must pass one that is not negative: the first lets all pass (mod_event_socket.c, 1.11.1).
    """
    if unwanted:
        yield "filter Event-Name /./"
    yield from (f"filter {name} -{value}" for name, value in unwanted.items())


class Link:
    """Keeps one authenticated, subscribed connection to the switch, and reconnects when it is lost.

    `on_up`, `on_event` and `on_down` are called from one greenlet, in the order things happened, and may take their
    time. `on_down` gets the reason, an error's code such as `switch-gone` or `auth-refused`, once per reason. `first`
    gives the API commands that the switch carries out before the link is up. Events in which a header has an `unwanted`
    value are not sent.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        events: Sequence[str],
        on_event: Callable[[Event], None],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        *,
        first: Callable[[], Sequence[str]] = tuple,
        unwanted: Mapping[str, str] = MappingProxyType({}),
        pace: Pace = Pace(),
        queued_events: int = QUEUED_EVENTS,
    ) -> None:
        self.peer = f"{host}:{port}"
        self._connect_to = (host, port, password)
        self._events = frozenset(events)
        # CUSTOM and its subclasses must come last; the switch reads every word after CUSTOM as a subclass.
        subscription = f"event plain {_JOB_DONE} {' '.join(events)}"
        self._setup = [*filters(unwanted), subscription]
        wire.command(f"auth {password}")
        self._pace = pace
        self._first = first
        self._on_up = on_up
        self._on_down = on_down
        self._inbox = Inbox(on_event, queued_events)
        self._connection: _Connection | None = None
        self._up_at: float | None = None
        self._reason: str | None = None
        # Set when somebody wanted the link while it was down.
        self._missed = gevent.event.Event()
        self._greenlets: list[Any] = []

    @property
    def up(self) -> bool:
        """Whether the switch answers and its events come in."""
        return self._connection is not None

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._greenlets = [gevent.spawn(self._keep), gevent.spawn(self._inbox.deliver)]

    def stop(self) -> None:
        """Disconnect and end; events not yet delivered are dropped."""
        gevent.killall(self._greenlets)
        self._greenlets = []

    def api(self, command: str, deadline_seconds: float) -> str:
        """The output of an API command, which may be an -ERR text.

        The command holds up everything on the link while the switch runs it: use `bgapi` if it may take seconds.
        """
        return self._live().api(command, deadline_seconds)

    def apis(self, commands: Sequence[str], deadline_seconds: float) -> list[str]:
        """The outputs of several API commands, as `api`, in one round trip."""
        return self._live().apis(commands, deadline_seconds)

    def bgapi(self, command: str, deadline_seconds: float) -> str:
        """The output of an API command, which the switch runs in a separate thread."""
        job = new_uuid()
        line = wire.command(f"bgapi {command}", [("Job-UUID", job)])
        done = self._live().event_for(job, line, deadline_seconds)
        return done.body.decode("utf-8", "replace")

    def command(self, line: str, deadline_seconds: float) -> Event:
        """The headers of a command's reply. Unavailable `switch-refused` when it is -ERR."""
        return self._live().command(line, deadline_seconds)

    def execute(self, uuid: str, app: str, arg: str, deadline_seconds: float) -> None:
        """Make a leg run an application in its own thread; returns when the switch has accepted it."""
        self._live().accepted(wire.execute(app, arg, uuid), deadline_seconds)

    def hurry(self) -> None:
        """Have the switch send now what it has: it looks for events when a byte comes, or else every 20 ms
        (mod_event_socket.c 1.11.1).
        """
        if self._connection is not None:
            self._connection.hurry()

    def miss(self) -> None:
        """If the link is down, try again now: something says that the switch is there."""
        if self._connection is None:
            self._missed.set()

    def _live(self) -> "_Connection":
        self.miss()
        if self._connection is None:
            why = f" ({self._reason})" if self._reason else ""
            text = f"the link to the switch at {self.peer} is down{why}; it comes back by itself when the switch does"
            raise Unavailable("link-down", text, peer=self.peer, reason=self._reason)
        return self._connection

    def _keep(self) -> None:
        pause = 0.0
        while True:
            self._up_at = None
            error = self._run_connection()
            self._note_down(error)
            up_seconds = monotonic() - self._up_at if self._up_at else 0.0
            pause = pause_after(error.code, up_seconds, pause, self._pace)
            self._rest(pause * random.uniform(0.5, 1.0), error.code)

    def _rest(self, seconds: float, reason: str) -> None:
        """Wait before the next try; less if somebody asks for the link meanwhile, unless the switch has refused it."""
        first = min(seconds, self._pace.first_retry / 4) if reason not in _REFUSALS else seconds
        gevent.sleep(first)
        self._missed.clear()
        if first < seconds:
            self._missed.wait(seconds - first)

    def _run_connection(self) -> Unavailable:
        """Run one connection from connect to end; returns what ended it."""
        connection = _Connection(*self._connect_to, self._pace.answer, self._inbox)
        pump = None
        try:
            connection.connect()
            for line in self._setup:
                connection.command(line, self._pace.answer)
            for command in self._first():
                connection.api(command, self._pace.answer)
            pump = gevent.spawn(connection.pump)
            # It reads from now on. Whoever waits for the link would else read, too, as soon as the link is up.
            gevent.sleep(0)
            self._come_up(connection)
            self._watch(connection, pump)
            return connection.fault or connection.gone()
        except Unavailable as error:
            return error
        finally:
            self._connection = None
            connection.close()
            gevent.killall([pump] if pump else [])

    def _come_up(self, connection: "_Connection") -> None:
        self._connection = connection
        self._reason = None
        self._up_at = monotonic()
        log.info("link-up", switch=self.peer)
        self._inbox.put(self._on_up)
        connection.release(self._events)

    def _watch(self, connection: "_Connection", pump: Any) -> None:
        while connection.connected:
            idle_seconds = monotonic() - connection.heard_at
            if idle_seconds >= self._pace.idle:
                connection.ask(_PROBE, self._pace.probe)
            else:
                pump.join(self._pace.idle - idle_seconds)

    def _note_down(self, error: Unavailable) -> None:
        if self._reason != error.code:
            self._reason = error.code
            log.warning("link-down", switch=self.peer, code=error.code, error=error.text)
            self._inbox.put(partial(self._on_down, error.code))


class _Connection(InboundESL):
    """One connection of the link: it puts events into the inbox, and holds them back until `release`."""

    def __init__(self, host: str, port: int, password: str, timeout: float, inbox: Inbox) -> None:
        super().__init__(host, port, password, timeout)
        self._inbox = inbox
        self._early: list[Event] | None = []
        self._wanted: frozenset[str] = frozenset()

    def release(self, wanted: frozenset[str]) -> None:
        """From now on events of these names go to the inbox."""
        early, self._early = self._early or [], None
        self._wanted = wanted
        for event in early:
            self.unclaimed(event)

    def hurry(self) -> None:
        """Send an empty line, which the switch reads over, unless a command is being sent anyway."""
        if self.connected and not self._sending.locked():
            with suppress(OSError):  # Who reads finds out what is wrong.
                os.write(self.sock.fileno(), b"\n")

    def unclaimed(self, event: Event) -> None:
        if self._early is not None:
            self._early.append(event)
        elif event.name == _JOB_DONE and _JOB_DONE not in self._wanted:
            pass
        elif self._inbox.full:
            self._overflow()
        else:
            self._inbox.put(event)

    def _overflow(self) -> None:
        lost = self._inbox.clear()
        log.error("events-overflow", switch=self.peer, lost=lost)
        text = f"{lost} events of the switch at {self.peer} waited too long and were dropped; the link starts afresh"
        self.drop(Unavailable("events-overflow", text, lost=lost))
