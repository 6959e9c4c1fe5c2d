"""The two switches as the call-flow tests use them: scenarios played, crowds of calls held up, the switch killed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from fsplug.errors import Unavailable
from fsplug.fakeswitch.controlclient import ControlClient
from fsplug.lab.exchange import Exchange
from fsplug.lab.freeswitch import FIXTURE, RealSwitch, find_freeswitch, wait_for
from fsplug.lab.ports import some_ports
from fsplug.lab.scenario import Scenario
from fsplug.lab.sipp import play
from tests.calls.stage import Performance

REAL, FAKE = "FreeSWITCH", "fake"
CUSTOMER, ANNAS_NUMBER = "+4522334455", "+4570101001"
UP_SECONDS = 20.0


class Crowd(Protocol):
    """Calls of a customer to Anna that are up at the same time."""

    def dropped(self) -> int:
        """How many ended otherwise than by the caller's own hangup; waits for the end of all."""


class Line(Protocol):
    """One switch. `settings` are fsplug's for it; `one_crowd` is how many calls at once a test asks of it."""

    kind: str
    settings: Mapping[str, str | int]
    one_crowd: int

    def play(self, scenario: Scenario) -> list[str]:
        """Play a scenario to its end; what went wrong for the people in it."""

    def crowd(self, count: int, talk_seconds: float, rate: float = 50.0, rings: float = 0.2) -> Any:
        """A context with a Crowd: so many calls, so many a second, each ringing and talking so long."""

    def legs(self) -> int:
        """How many legs are up."""

    def api(self, command: str) -> str:
        """What the switch prints."""

    def kill(self) -> None:
        """kill -9."""

    def start(self) -> None:
        """Start it again after `kill`."""

    def restart(self) -> None:
        """Stop it in good order, where it can, and start it again."""

    def bring_back(self) -> None:
        """As it was: running, without a call, and behaving."""


class RealLine:
    """FreeSWITCH, with SIPp for telephones."""

    kind = REAL
    one_crowd = 20

    def __init__(self, switch: RealSwitch) -> None:
        self.switch = switch
        self.exchange = Exchange(switch.ports)
        self.settings = {
            "event_socket_port": switch.ports.event_socket_port,
            "event_socket_password": switch.ports.event_socket_password,
            "listen_port": switch.ports.fsplug_port,
        }
        self.api = switch.api
        self.kill = switch.kill
        self.start = switch.start
        self.restart = switch.restart
        self.legs = switch.legs

    def play(self, scenario: Scenario) -> list[str]:
        outcomes = play(scenario, self.exchange)
        return [f"{one.role.name} ended with {one.exit}: {one.complaint}" for one in outcomes if not one.is_well]

    @contextmanager
    def crowd(self, count: int, talk_seconds: float, rate: float = 50.0, rings: float = 0.2) -> Iterator[Crowd]:
        with _phone(count) as port, self.exchange.signed_in("acme.example", {"1001": port}):
            crowd = _SippCrowd(self, count, talk_seconds, rate)
            try:
                yield crowd
            finally:
                crowd.end()

    def bring_back(self) -> None:
        if not _answers(self.switch):
            self.switch.kill()
            self.switch.start()
        self.api("hupall")
        self.switch.wait_until_idle()


