"""How much a busy console delays calls, and how soon a hundred open pages show a change."""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import company
from benchmarks.askingcalls import Callers, callers
from benchmarks.company import Answering
from benchmarks.figures import Figure, Target, number
from benchmarks.pageclient import PER_PERSON
from benchmarks.processes import python
from benchmarks.setting import Setting
from benchmarks.signins import p99_of
from fsplug.lab.freeswitch import wait_for
from fsplug.store.accounts import sessions
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store

PEOPLE, PER_SECOND = 20, 50.0
SHOWN = Target(f"a change shown in the last of {PEOPLE * PER_PERSON} open pages", 1, "s")
GROWTH = Target(f"a verdict under {PER_SECOND:.0f} pages/s, more than without, 99th percentile", 5, "ms")
TARGETS = (SHOWN, GROWTH)
_DOMAIN = "acme.example"
_WARM_UP = 100


@dataclass(frozen=True, slots=True)
class _Served:
    """fsplug and its console with the demo's companies, beside a switch; `cookies` are those of 20 signed-in people."""

    folder: Path
    store: Store
    fsplug: Answering
    callers: Callers
    cookies: str

    def verdicts(self, count: int) -> list[float]:
        """See Callers.verdicts."""
        return self.callers.verdicts(self.fsplug.client, count)


def measure(setting: Setting) -> Iterator[Figure]:
    """Changes of a user's state beside open pages; then verdicts at a steady rate beside requests for pages."""
    with TemporaryDirectory(prefix="fsplug-bench-") as folder, _serving(Path(folder), setting) as served:
        shown = list(_shown(served, setting.rounds(full=20, quick=5)))
        yield SHOWN.judged(max(shown), f"in the median {number(statistics.median(shown))} s")
        yield _growth(served, setting)


def _shown(served: _Served, changes: int) -> Iterator[float]:
    """Seconds from the commit of the change to the last page that shows it."""
    log = served.folder / "streams.log"
    count = PEOPLE * PER_PERSON
    with python("benchmarks.pageclient", "streams", str(served.fsplug.web_port), served.cookies, log=log):
        wait_for(lambda: log.read_text().count("open-200") == count, f"{count} streams (see {log})", 30)
        for change in range(changes):
            mark = f"mark-{change + 1}"
            _choose(served.store, mark)
            changed_at = time.time()
            wait_for(partial(_is_shown, log, mark, count), f"every stream to show {mark}", 30)
            yield max(_times_of(log, mark)) - changed_at


def _times_of(log: Path, mark: str) -> list[float]:
    found = (line.split() for line in log.read_text().splitlines())
    return [float(words[1]) for words in found if len(words) == 2 and words[0] == mark]


def _growth(served: _Served, setting: Setting) -> Figure:
    alone: list[float] = []
    beside: list[float] = []
    count, pages = setting.rounds(full=1_000, quick=300), list[float]()
    served.verdicts(_WARM_UP)
    for round_ in range(setting.rounds(full=5, quick=2)):
        alone += served.verdicts(count)
        with _asking(served, round_) as log:
            beside += served.verdicts(count)
        pages += _pages(log)
    p99 = [p99_of(took) * 1e3 for took in (alone, beside)]
    said = f"{number(p99[0])} ms alone, {number(p99[1])} ms beside {len(pages)} pages"
    return GROWTH.judged(p99[1] - p99[0], f"{said}, 95 of 100 within {number(_p95(pages) * 1e3)} ms")


@contextmanager
def _asking(served: _Served, round_: int) -> Iterator[Path]:
    log = served.folder / f"pages{round_}.log"
    words = ("pages", str(served.fsplug.web_port), served.cookies, str(PER_SECOND))
    with python("benchmarks.pageclient", *words, log=log):
        wait_for(lambda: log.exists() and log.read_text().count("200 ") > PER_SECOND, f"pages (see {log})", 30)
        yield log


def _pages(log: Path) -> list[float]:
    return [float(line.split()[1]) for line in log.read_text().splitlines() if line.startswith("200 ")]


def _p95(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=20)[18]


@contextmanager
def _serving(folder: Path, setting: Setting) -> Iterator[_Served]:
    store = company.lay_out(folder)
    cookies = ",".join(_signed_in(store))
    with (
        callers(folder) as switch,
        company.answering(folder, setting.program, True, switch.event_socket_port) as fsplug,
    ):
        yield _Served(folder, store, fsplug, switch, cookies)
    store.close()


def _signed_in(store: Store) -> list[str]:
    def change(draft: Draft) -> None:
        for person in range(PEOPLE):
            name = f"bench{person}"
            user = {"username": name, "extension": str(90_000 + person), "email": f"{name}@acme.example"}
            draft.put("user", {**user, "role": "my-console"})

    edit(store, _DOMAIN, "bench", change)
    return [sessions.begin(store, _DOMAIN, f"bench{person}", "127.0.0.1", "bench") for person in range(PEOPLE)]


def _choose(store: Store, state: str) -> None:
    """Set the state of a user whom every page shows."""

    def change(draft: Draft) -> None:
        user = draft.entry("user", "bench0")
        draft.put("user", {**user, "profile": [{"name": state, "active": True}]}, "bench0")

    edit(store, _DOMAIN, "bench", change)


def _is_shown(log: Path, mark: str, count: int) -> bool:
    return len(_times_of(log, mark)) == count
