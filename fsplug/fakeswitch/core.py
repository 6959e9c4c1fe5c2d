"""The state that every part of the fake switch shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gevent

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.clock import Clock, Timer
from fsplug.fakeswitch.dialplan import Dialplan
from fsplug.fakeswitch.directory import Directory
from fsplug.fakeswitch.events import EventBus
from fsplug.fakeswitch.expand import expand
from fsplug.fakeswitch.misbehaviour import Misbehaviour
from fsplug.fakeswitch.phones import Answers
from fsplug.fakeswitch.recorder import Recorder
from fsplug.fakeswitch.records import Records

Application = Callable[["Core", Channel, str], None]
Api = Callable[["Core", str], str]


@dataclass(slots=True)
class Counters:
    """The figures of a load test. `held_seconds` is each call's wait in the socket application, in real time."""

    placed: int = 0
    answered: int = 0
    bridged: int = 0
    ended: int = 0
    refused_sockets: int = 0
    held_seconds: list[float] = field(default_factory=list)


class Core:
    """The switch's state: its channels, variables and clock, and the parts that act on them."""

    def __init__(
        self,
        clock: Clock,
        dialplan: Dialplan,
        global_variables: Mapping[str, str],
        answers: Answers,
        *,
        audio: bool,
        realistic: bool,
    ) -> None:
        self.clock = clock
        self.dialplan = dialplan
        self.answers = answers
        self.directory: Directory = {}
        self.realistic = realistic
        # The SIP profiles' parameter parse-all-invite-headers.
        self.parse_all_headers = True
        # The number that a phone's answer asserts (P-Asserted-Identity), by the number it was rung by.
        self.asserted: dict[str, str] = {}
        # The key that is pressed where the switch asks for one, by the number that was rung.
        self.keys: dict[str, str] = {}
        self.misbehaviour = Misbehaviour()
        self.bus = EventBus(clock, self.misbehaviour)
        self.recorder = Recorder(self.bus, clock, self.misbehaviour, self._hang_up_later, audio)
        self.records = Records()
        self.channels: dict[str, Channel] = {}
        self.global_variables = dict(global_variables)
        self.hashes: dict[tuple[str, str], str] = {}
        self.scheduled: dict[str, list[Timer]] = {}
        self.counters = Counters()
        # While `show calls` is to be behind: its former rows, each with the time until which they were true.
        self.former_calls: list[tuple[float, list[dict[str, str]]]] = []
        self.applications: dict[str, Application] = {}
        self.conferences: dict[str, Any] = {}
        # Who waits in each queue, the agents of the queues (fakeswitch.queues), and who is parked where.
        self.queues: dict[str, list[Channel]] = {}
        self.agents: Mapping[str, Sequence[str]] = {}
        self.parked: dict[str, Channel] = {}
        self.apis: dict[str, Api] = {}
        # Set in switch.py: how a leg is hung up, and how it runs in a greenlet of its own.
        self.hang_up: Callable[[Core, Channel, str], None] = _not_joined
        self.live: Callable[[Core, Channel], None] = _not_joined
        # The commands given to `system`, which are never run.
        self.shell_commands: list[str] = []
        self.started = clock.now()
        self.sessions = 0
        self._greenlets: set[gevent.Greenlet] = set()

    def spawn(self, act: Callable[..., object], *args: object) -> None:
        """Run a function in a greenlet that ends with the switch."""
        greenlet = gevent.spawn(act, *args)
        self._greenlets.add(greenlet)
        greenlet.rawlink(self._greenlets.discard)

    def end_all(self) -> None:
        """End every greenlet that `spawn` started."""
        gevent.killall(list(self._greenlets))

    def expand(self, channel: Channel, text: str) -> str:
        return expand(channel, text, self.run_api, self.global_variables.get)

    def run_api(self, name: str, argument: str) -> str:
        """The answer of an API command; empty for an unknown command."""
        api = self.apis.get(name)
        return api(self, argument).rstrip("\n") if api else ""

    def _hang_up_later(self, channel: Channel, cause: str) -> None:
        self.hang_up(self, channel, cause)


def _not_joined(*_: object) -> None:
    raise NotImplementedError("a Core is joined with its parts by FakeSwitch")
