"""The two switches as the call-flow tests use them: scenarios played, crowds of calls held up, the switch killed."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from fsplug.errors import Unavailable
from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import ports_to_keep
from fsplug.lab.freeswitch import FIXTURE, PATIENCE_SECONDS, RealSwitch, find_freeswitch, wait_for
from fsplug.lab.scenario import Scenario
from fsplug.lab.sipp import play
from tests.calls.crowds import Crowd, PlacedCrowd, callers, phone
from tests.calls.stage import Performance
from tests.programs import program

REAL, FAKE = "FreeSWITCH", "fake"
PASSWORD = "records-of-the-fake-switch"


class Line(Protocol):
    """One switch. `settings` are fsplug's for it; `one_crowd` is how many calls at once a test asks of it."""

    kind: str
    settings: Mapping[str, str | int]
    one_crowd: int

    def play(self, scenario: Scenario) -> list[str]:
        """Play a scenario to its end; what went wrong for the people in it."""

    def crowd(self, count: int, talk_seconds: float | None, rate: float = 50.0, rings: float = 0.2) -> Any:
        """A context with a Crowd: so many calls, so many a second, each ringing and talking so long.

        With None for `talk_seconds` they talk until the crowd's `hang_up`."""

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
        self.settings = switch.fsplug_settings
        self.api = switch.api
        self.kill = switch.kill
        self.start = switch.start
        self.restart = switch.restart
        self.legs = switch.legs

    def play(self, scenario: Scenario) -> list[str]:
        outcomes = play(scenario, self.exchange)
        return [f"{one.role.name} ended with {one.exit}: {one.complaint}" for one in outcomes if not one.is_well]

    @contextmanager
    def crowd(self, count: int, talk_seconds: float | None, rate: float = 50.0, rings: float = 0.2) -> Iterator[Crowd]:
        with (
            phone(count) as port,
            self.exchange.signed_in("acme.example", {"1001": port}),
            callers(self.switch, count, talk_seconds, rate) as crowd,
        ):
            yield crowd

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
        event_socket, fsplug, self._control_port, xml = ports_to_keep(4)
        self._records = tempfile.TemporaryDirectory(prefix="fsplug-records-")
        command = [*program("fsplug.fakeswitch"), "--dialplan", str(FIXTURE / "dialplan")]
        command += ["--port", str(event_socket), "--control", str(self._control_port)]
        self._command = [*command, "--set", f"fsplug_port={fsplug}", "--set", "ring_seconds=2", *flags]
        self._command += ["--records-url", f"http://127.0.0.1:{xml}/records", "--records", self._records.name]
        self._command += ["--records-account", f"fsplug:{PASSWORD}"]
        self.settings = {
            "event_socket_port": event_socket,
            "listen_port": fsplug,
            "xml_port": xml,
            "xml_password": PASSWORD,
            "records": self._records.name,
        }
        self._process: subprocess.Popen[str] | None = None

    def restart(self) -> None:
        self.ask("restart")

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        if not self._process.stdout.readline():
            raise Unavailable("no-fake-switch", "the fake switch did not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    def play(self, scenario: Scenario) -> list[str]:
        return self.perform(scenario).complaints

    def perform(self, scenario: Scenario) -> Performance:
        """Act it to its end. Any number of scenarios may be acted at once."""
        performance = Performance(scenario, self.control)
        performance.run()
        return performance

    @contextmanager
    def crowd(self, count: int, talk_seconds: float | None, rate: float = 50.0, rings: float = 0.2) -> Iterator[Crowd]:
        with self.control() as control:
            yield PlacedCrowd(control, count, talk_seconds, rings)

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
        return ControlClient(self._control_port, PATIENCE_SECONDS)

    def bring_back(self) -> None:
        if self._process.poll() is not None:
            self.start()
        self.ask("behave")
        self.ask("hang_up_all")
        wait_for(lambda: self.legs() == 0, "the fake switch to be idle")


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


def _answers(switch: RealSwitch) -> bool:
    try:
        return bool(switch.legs() >= 0)
    except Unavailable:
        return False