class FakeLine:
    """The fake switch in a process of its own."""

    kind = FAKE
    one_crowd = 200

    def __init__(self, *flags: str) -> None:
        event_socket, fsplug, self._control_port = some_ports(3)
        command = [sys.executable, "-m", "fsplug.fakeswitch", "--dialplan", str(FIXTURE / "dialplan")]
        command += ["--port", str(event_socket), "--control", str(self._control_port)]
        self._command = [*command, "--set", f"fsplug_port={fsplug}", "--set", "ring_seconds=2", *flags]
        self.settings = {"event_socket_port": event_socket, "listen_port": fsplug}
        self._process: subprocess.Popen[str] | None = None

    def restart(self) -> None:
        self.ask("restart")

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        if not self._process.stdout.readline():
            raise Unavailable("no-fake-switch", "the fake switch did not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def play(self, scenario: Scenario) -> list[str]:
        return self.perform(scenario).complaints

    def perform(self, scenario: Scenario) -> Performance:
        """Act it to its end. Any number of scenarios may be acted at once."""
        performance = Performance(scenario, self.control)
        performance.run()
        return performance

    @contextmanager
    def crowd(self, count: int, talk_seconds: float, rate: float = 50.0, rings: float = 0.2) -> Iterator[Crowd]:
        with self.control() as control:
            yield _PlacedCrowd(control, count, talk_seconds, rings)

    def legs(self) -> int:
        return int(self.ask("stats")["channels"])

    def api(self, command: str) -> str:
        return str(self.ask("api", line=command)["text"])

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """One request on the control port."""
        with self.control() as control:
            return control.ask(do, **request)

    def control(self) -> ControlClient:
        """A connection of one's own to the control port."""
        return ControlClient(self._control_port)

    def bring_back(self) -> None:
        if self._process.poll() is not None:
            self.start()
        self.ask("behave")
        self.ask("hang_up_all")
        wait_for(lambda: self.legs() == 0, 10, "the fake switch to be idle")


class _SippCrowd:
    def __init__(self, line: RealLine, count: int, talk_seconds: float, rate: float) -> None:
        own, media = some_ports(2)
        host = f"127.0.0.1:{line.switch.ports.external_port}"
        self._sipp = _sipp(
            *("-sn", "uac", host, "-s", ANNAS_NUMBER, "-m", str(count), "-l", str(count), "-r", str(rate)),
            *("-d", str(round(talk_seconds * 1000)), "-p", str(own), "-mp", str(media)),
        )

    def dropped(self) -> int:
        """SIPp tells only whether all went well: 0 is none, 1 at least one."""
        return 0 if self._sipp.wait(60) == 0 else 1

    def end(self) -> None:
        """Leave, even if calls are up."""
        self._sipp.kill()
        self._sipp.wait(5)


class _PlacedCrowd:
    def __init__(self, control: ControlClient, count: int, talk_seconds: float, rings: float) -> None:
        self._control = control
        order = {"caller": CUSTOMER, "destination": ANNAS_NUMBER, "talk": talk_seconds, "answers": {"1001": rings}}
        self.calls = [control.ask("place", **order)["call"] for _ in range(count)]

    def dropped(self) -> int:
        ended = [self._control.ask("wait", call=call, seconds=60) for call in self.calls]
        return sum(1 for one in ended if one["cause"] != "NORMAL_CLEARING" or not one["bridges"])


@contextmanager
def a_line(kind: str, *flags: str) -> Iterator[Line]:
    """A switch of this kind, up until the `with` ends."""
    if kind == FAKE:
        line = FakeLine(*flags)
        line.start()
        try:
            yield line
        finally:
            line.kill()
    else:
        with RealSwitch() as switch:
            yield RealLine(switch)


def why_not(kind: str) -> str:
    """Why there is no such switch here; empty when there is."""
    if kind == FAKE:
        return ""
    if find_freeswitch() is None:
        return "skipped: no FreeSWITCH"
    return "" if shutil.which("sipp") else "skipped: no SIPp"


@contextmanager
def _phone(count: int) -> Iterator[int]:
    """A phone that answers so many calls; its port."""
    port, media = some_ports(2)
    sipp = _sipp("-sn", "uas", "-m", str(10 * count), "-p", str(port), "-mp", str(media))
    try:
        yield port
    finally:
        sipp.kill()
        sipp.wait(5)


def _sipp(*words: str) -> subprocess.Popen[bytes]:
    bounds = ("-nostdin", "-timeout", "60s", "-timeout_error", "-i", "127.0.0.1", "-mi", "127.0.0.1")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(["sipp", *words, *bounds], cwd=Path("/tmp"), **quiet)


def _answers(switch: RealSwitch) -> bool:
    try:
        return bool(switch.legs() >= 0)
    except Unavailable:
        return False
