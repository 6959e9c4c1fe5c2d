"""First words: how much of what the callee says right after the answer is missing from the recording."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from benchmarks import noise
from benchmarks.figures import Figure, Target, number
from benchmarks.phones import Calls, place
from benchmarks.roads import FSPLUG, ROADS, Road
from benchmarks.setting import Setting
from benchmarks.speaker import speaking
from benchmarks.switchbench import SwitchBench, switch_bench
from fsplug.lab.freeswitch import wait_for

MEDIAN = Target("first words missing, median", 20, "ms")
WORST = Target("first words missing, worst call", 40, "ms")
TARGETS = (MEDIAN, WORST)
_CALLS_A_ROUND, _AT_ONCE, _TALK_SECONDS = 10, 4, 1.5
_SETTLED_SECONDS = 20.0


def measure(setting: Setting) -> Iterator[Figure]:
    """Calls on every road in turn, a few at a time; the callee speaks as soon as it has sent its 200 OK."""
    calls = Calls(_CALLS_A_ROUND, rate=5, talk_seconds=_TALK_SECONDS, at_once=_AT_ONCE)
    missing: dict[Road, list[float]] = {road: [] for road in ROADS}
    with switch_bench(speaking(noise.alaw_noise())) as bench:
        for _ in range(setting.rounds(full=5, quick=1)):
            for road in ROADS:
                missing[road] += _round(bench, road, calls, setting)
    for target, of_many in ((MEDIAN, statistics.median), (WORST, max)):
        yield target.judged(of_many(missing[FSPLUG]), _beside(missing, of_many))


def _round(bench: SwitchBench, road: Road, calls: Calls, setting: Setting) -> list[float]:
    """The milliseconds missing in each recording of the round."""
    known = _recordings(bench, road)
    with bench.fsplug(setting.program) if road is FSPLUG else nullcontext():
        place(bench.exchange, calls, road.number, bench.folder)
        bench.switch.wait_until_idle()
        wait_for(lambda: len(_recordings(bench, road) - known) >= calls.count, f"{road.name}'s files", _SETTLED_SECONDS)
    return [noise.missing_ms(path) for path in _recordings(bench, road) - known]


def _recordings(bench: SwitchBench, road: Road) -> frozenset[Path]:
    folder = bench.data() / "archive" if road is FSPLUG else bench.switch.recordings
    return frozenset(folder.rglob("*.wav"))


def _beside(missing: Mapping[Road, Sequence[float]], of_many: Callable[[Sequence[float]], float]) -> str:
    others = (f"{road.name} {number(of_many(found))} ms" for road, found in missing.items() if road is not FSPLUG)
    return f"{', '.join(others)}; {len(missing[FSPLUG])} calls each"
