"""The cost of recording: the CPU of the switch, and of the process that commands it, at 50 calls a second."""

import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.figures import Figure, Target, number
from benchmarks.phones import ANSWER_SECONDS, Calls, callee, place, place_as_many_as_go
from benchmarks.processes import cpu_seconds, wait_for_spare
from benchmarks.roads import BARE, FSPLUG, NATIVE, NATIVE_SAME_BUFFERS, SAME_FLOW, SAME_FLOW_BARE, Road
from benchmarks.setting import Setting
from benchmarks.switchbench import SwitchBench, switch_bench
from fsplug.errors import FsplugError, Unavailable
from fsplug.lab.freeswitch import wait_for
from fsplug.store.db.database import Store

SWITCH = Target("switch CPU per call, against native", 1.10, "times")
OWN = Target("fsplug's CPU per call, against the same flow on plain greenswitch", 0.25, "times")
BARE_OWN = Target("the same without rows and sealing (event socket and verdict)", 0.25, "times")
WITHOUT_VERDICT = Target("calls without a verdict at 50 calls/s", 0)
WITHOUT_RECORDING = Target("calls without a whole recording at 50 calls/s", 0)
TARGETS = (SWITCH, OWN, BARE_OWN, WITHOUT_VERDICT, WITHOUT_RECORDING)
_RATE, _TALK_SECONDS = 50, 5.0
_BESIDE = (FSPLUG, NATIVE, SAME_FLOW, NATIVE_SAME_BUFFERS)
# The roads that a server of fsplug's serves, and the command for each; fsplug itself is the installed one.
_SERVERS: Mapping[Road, tuple[str, ...]] = {
    BARE: ("--bare",),
    SAME_FLOW: ("--greenswitch",),
    SAME_FLOW_BARE: ("--greenswitch", "--bare"),
}
_ROADS = (*_BESIDE, BARE, SAME_FLOW_BARE)
_SETTLED_SECONDS = 30.0
# A road that drops more than this part of its calls does not do the same work.
_MOST_DROPPED = 0.05
# What a process loads with its first calls is no cost of a call.
_WARM_UP = Calls(25, _RATE, 1.0)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU per call, in milliseconds: the switch's, and that of the program that commands the recording.

    `dropped` calls were not answered, or did not end in good order, and so cost less than a call.
    """

    switch_ms: float
    own_ms: float
    dropped: int


Costs = dict[Road, list[Cost]]
Broken = dict[Road, Exception]
Part = Callable[[Cost], float]


def measure(setting: Setting) -> Iterator[Figure]:
    """Rounds of calls on every road in turn; the roads of one round are compared with each other.

    A road that breaks off is not tried again; only the figures that need it fail.
    """
    calls = Calls(setting.rounds(full=400, quick=150), _RATE, _TALK_SECONDS)
    costs: Costs = defaultdict(list)
    broken: Broken = {}
    with switch_bench(callee()) as bench:
        # The switch's first calls cost more than later ones.
        place(bench.exchange, Calls(_RATE, _RATE, 1.0), NATIVE.number, bench.folder)
        for _ in range(setting.rounds(full=3, quick=1)):
            for road in _ROADS:
                if road not in broken:
                    _take(bench, road, calls, setting, costs, broken)
        placed = (_WARM_UP.count + calls.count) * len(costs[FSPLUG])
        with _store(bench, FSPLUG) as store:
            decided, sealed = _decided(store), _sealed(store)
    yield _judged(SWITCH, (FSPLUG, NATIVE), _BESIDE, costs, broken, _switch_ms)
    yield _judged(OWN, (FSPLUG, SAME_FLOW), (), costs, broken, _own_ms)
    yield _judged(BARE_OWN, (BARE, SAME_FLOW_BARE), (), costs, broken, _own_ms)
    for target, done in ((WITHOUT_VERDICT, decided), (WITHOUT_RECORDING, sealed)):
        error = broken.get(FSPLUG)
        yield target.failed(error) if error else target.judged(placed - done, f"{number(placed)} calls")


def _take(bench: SwitchBench, road: Road, calls: Calls, setting: Setting, costs: Costs, broken: Broken) -> None:
    try:
        costs[road].append(_round(bench, road, calls, setting))
    except FsplugError as error:
        print(f"{road.name}: {error}", file=sys.stderr, flush=True)
        broken[road] = error
        # A call still up would count as work of the next road.
        bench.switch.api("hupall")
        bench.switch.wait_until_idle()


def _judged(
    target: Target, roads: tuple[Road, Road], others: Sequence[Road], costs: Costs, broken: Broken, part: Part
) -> Figure:
    """The ratio of the two roads; beside it the cost of each of them and of the other roads that have a figure."""
    if error := next((broken[road] for road in roads if road in broken), None):
        return target.failed(error)
    ours, theirs = roads
    beside = [road for road in others or roads if costs[road]]
    return target.judged(_ratio(costs[ours], costs[theirs], part), _beside(costs, beside, part))


def _round(bench: SwitchBench, road: Road, calls: Calls, setting: Setting) -> Cost:
    """All the work for these calls, until the last one is recorded, written and sealed."""
    with _working(bench, road, setting) as pid:
        _place(bench, road, _WARM_UP)
        if road is FSPLUG:
            wait_for_spare(pid)
        switch, own = cpu_seconds(bench.switch.pid), cpu_seconds(pid)
        went = _place(bench, road, calls)
        switch, own = cpu_seconds(bench.switch.pid) - switch, cpu_seconds(pid) - own
    return Cost(1_000 * switch / went, 1_000 * own / went, calls.count - went)


def _place(bench: SwitchBench, road: Road, calls: Calls) -> int:
    """Place the calls, and wait until everything is done for them; how many went well.

    Plain greenswitch may drop some. On every other road a dropped call is an error.
    """
    went = calls.count
    if road in (SAME_FLOW, SAME_FLOW_BARE):
        went = place_as_many_as_go(bench.exchange, calls, road.number, bench.folder, ANSWER_SECONDS)
        if calls.count - went > _MOST_DROPPED * calls.count:
            text = f"{road.name} dropped {calls.count - went} of {calls.count} calls"
            raise Unavailable("bench-calls-failed", text, number=road.number)
    else:
        place(bench.exchange, calls, road.number, bench.folder)
    bench.switch.wait_until_idle()
    if road in (FSPLUG, SAME_FLOW):
        _wait_until_settled(bench, road)
    return went


@contextmanager
def _working(bench: SwitchBench, road: Road, setting: Setting) -> Iterator[int]:
    """The process that works for this road; on a native road it is idle."""
    if road is not FSPLUG and road not in _SERVERS:
        yield bench.greenswitch_pid
        return
    changed = (sys.executable, "-m", "benchmarks.flowserver", *_SERVERS.get(road, ()))
    with bench.fsplug(setting.program if road is FSPLUG else changed, road) as pid:
        yield pid


def _wait_until_settled(bench: SwitchBench, road: Road) -> None:
    with _store(bench, road) as store:
        try:
            wait_for(lambda: not _unfinished(store), "every recording to be sealed", _SETTLED_SECONDS)
        except Unavailable:
            # These count as calls without a decision.
            return


@contextmanager
def _store(bench: SwitchBench, road: Road) -> Iterator[Store]:
    store = Store(bench.data(road) / "fsplug.db")
    store.connect()
    try:
        yield store
    finally:
        store.close()


def _unfinished(store: Store) -> int:
    return _count(store, "SELECT COUNT(*) FROM call WHERE ended_at IS NULL") + _count(
        store, "SELECT COUNT(*) FROM recording WHERE state IN ('expected', 'recording', 'stopped')"
    )


def _decided(store: Store) -> int:
    """Of this road's calls: a record of another road's call may come late, and is decided as a talk that was missed."""
    decided = "SELECT COUNT(DISTINCT decision.call) FROM decision JOIN call ON call.id = decision.call"
    return _count(store, f"{decided} WHERE call.called = '{FSPLUG.number}'")


def _sealed(store: Store) -> int:
    return _count(store, "SELECT COUNT(DISTINCT call) FROM recording WHERE state = 'sealed'")


def _count(store: Store, sql: str) -> int:
    [(count,)] = store.rows(sql)
    return int(count)


def _switch_ms(cost: Cost) -> float:
    return cost.switch_ms


def _own_ms(cost: Cost) -> float:
    return cost.own_ms


def _ratio(ours: Sequence[Cost], theirs: Sequence[Cost], part: Part) -> float:
    """The median of the rounds' ratios: other work of the machine affects both roads of a round."""
    return statistics.median(part(one) / part(other) for one, other in zip(ours, theirs, strict=True))


def _beside(costs: Costs, roads: Sequence[Road], part: Part) -> str:
    return ", ".join(_median(road.name, costs[road], part) for road in roads)


def _median(name: str, costs: Sequence[Cost], part: Part) -> str:
    dropped = sum(cost.dropped for cost in costs)
    return f"{name} {number(statistics.median(map(part, costs)))} ms{f' ({dropped} calls dropped)' if dropped else ''}"
