"""A long run on FreeSWITCH: mixed flows, and fsplug killed, frozen and starved in turn."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import company
from benchmarks.overload import busy_loops
from benchmarks.phones import Calls, callee, place_as_many_as_go
from benchmarks.processes import ENVIRONMENT, child_named
from fsplug.errors import FsplugError
from fsplug.lab.exchange import Exchange
from fsplug.lab.freeswitch import RealSwitch, wait_for
from fsplug.lab.scenario import Scenario, read_scenario, scenario_names
from fsplug.lab.sipp import play

# The plain calls go to a company that no scenario below plays in.
_LOADED, _LOADED_USER, _LOADED_NUMBER = "beta.example", "1001", "+4681001001"
_OTHERS = frozenset({"fail-closed", "two-companies"})
_TALK_SECONDS, _ROUND_SECONDS = 2.0, 30.0
_STARVED_SECONDS = 30.0
_CALLER_SECONDS = 60.0
# For the rows of the last calls, and the switch's records of them.
_SETTLED_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the soak takes, how often a fault comes, in seconds; plain calls a second; the seed of the order."""

    seconds: float
    fault_seconds: float
    rate: float
    seed: int


@dataclass(slots=True)
class _Counts:
    """What was done so far."""

    plain: int = 0
    scenarios: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class _Site:
    """The switch as phones see it, fsplug's first process and data, and a folder for the callers' files."""

    switch: RealSwitch
    exchange: Exchange
    fsplug_pid: int
    data: Path
    folder: Path


def soak(plan: Plan, program: Sequence[str]) -> int:
    """Soak; the exit code of `fsplug audit calls`."""
    begun_at = time.time()
    counts = _Counts()
    with _site(program) as site:
        say(f"fsplug serves {site.data}, FreeSWITCH at {site.exchange.ports.external_port}")
        over = threading.Event()
        workers = [
            threading.Thread(target=_load, args=[site, plan, counts, over]),
            threading.Thread(target=_flows, args=[site, plan, counts, over]),
        ]
        for worker in workers:
            worker.start()
        try:
            _faults(site, plan, counts)
        finally:
            over.set()
            for worker in workers:
                worker.join()
        _end_what_is_left(site.switch)
        time.sleep(_SETTLED_SECONDS)
        say(f"{counts.plain} plain calls, {counts.scenarios} scenarios, {counts.complaints} of them with complaints")
        return _audited(site, program, begun_at)


def _end_what_is_left(switch: RealSwitch) -> None:
    """A SIPp that gave up while fsplug was away says no goodbye: its call stays up."""
    try:
        switch.wait_until_idle()
    except FsplugError:
        say(f"{switch.legs()} legs are left, of phones that went without a word; they are hung up")
        switch.api("hupall")
        switch.wait_until_idle()


def say(text: str) -> None:
    """Print a line with the time."""
    print(f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}", flush=True)


@contextmanager
def _site(program: Sequence[str]) -> Iterator[_Site]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fsplug-soak-")))
        data = folder / "data"
        data.mkdir()
        company.lay_out(data).close()
        switch = stack.enter_context(RealSwitch())
        ports = switch.ports
        settings = {
            "event_socket_port": ports.event_socket_port,
            "event_socket_password": ports.event_socket_password,
            "xml_port": ports.fsplug_xml_port,
            "xml_password": ports.fsplug_xml_password,
            "records": str(switch.records),
        }
        serving = stack.enter_context(company.serving(data, program, ports.fsplug_port, **settings))
        exchange = Exchange(ports)
        phone = stack.enter_context(callee())
        stack.enter_context(exchange.signed_in(_LOADED, {_LOADED_USER: phone}))
        yield _Site(switch, exchange, serving.pid, data, folder)


def _load(site: _Site, plan: Plan, counts: _Counts, over: threading.Event) -> None:
    calls = Calls(round(plan.rate * _ROUND_SECONDS), plan.rate, _TALK_SECONDS)
    while not over.is_set():
        counts.plain += place_as_many_as_go(site.exchange, calls, _LOADED_NUMBER, site.folder, _CALLER_SECONDS)


def _flows(site: _Site, plan: Plan, counts: _Counts, over: threading.Event) -> None:
    chance = random.Random(plan.seed)
    names = [name for name in scenario_names() if name not in _OTHERS]
    while not over.is_set():
        scenario = read_scenario(chance.choice(names))
        counts.scenarios += 1
        counts.complaints += _is_complained_of(scenario, site)


def _is_complained_of(scenario: Scenario, site: _Site) -> bool:
    """Whether a role of the scenario ended otherwise than written: a listen-in does while fsplug is away."""
    try:
        outcomes = play(scenario, site.exchange)
    except FsplugError as error:
        say(f"{scenario.name}: {error}")
        return True
    return not all(one.is_well for one in outcomes)


def _faults(site: _Site, plan: Plan, counts: _Counts) -> None:
    faults = (_kill, _freeze, _starve, _kill_all_but_the_parent)
    end = time.monotonic() + plan.seconds
    number = 0
    while time.monotonic() + plan.fault_seconds < end:
        time.sleep(plan.fault_seconds)
        faults[number % len(faults)](site)
        number += 1
        say(f"{counts.plain} plain calls, {counts.scenarios} scenarios so far")
    time.sleep(max(0.0, end - time.monotonic()))


def _kill(site: _Site) -> None:
    server = child_named(site.fsplug_pid, "fsplug-calls")
    os.kill(server, signal.SIGKILL)
    _replaced(site, server, "killed")


def _freeze(site: _Site) -> None:
    server = child_named(site.fsplug_pid, "fsplug-calls")
    os.kill(server, signal.SIGSTOP)
    _replaced(site, server, "frozen")


def _starve(site: _Site) -> None:
    server = child_named(site.fsplug_pid, "fsplug-calls")
    with busy_loops():
        time.sleep(_STARVED_SECONDS)
    is_same = child_named(site.fsplug_pid, "fsplug-calls") == server
    say(f"starved for {_STARVED_SECONDS:g} s; {'the server went on' if is_same else 'THE SERVER WAS REPLACED'}")


def _kill_all_but_the_parent(site: _Site) -> None:
    """The spare one too: calls are without fsplug until another process has started."""
    server = child_named(site.fsplug_pid, "fsplug-calls")
    with ExitStack() as stack:
        os.kill(site.fsplug_pid, signal.SIGSTOP)
        stack.callback(os.kill, site.fsplug_pid, signal.SIGCONT)
        for name in ("fsplug-spare", "fsplug-calls", "fsplug-people"):
            try:
                os.kill(child_named(site.fsplug_pid, name), signal.SIGKILL)
            except FsplugError:
                say(f"there was no {name}")
    _replaced(site, server, "killed, with its spare")


def _replaced(site: _Site, server: int, how: str) -> None:
    begun = time.monotonic()
    wait_for(lambda: _serving(site) not in (0, server), "another server", 60.0)
    say(f"{how}; another server was there after {time.monotonic() - begun:.2f} s")


def _serving(site: _Site) -> int:
    try:
        return child_named(site.fsplug_pid, "fsplug-calls")
    except FsplugError:
        return 0


def _audited(site: _Site, program: Sequence[str], since: float) -> int:
    moment = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [*program, "audit", "calls", "--since", moment, "--data", str(site.data)]
    say(f"fsplug audit calls --since {moment}")
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    sys.stdout.write(ended.stdout + ended.stderr)
    return ended.returncode
