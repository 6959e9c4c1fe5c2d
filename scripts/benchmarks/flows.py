"""How much of what is said is missing where a leg gets another partner, by flow.

What a phone hears of its new partner is compared with what is recorded of that: both end with the call.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.company import lay_out, serving
from benchmarks.figures import Figure, Target, markdown, number
from benchmarks.flowacts import ANNA, BO, CLARA, CUSTOMER, FLOWS, Part, Stage
from benchmarks.setting import Setting
from benchmarks.tones import channels_of, heard_ms
from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import RealSwitch, wait_for
from fsplug.lab.softphone import Softphone
from fsplug.media.archive import FolderArchive
from fsplug.store.calls import calls
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import Recording, State

MEDIAN = Target("speech missing where a leg gets another partner, median of all flows", 60, "ms")
WORST = Target("the same, worst call", 200, "ms")
FOREIGN = Target("recordings of these calls with sound of another part", 0)
TARGETS = (MEDIAN, WORST, FOREIGN)
ACME = "acme.example"
_HERTZ = {ANNA: 400, BO: 700, CLARA: 1_000, CUSTOMER: 1_300}
_TALK_MS = 1_200.0
_ROWS = 10_000
_PLACE = "conversation.md"


def measure(setting: Setting) -> Iterator[Figure]:
    """Each flow some times, in turn."""
    times = setting.rounds(full=10, quick=2)
    found: dict[str, list[float]] = {name: [] for name in FLOWS}
    foreign = 0
    with _bench(setting) as bench:
        for _ in range(times):
            for name, flow in FLOWS.items():
                missing, others = _measured(bench, flow)
                found[name].append(missing)
                foreign += others
    every = [one for of_flow in found.values() for one in of_flow]
    yield replace(MEDIAN.judged(statistics.median(every), f"{times} calls each"), table=_table(found), place=_PLACE)
    yield WORST.judged(max(every), max(found, key=lambda name: max(found[name])))
    yield FOREIGN.judged(foreign, f"{len(every)} calls")


def _table(found: Mapping[str, Sequence[float]]) -> str:
    rows = [(name, number(statistics.median(ms)), number(max(ms)), str(len(ms))) for name, ms in found.items()]
    return markdown(("flow", "median, ms", "worst, ms", "calls"), rows)


@dataclass(frozen=True, slots=True)
class _Bench:
    stage: Stage
    store: Store
    archive: FolderArchive

    def new(self, known: set[str]) -> list[Recording]:
        """The recordings besides the known ones, in the order they began."""
        made = (one for one in recordings.listed(self.store, ACME, _ROWS) if one.id not in known)
        return sorted(made, key=lambda one: one.started_at or 0.0)


@contextmanager
def _bench(setting: Setting) -> Iterator[_Bench]:
    with ExitStack() as stack:
        switch = stack.enter_context(RealSwitch())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fsplug-bench-")))
        store = lay_out(folder)
        stack.callback(store.close)
        settings = switch.fsplug_settings
        stack.enter_context(serving(folder, setting.program, int(settings.pop("listen_port")), **settings))
        phones = {user: stack.enter_context(_phone(switch, user)) for user in (ANNA, BO, CLARA, CUSTOMER)}
        yield _Bench(Stage(switch, phones), store, FolderArchive(folder / "archive"))


def _phone(switch: RealSwitch, user: str) -> Softphone:
    ports, hertz = switch.ports, _HERTZ[user]
    if user == CUSTOMER:
        return Softphone(ports.external_port, ACME, user, hertz=hertz, port=ports.trunk_port)
    return Softphone(ports.internal_port, ACME, user, password(ACME, user), hertz=hertz)


def _measured(bench: _Bench, flow: Callable[[Stage], Part]) -> tuple[float, int]:
    """The milliseconds of speech that the part's recording lacks, and in how many recordings others are heard."""
    known = {one.id for one in recordings.listed(bench.store, ACME, _ROWS)}
    begun = time.monotonic()
    part = flow(bench.stage)

    def heard() -> float:
        return heard_ms([part.hears.voice.heard(begun)], _HERTZ[part.other])

    wait_for(lambda: heard() > _TALK_MS, f"{part.user} to hear {part.other}", 10)
    bench.stage.switch.api("hupall")
    bench.stage.until_legs(0)
    wait_for(lambda: all(one.ended_at for one in calls.listed(bench.store, ACME, _ROWS)), "the calls to end", 20)
    wait_for(lambda: all(one.state is not State.EXPECTED for one in bench.new(known)), "recordings to begin", 20)
    wait_for(lambda: all(_is_settled(one) for one in bench.new(known)), "the recordings to be sealed", 20)
    kept = [one for one in bench.new(known) if one.state is State.SEALED]
    its = [one for one in kept if one.user == part.user][-1:]
    recorded = [heard_ms(channels_of(bench.archive, one.location or ""), _HERTZ[part.other]) for one in its]
    return max(0.0, heard() - sum(recorded)), sum(_has_others(bench, one, part.people) for one in kept)


def _is_settled(one: Recording) -> bool:
    return one.state in (State.SEALED, State.LOST)


def _has_others(bench: _Bench, one: Recording, people: int) -> bool:
    """Whether more than so many people are heard in it."""
    channels = channels_of(bench.archive, one.location or "")
    return sum(heard_ms(channels, hertz) > 0 for hertz in _HERTZ.values()) > people
