"""The cost of the switch's questions: the endpoint at 200 requests a second, in a large company and in a huge one."""

import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import company, crowd, xmlclient
from benchmarks.figures import Figure, Target, number
from benchmarks.setting import Setting
from benchmarks.xmlclient import Client

DIALPLAN = Target("a dialplan of 10,000 users at 200/s, 99th percentile", 5, "ms")
DIRECTORY = Target("a phone of 10,000 users at 200/s, 99th percentile", 5, "ms")
DIALPLAN_HUGE = Target("a dialplan of 100,000 users, against 10,000", 1.2, "times")
DIRECTORY_HUGE = Target("a phone of 100,000 users, against 10,000", 1.2, "times")
TARGETS = (DIALPLAN, DIRECTORY, DIALPLAN_HUGE, DIRECTORY_HUGE)
LARGE, HUGE = 10_000, 100_000
_RATE = 200.0
_KINDS: dict[str, Callable[[int], bytes]] = {"dialplan": xmlclient.dialplan, "directory": xmlclient.directory}


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of question, in a company of this many users."""

    kind: str
    users: int


def measure(setting: Setting) -> Iterator[Figure]:
    """Both companies are served side by side and asked in turn; the questions of both kinds are mixed.

    The two are compared by the median of their rounds' percentiles, because other work of the machine comes in bursts.
    """
    rounds: dict[Subject, list[list[float]]] = defaultdict(list)
    with ExitStack() as stack:
        clients = {users: stack.enter_context(serving(setting, users)) for users in (LARGE, HUGE)}
        for _ in range(setting.rounds(full=10, quick=5)):
            for users, client in clients.items():
                for kind, seconds in _round(client, users, setting.rounds(full=1_000, quick=400)).items():
                    rounds[Subject(kind, users)].append(seconds)
    for kind, absolute, ratio in (("dialplan", DIALPLAN, DIALPLAN_HUGE), ("directory", DIRECTORY, DIRECTORY_HUGE)):
        large, huge = (rounds[Subject(kind, users)] for users in (LARGE, HUGE))
        yield absolute.judged(1_000 * _percentile(list(chain(*large))), _summary(large))
        yield ratio.judged(_typical(huge) / _typical(large), _summary(huge))


@contextmanager
def serving(setting: Setting, users: int) -> Iterator[Client]:
    """fsplug with a company of this many users, and a client that asks it."""
    with TemporaryDirectory(prefix="fsplug-bench-") as name:
        folder = Path(name)
        company.lay_out(folder, crowd.document(users)).close()
        with company.answering(folder, setting.program) as served:
            for ask in _KINDS.values():
                served.client.answer(ask(0))
            yield served.client


def _round(client: Client, users: int, count: int) -> dict[str, list[float]]:
    """The seconds that the answers took, by kind of question."""
    asked = [random.choice(list(_KINDS)) for _ in range(count)]
    bodies = [_KINDS[kind](random.randrange(users)) for kind in asked]
    took: dict[str, list[float]] = defaultdict(list)
    for kind, seconds in zip(asked, client.at_rate(bodies, _RATE), strict=True):
        took[kind].append(seconds)
    return took


def _typical(rounds: list[list[float]]) -> float:
    return statistics.median(map(_percentile, rounds))


def _percentile(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


def _summary(rounds: list[list[float]]) -> str:
    every = list(chain(*rounds))
    median, typical = 1_000 * statistics.median(every), 1_000 * _typical(rounds)
    return f"median {number(median)} ms, a round's 99th percentile {number(typical)} ms"
