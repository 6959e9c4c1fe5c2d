"""The process for calls freezes or is killed: how long callers wait, and when its successor has taken up the calls."""

import json
import os
import signal
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from benchmarks.fakeload import FakeBench, fake_bench
from benchmarks.figures import Figure, Target, number
from benchmarks.processes import child_named, wait_for_spare, wait_until_idle
from benchmarks.setting import Setting
from fsplug.lab.freeswitch import wait_for

FROZEN = Target("longest wait of a call that asks a frozen fsplug", 3, "s")
TAKEN_UP = Target("kill -9 until a successor has taken up 200 live calls, slowest", 5, "s")
AT_ONCE = Target("the same from its link to the switch: 500 live calls are taken up, slowest", 1, "s")
TARGETS = (FROZEN, TAKEN_UP, AT_ONCE)
_CALLS, _MANY_CALLS, _ASKING, _RATE = 200, 500, 20, 100.0
_TALK_SECONDS, _PATIENCE_SECONDS = 600.0, 60.0
# Of a core, more than it takes to look after the calls that are up, and less than any of them takes as it begins.
_WATCHING_SHARE = 0.2
_CALLS_PROCESS, _TAKEN_UP = "fsplug-calls", b"calls-restored"


def measure(setting: Setting) -> Iterator[Figure]:
    """Freeze it while twenty calls ask; then kill it while 200 calls are up."""
    times = setting.rounds(full=10, quick=3)
    with fake_bench(setting) as bench:
        waits = [_frozen(bench) for _ in range(times)]
        yield FROZEN.judged(max(waits), f"median of {times} freezes: {number(statistics.median(waits))} s")
        _place(bench, _CALLS)
        taken = [_killed(bench) for _ in range(times)]
        yield TAKEN_UP.judged(max(taken), f"median of {times} kills: {number(statistics.median(taken))} s")
        _place(bench, _MANY_CALLS - _CALLS)
        whole, linked = zip(*[(_killed(bench), _from_link_to_taken_up(bench)) for _ in range(times)], strict=True)
        beside = f"median of {times} kills: {number(statistics.median(linked))} s"
        yield AT_ONCE.judged(max(linked), f"{beside}, {number(statistics.median(whole))} s from the kill")
        bench.control.ask("hang_up_all")


def _place(bench: FakeBench, count: int) -> None:
    """So many more calls that stay up."""
    bench.load(_RATE, count, _TALK_SECONDS)
    wait_for(lambda: bench.stats()["bridged"] >= count, f"{count} calls to be up", _PATIENCE_SECONDS)
    wait_until_idle(bench.fsplug_pid, _WATCHING_SHARE)


def _frozen(bench: FakeBench) -> float:
    """The longest wait of a call that asks during the freeze, in seconds."""
    known = _times_taken_up(bench)
    os.kill(_server(bench), signal.SIGSTOP)
    bench.load(_RATE, _ASKING, 0.2)
    bench.wait_for_ended(_ASKING)
    longest = float(bench.stats()["held_max"])
    wait_for(lambda: _times_taken_up(bench) > known, "a successor", _PATIENCE_SECONDS)
    return longest


def _killed(bench: FakeBench) -> float:
    server = _server(bench)
    known, begun = _times_taken_up(bench), time.monotonic()
    os.kill(server, signal.SIGKILL)
    wait_for(lambda: _times_taken_up(bench) > known, "a successor", _PATIENCE_SECONDS)
    return time.monotonic() - begun


def _from_link_to_taken_up(bench: FakeBench) -> float:
    """By the times in the log, of the process that serves now."""
    lines = [json.loads(line) for line in _log(bench).splitlines() if line.startswith(b"{")]
    at = {line["event"]: datetime.fromisoformat(line["timestamp"]) for line in lines}
    return (at["calls-restored"] - at["link-up"]).total_seconds()


def _server(bench: FakeBench) -> int:
    """The server, once another process waits to take over from it."""
    wait_for_spare(bench.fsplug_pid)
    return child_named(bench.fsplug_pid, _CALLS_PROCESS)


def _times_taken_up(bench: FakeBench) -> int:
    return _log(bench).count(_TAKEN_UP)


def _log(bench: FakeBench) -> bytes:
    return (Path(bench.store.place).parent / "serve.log").read_bytes()
