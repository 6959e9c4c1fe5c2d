"""The fake switch as a whole, as tests, the demo and the load bench start, use and break it."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fsplug.errors import Refused
from fsplug.fakeswitch import directory, queues
from fsplug.fakeswitch.apis import SWITCH_APIS
from fsplug.fakeswitch.applications import APPLICATIONS
from fsplug.fakeswitch.calls import Call
from fsplug.fakeswitch.channel_apis import CHANNEL_APIS
from fsplug.fakeswitch.clock import Clock
from fsplug.fakeswitch.conferences import CONFERENCE_APIS, conference
from fsplug.fakeswitch.core import Core, Counters
from fsplug.fakeswitch.dialplan import Dialplan, load, parse
from fsplug.fakeswitch.eavesdropping import EAVESDROP_APIS, eavesdrop
from fsplug.fakeswitch.event_socket import EventSocket
from fsplug.fakeswitch.lifecycle import hang_up
from fsplug.fakeswitch.misbehaviour import Misbehaviour
from fsplug.fakeswitch.misbehaviour import fault as known_fault
from fsplug.fakeswitch.orders import Order
from fsplug.fakeswitch.phones import Answers
from fsplug.fakeswitch.records import Records
from fsplug.fakeswitch.routing import live
from fsplug.fakeswitch.verbs import answer_of

DEFAULT_PASSWORD = "ClueCon"
ENDED_CALLS_KEPT = 200


class FakeSwitch:
    """A stand-in for FreeSWITCH 1.11.1 without SIP; a context manager that starts and stops.

    `dialplan` is a folder of XML files (the folder `directory` beside it has the users), or their text. `variables` are
    its `$${...}`, which override those in its settings files.
    `answers` sets how phones behave (fakeswitch.phones). `speed` makes the switch's time run faster than real time.
    Without `audio`, recordings are files of silence, which cost almost nothing; without `realistic`, events are short.
    `records` says where the records of legs go; without it none is written.
    Port 0 chooses a free port: see `port`.
    """

    def __init__(
        self,
        dialplan: Path | str = "",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str = DEFAULT_PASSWORD,
        variables: Mapping[str, str] | None = None,
        answers: Answers | None = None,
        speed: float = 1.0,
        audio: bool = True,
        realistic: bool = True,
        records: Records | None = None,
    ) -> None:
        routes, global_variables = _dialplan(dialplan, variables or {})
        self.core = Core(Clock(speed), routes, global_variables, answers or {}, audio=audio, realistic=realistic)
        self.core.directory = directory.load(dialplan.parent / "directory") if isinstance(dialplan, Path) else {}
        self.core.agents = queues.load(dialplan.parent / "freeswitch.xml") if isinstance(dialplan, Path) else {}
        self.core.applications = {
            **APPLICATIONS,
            **queues.QUEUE_APPLICATIONS,
            "conference": conference,
            "eavesdrop": eavesdrop,
        }
        self.core.apis = {**SWITCH_APIS, **CHANNEL_APIS, **CONFERENCE_APIS, **EAVESDROP_APIS}
        self.core.records = records or Records()
        self.core.hang_up = hang_up
        self.core.live = live
        self.calls: dict[str, Call] = {}
        self._ended: deque[str] = deque()
        self._socket = EventSocket(self.core, host, port, password)

    @property
    def port(self) -> int:
        """The event socket's port."""
        return self._socket.port

    @property
    def misbehaviour(self) -> Misbehaviour:
        """The faults that are on."""
        return self.core.misbehaviour

    @property
    def counters(self) -> Counters:
        return self.core.counters

    @property
    def clients(self) -> int:
        """How many event socket clients are connected."""
        return len(self._socket.listeners)

    @property
    def shell_commands(self) -> list[str]:
        """The commands that a dialplan or a client wanted to run on the machine."""
        return self.core.shell_commands

    def start(self) -> None:
        """Listen on the event socket. Unavailable when the port is taken."""
        self._socket.start()

    def stop(self) -> None:
        """End every call and stop listening."""
        self.hang_up_all()
        self._socket.stop()
        self._forget_calls()

    def __enter__(self) -> "FakeSwitch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def place(self, caller: str, destination: str, **order: Any) -> Call:
        """Place a call with the fields of calls.Order. It runs by itself; the returned Call can wait for it or act."""
        call = Call(self.core, Order(caller, destination, **order), self._remember)
        self.calls[call.uuid] = call
        return call

    def call(self, uuid: str) -> Call:
        """A call by its A-leg, live or recently ended. Refused when there is none."""
        if uuid not in self.calls:
            raise Refused("no-such-call", f"there is no call {uuid}, live or recently ended", call=uuid)
        return self.calls[uuid]

    def api(self, line: str) -> str:
        """What `fs_cli -x` would print."""
        return answer_of(self.core, line)

    def hang_up_all(self, cause: str = "MANAGER_REQUEST") -> None:
        for channel in list(self.core.channels.values()):
            hang_up(self.core, channel, cause)

    def inject(self, fault: str) -> None:
        """Break the framing of every client's connection with one of misbehaviour.FAULTS."""
        known_fault(fault)
        self._socket.inject(fault)

    def restart(self) -> None:
        """Die and come back: calls vanish without an event, recordings are cut, clients dropped; a new Core-UUID."""
        self.abandon()
        self.core.bus.renew()
        self.core.started = self.core.clock.now()
        self._socket.start()

    def abandon(self) -> None:
        """Die as by kill -9: no events, and no files closed."""
        self._socket.stop()
        self.core.recorder.abandon()
        self._forget_calls()

    def _forget_calls(self) -> None:
        self.core.end_all()
        self.core.channels.clear()
        for places in (self.core.conferences, self.core.queues, self.core.parked):
            places.clear()
        for call in list(self.calls.values()):
            if not call.ended:
                call.forget()

    def _remember(self, ended: Call) -> None:
        self._ended.append(ended.uuid)
        while len(self._ended) > ENDED_CALLS_KEPT:
            self.calls.pop(self._ended.popleft(), None)


def _dialplan(source: Path | str, variables: Mapping[str, str]) -> tuple[Dialplan, dict[str, str]]:
    if isinstance(source, Path):
        return load(source, variables)
    return parse(iter([source] if source else [])), dict(variables)
