"""More work than the machine can do: calls beside three busy loops. None may be answered without a row."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.fakeload import FakeBench, fake_bench
from benchmarks.figures import Figure, Target, number
from benchmarks.phones import Calls, callee, place_as_many_as_go
from benchmarks.processes import running
from benchmarks.setting import Setting
from benchmarks.switchbench import SwitchBench, switch_bench
from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import wait_for
from fsplug.store.db.database import Store

LOOPS = 3
KILLED = Target("servers killed at 20 calls/s beside three busy loops, FreeSWITCH", 0)
MISSED = Target("of its answered calls without a row", 0)
FAKE_KILLED = Target("servers killed at 200 calls/s beside three busy loops, fake switch", 0)
FAKE_MISSED = Target("of its 10,000 answered calls without a row", 0)
ON_SWITCH = (KILLED, MISSED)
ON_FAKE = (FAKE_KILLED, FAKE_MISSED)
_NUMBER = "+4570101001"
_RATE, _TALK_SECONDS = 20.0, 2.0
_FAKE_CALLS, _FAKE_RATE, _FAKE_TALK_SECONDS = 10_000, 200.0, 0.3
# How long a caller waits for any answer of the switch.
_CALLER_SECONDS = 60.0
# A starved machine takes its time; how long is not what is measured here.
_PATIENCE_SECONDS = 600.0
_SETTLED_SECONDS = 60.0
_DECIDED = "(SELECT DISTINCT call FROM decision) AS decided"
_ENDED = b"the process for calls ended"


def measure_on_switch(setting: Setting) -> Iterator[Figure]:
    """A minute of calls on FreeSWITCH, which is starved as well."""
    seconds = setting.rounds(full=60, quick=20)
    calls = Calls(round(_RATE * seconds), _RATE, _TALK_SECONDS)
    with switch_bench(callee()) as bench, bench.fsplug(setting.program), busy_loops():
        answered = place_as_many_as_go(bench.exchange, calls, _NUMBER, bench.folder, _CALLER_SECONDS)
        bench.switch.wait_until_idle()
        rows = _rows(bench, answered)
        killed = _killed(bench.data())
    yield KILLED.judged(killed, f"{number(seconds)} s, {calls.count} calls")
    yield MISSED.judged(answered - rows, f"{number(answered)} answered, {number(rows)} decided")


def measure_on_fake(setting: Setting) -> Iterator[Figure]:
    """Many short calls on the fake switch."""
    count = setting.rounds(full=_FAKE_CALLS, quick=2_000)
    with fake_bench(setting, is_pinned=False, has_records=True) as bench, busy_loops():
        bench.load(_FAKE_RATE, count, _FAKE_TALK_SECONDS)
        bench.wait_for_ended(count, _PATIENCE_SECONDS)
        answered = int(bench.stats()["answered"])
        rows = _settled(bench, answered)
        killed = _killed(Path(bench.store.place).parent)
    yield FAKE_KILLED.judged(killed, f"{number(count)} calls")
    yield FAKE_MISSED.judged(answered - rows, f"{number(answered)} answered, {number(rows)} decided")


@contextmanager
def busy_loops() -> Iterator[None]:
    """Three programs that want a whole processor each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fsplug-bench-")))
        for _ in range(LOOPS):
            stack.enter_context(running([sys.executable, "-c", "while True: pass"], folder / "log"))
        yield


def _settled(bench: FakeBench, wanted: int) -> int:
    return _most(lambda: bench.count(_DECIDED), wanted)


def _rows(bench: SwitchBench, wanted: int) -> int:
    store = Store(bench.data() / "fsplug.db")
    store.connect()
    try:
        return _most(lambda: int(store.rows(f"SELECT COUNT(*) FROM {_DECIDED}")[0][0]), wanted)
    finally:
        store.close()


def _most(count: Callable[[], int], wanted: int) -> int:
    """What is counted in the end: what was wanted, or what there is when nothing more comes."""
    with suppress(Unavailable):
        wait_for(lambda: count() >= wanted, "every call's row", _SETTLED_SECONDS)
    return count()


def _killed(data: Path) -> int:
    return (data / "serve.log").read_bytes().count(_ENDED)
