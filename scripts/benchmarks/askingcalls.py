"""Calls on a fake switch that wait for their verdicts: fsplug answers only calls that the switch confirms."""

import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Thread

from benchmarks.processes import python, wait_until_bound
from benchmarks.xmlclient import Client
from fsplug.errors import Unavailable
from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import FIXTURE
from fsplug.wiring.endpoint.questions import ARM

_CUSTOMER, _DIALLED = "+4522334455", "+4570101001"
_PER_SECOND = 100.0
# So many calls wait at once, so that no verdict has to wait for its call to be placed.
_AHEAD = 20
_PATIENCE_SECONDS = 60.0
# The verdict on a call to a recorded user sets this variable.
_ARMED = '"execute_on_answer"'


@dataclass(frozen=True, slots=True)
class _Asking:
    """A call that the dialplan holds at the question: what the switch reports of it, and the connection it asks on."""

    uuid: str
    channel: bytes
    held: socket.socket


@dataclass(frozen=True, slots=True)
class Callers:
    """Customers who call user 1001 on the fake switch with this event socket. The dialplan's calls ask at `_door`."""

    event_socket_port: int
    _control: ControlClient
    _door: socket.socket
    _asked: deque[_Asking] = field(default_factory=deque)

    def verdicts(self, client: Client, count: int) -> list[float]:
        """The seconds that each verdict took, at a steady rate, counted from when it was due.

        Every verdict is that on a new call, which the dialplan has marked; its caller hangs up afterwards.
        """
        waiting: Queue[_Asking | Exception] = Queue(_AHEAD)
        placing = Thread(target=self._place, args=(count, waiting), daemon=True)
        placing.start()
        took = list(self._timed(client, count, waiting))
        placing.join(_PATIENCE_SECONDS)
        self._hang_up_asked()
        return took

    def _timed(self, client: Client, count: int, waiting: "Queue[_Asking | Exception]") -> Iterator[float]:
        begun = time.perf_counter()
        for one in range(count):
            due = begun + one / _PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            at = time.perf_counter()
            call = waiting.get(timeout=_PATIENCE_SECONDS)
            if isinstance(call, Exception):
                raise call
            # If there is no call yet, all is due so much later: that is not fsplug's time.
            without_call = time.perf_counter() - at
            begun += without_call
            verdict = client.answer(call.channel, ARM)
            yield time.perf_counter() - due - without_call
            self._asked.append(call)
            if _ARMED not in verdict:
                raise Unavailable("bench-no-verdict", f"a recorded user's call is answered with {verdict[:200]!r}")

    def _place(self, count: int, waiting: "Queue[_Asking | Exception]") -> None:
        try:
            for _ in range(count):
                waiting.put(self._call(), timeout=_PATIENCE_SECONDS)
                self._hang_up_asked()
        except Exception as error:
            waiting.put(error, timeout=_PATIENCE_SECONDS)

    def _call(self) -> _Asking:
        uuid = str(self._control.ask("place", caller=_CUSTOMER, destination=_DIALLED)["call"])
        held, _ = self._door.accept()
        return _Asking(uuid, self._control.ask("api", line=f"uuid_dump {uuid}")["text"].encode(), held)

    def _hang_up_asked(self) -> None:
        while self._asked:
            call = self._asked.popleft()
            self._control.ask("hang_up", call=call.uuid)
            call.held.close()


@contextmanager
def callers(folder: Path) -> Iterator[Callers]:
    """The fake switch, as a process of its own."""
    event_socket, control = some_ports(2)
    log = folder / "fakeswitch.log"
    with ExitStack() as stack:
        door = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        door.settimeout(_PATIENCE_SECONDS)
        arguments = ["--dialplan", str(FIXTURE / "dialplan"), "--port", str(event_socket), "--control", str(control)]
        arguments += ["--set", f"fsplug_port={door.getsockname()[1]}", "--no-audio"]
        fake = stack.enter_context(python("fsplug.fakeswitch", *arguments, log=log))
        wait_until_bound(fake, control, log)
        yield Callers(event_socket, stack.enter_context(ControlClient(control)), door)
