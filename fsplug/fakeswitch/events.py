"""The event bus: numbers events, writes each once as FreeSWITCH does, and delivers it to its subscribers."""

import time
from collections.abc import Iterable
from typing import Protocol
from uuid import uuid4

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.clock import Clock
from fsplug.fakeswitch.headers import basic_block, channel_block
from fsplug.fakeswitch.misbehaviour import Misbehaviour
from fsplug.fakeswitch.variables import encoded

VERSION = "1.11.1"
HOSTNAME = "fakeswitch"
# Events that carry a channel without its variables, and the kinds of CUSTOM that do.
BRIEF_EVENTS = frozenset({"CHANNEL_STATE", "CHANNEL_CALLSTATE", "conference::maintenance"})


class Subscriber(Protocol):
    """A receiver of events. `deliver` gets whole frames and must not wait."""

    def wants(self, name: str, subclass: str) -> bool: ...

    def passes(self, event: str) -> bool: ...

    def deliver(self, frame: bytes) -> None: ...


class EventBus:
    """Sends every event of a switch."""

    def __init__(self, clock: Clock, misbehaviour: Misbehaviour) -> None:
        self.core_uuid = str(uuid4())
        self.sequence = 0
        self._clock = clock
        self._misbehaviour = misbehaviour
        self._subscribers: list[Subscriber] = []
        self._wanted: dict[tuple[str, str], list[Subscriber]] = {}
        self._delayed: list[tuple[list[Subscriber], str, bytes]] = []
        self._head: tuple[int, str] = (0, "")

    def subscribe(self, subscriber: Subscriber) -> None:
        """Add a subscriber, or reread the events that it wants."""
        if subscriber not in self._subscribers:
            self._subscribers.append(subscriber)
        self._wanted.clear()

    def forget(self, subscriber: Subscriber) -> None:
        if subscriber in self._subscribers:
            self._subscribers.remove(subscriber)
            self._wanted.clear()

    def emit(
        self,
        name: str,
        channel: Channel | None = None,
        extra: Iterable[tuple[str, str]] = (),
        body: str = "",
        first: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Send an event. `first` goes before the channel's own lines and `extra` after them."""
        self.sequence += 1
        extra, first = list(extra), list(first)
        subclass = dict((*first, *extra)).get("Event-Subclass", "") if name == "CUSTOM" else ""
        subscribers = self._subscribers_of(name, subclass)
        if not subscribers:
            return
        event = self._event(name, channel, first, extra, body, is_brief=bool(BRIEF_EVENTS & {name, subclass}))
        self._send(name, subscribers, event)

    def head(self, name: str) -> str:
        """The lines that every event begins with."""
        micros = self._clock.micros()
        return (
            f"Event-Name: {name}\n{self._origin(micros // 1_000_000)}"
            f"Event-Date-Timestamp: {micros}\n"
            "Event-Calling-File: switch_channel.c\n"
            "Event-Calling-Function: switch_channel_event\n"
            "Event-Calling-Line-Number: 1\n"
            f"Event-Sequence: {self.sequence}\n"
        )

    def data(self, channel: Channel) -> str:
        """CHANNEL_DATA of a channel, as `connect` and `uuid_dump` send it."""
        self.sequence += 1
        return self.head("CHANNEL_DATA") + channel_block(channel)

    def renew(self) -> None:
        """Start as a new process, with a new Core-UUID and sequence."""
        self.core_uuid = str(uuid4())
        self.sequence = 0
        self._head = (0, "")
        self._delayed.clear()

    def _subscribers_of(self, name: str, subclass: str) -> list[Subscriber]:
        key = (name, subclass)
        if key not in self._wanted:
            self._wanted[key] = [each for each in self._subscribers if each.wants(name, subclass)]
        return self._wanted[key]

    def _event(
        self,
        name: str,
        channel: Channel | None,
        first: Iterable[tuple[str, str]],
        extra: Iterable[tuple[str, str]],
        body: str,
        is_brief: bool,
    ) -> str:
        block = ""
        if channel:
            block = basic_block(channel) if is_brief else channel_block(channel)
        length = f"Content-Length: {len(body.encode('utf-8', 'surrogateescape'))}\n\n" if body else "\n"
        return f"{self.head(name)}{lines(first)}{block}{lines(extra)}{length}{body}"

    def _send(self, name: str, subscribers: list[Subscriber], event: str) -> None:
        frame = framed(event)
        faults = self._misbehaviour
        if faults.strikes(faults.drop, name):
            return
        if faults.strikes(faults.delay, name):
            self._delayed.append((list(subscribers), event, frame))
            return
        times = 2 if faults.strikes(faults.double, name) else 1
        for _ in range(times):
            _deliver(subscribers, event, frame)
        late, self._delayed = self._delayed, []
        for each in late:
            _deliver(*each)

    def _origin(self, second: int) -> str:
        if self._head[0] != second:
            local, utc = time.localtime(second), time.gmtime(second)
            self._head = (
                second,
                f"Core-UUID: {self.core_uuid}\n"
                f"FreeSWITCH-Hostname: {HOSTNAME}\n"
                f"FreeSWITCH-Switchname: {HOSTNAME}\n"
                "FreeSWITCH-IPv4: 127.0.0.1\n"
                "FreeSWITCH-IPv6: %3A%3A1\n"
                f"Event-Date-Local: {time.strftime('%Y-%m-%d%%20%H%%3A%M%%3A%S', local)}\n"
                f"Event-Date-GMT: {time.strftime('%a,%%20%d%%20%b%%20%Y%%20%H%%3A%M%%3A%S%%20GMT', utc)}\n",
            )
        return self._head[1]


def lines(headers: Iterable[tuple[str, str]]) -> str:
    """Headers as lines of an event, their values encoded."""
    return "".join(f"{name}: {encoded(value)}\n" for name, value in headers)


def framed(event: str) -> bytes:
    """An event as the body of a frame."""
    content = event.encode("utf-8", "surrogateescape")
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n%b" % (len(content), content)


def _deliver(subscribers: Iterable[Subscriber], event: str, frame: bytes) -> None:
    for subscriber in subscribers:
        if subscriber.passes(event):
            subscriber.deliver(frame)
