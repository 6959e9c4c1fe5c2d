"""What one core can do: fsplug pinned to it, the fake switch and its callers on the others."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import company
from benchmarks.figures import Figure, Target, number
from benchmarks.processes import cpu_seconds, python, resident_bytes, wait_until_bound
from benchmarks.setting import Setting
from fsplug.errors import Unavailable
from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import FIXTURE, wait_for
from fsplug.store.db.database import Store

RATE = Target("calls/s on one core (fake switch)", 300, least=True)
MISSED = Target("of them without decision or recording", 0)
MEMORY = Target("memory per concurrent call, 2,000 up", 64, "KiB")
TARGETS = (RATE, MISSED, MEMORY)
_OFFERED_RATE, _TALK_SECONDS = 315, 3.0
_CALLS_UP = 2_000
_WARM_UP = 100
_PASSWORD = "records-of-the-bench"
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class FakeBench:
    """The fake switch through its control port, and fsplug beside it."""

    control: ControlClient
    fsplug_pid: int
    store: Store

    def load(self, rate: float, count: int, talk_seconds: float) -> None:
        """Begin to place calls to user 1001, who answers at once."""
        order = {
            "caller": "+4522334455",
            "destination": "+4570101001",
            "talk": talk_seconds,
            "answers": {"1001": 0.1},
        }
        self.control.ask("reset_stats")
        self.control.ask("load", rate=rate, seconds=count / rate, orders=[order])

    def stats(self) -> Mapping[str, Any]:
        """The fake switch's counters since the last load began."""
        return self.control.ask("stats")

    def count(self, condition: str) -> int:
        """The number of rows of `table WHERE ...`."""
        [(found,)] = self.store.rows(f"SELECT COUNT(*) FROM {condition}")
        return int(found)

    def wait_for_ended(self, count: int, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        wait_for(lambda: self.stats()["ended"] >= count, "the fake switch's calls to end", patience_seconds)


def measure(setting: Setting) -> Iterator[Figure]:
    """A load that fsplug must bear; then, in a fresh process, the memory that many calls at once take."""
    with fake_bench(setting) as bench:
        yield from _rate(bench, setting)
    with fake_bench(setting) as bench:
        yield _memory(bench)


def _rate(bench: FakeBench, setting: Setting) -> Iterator[Figure]:
    count = _OFFERED_RATE * setting.rounds(full=20, quick=6)
    _warm_up(bench)
    begun, cpu = time.monotonic(), cpu_seconds(bench.fsplug_pid)
    bench.load(_OFFERED_RATE, count, _TALK_SECONDS)
    bench.wait_for_ended(count)
    seconds = time.monotonic() - begun - _TALK_SECONDS
    settled = _settled(bench, _WARM_UP + count)
    ms = 1_000 * (cpu_seconds(bench.fsplug_pid) - cpu) / count
    held = bench.stats()["held_p99"]
    beside = f"{number(count)} calls, {number(ms)} ms of CPU each, 99 % asked and answered in {number(1_000 * held)} ms"
    yield RATE.judged(count / seconds, beside)
    yield MISSED.judged(_WARM_UP + count - settled)


def _settled(bench: FakeBench, wanted: int) -> int:
    """How many calls end with exactly one decision and one sealed recording."""

    def settled() -> int:
        decisions, sealed = bench.count("decision"), bench.count("recording WHERE state = 'sealed'")
        return min(decisions, sealed)

    try:
        wait_for(lambda: settled() >= wanted, "every call's rows", _PATIENCE_SECONDS)
    except Unavailable:
        return settled()
    return settled()


def _memory(bench: FakeBench) -> Figure:
    _warm_up(bench)
    before = resident_bytes(bench.fsplug_pid)
    bench.load(rate=200, count=_CALLS_UP, talk_seconds=60)
    wait_for(lambda: bench.stats()["bridged"] >= _CALLS_UP, f"{_CALLS_UP} calls to be up", _PATIENCE_SECONDS)
    wait_for(lambda: bench.count("decision") >= _WARM_UP + _CALLS_UP, "their decisions", _PATIENCE_SECONDS)
    grown = resident_bytes(bench.fsplug_pid) - before
    bench.control.ask("hang_up_all")
    return MEMORY.judged(grown / 1024 / _CALLS_UP, f"{number(before / 2**20)} MiB before, {number(grown / 2**20)} more")


def _warm_up(bench: FakeBench) -> None:
    bench.load(rate=50, count=_WARM_UP, talk_seconds=0.5)
    bench.wait_for_ended(_WARM_UP)


@contextmanager
def fake_bench(setting: Setting, is_pinned: bool = True, has_records: bool = False) -> Iterator[FakeBench]:
    """The fake switch and fsplug; if `is_pinned`, each on its own cores if there are at least two.

    With `has_records` the switch hands over its call records.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fsplug-bench-")))
        event_socket, control, listen, xml = some_ports(4)
        store = company.lay_out(folder)
        stack.callback(store.close)
        log = folder / "fakeswitch.log"
        arguments = ["--dialplan", str(FIXTURE / "dialplan"), "--port", str(event_socket), "--control", str(control)]
        arguments += ["--set", f"fsplug_port={listen}", "--no-audio"]
        settings: dict[str, object] = {"event_socket_port": event_socket}
        if has_records:
            arguments += ["--records-url", f"http://127.0.0.1:{xml}/records", "--records", str(folder / "records")]
            arguments += ["--records-account", f"fsplug:{_PASSWORD}"]
            settings |= {"xml_port": xml, "xml_password": _PASSWORD, "records": folder / "records"}
        first, *others = sorted(os.sched_getaffinity(0))
        fake = stack.enter_context(python("fsplug.fakeswitch", *arguments, log=log))
        if is_pinned:
            os.sched_setaffinity(fake.pid, others or [first])
        wait_until_bound(fake, control, log)
        program = ("taskset", "-c", str(first), *setting.program) if is_pinned else setting.program
        fsplug = stack.enter_context(company.serving(folder, program, listen, **settings))
        yield FakeBench(stack.enter_context(ControlClient(control)), fsplug.pid, store)
