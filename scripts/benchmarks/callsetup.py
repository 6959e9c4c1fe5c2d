"""From a caller's INVITE to the phone's ringing: on a switch that asks the endpoint, and on one that reads files.

The time ends at the phone, not back at the caller: FreeSWITCH answers the caller at its next frame of 20 ms, which
hides or multiplies a difference of one millisecond.
"""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Target, number
from benchmarks.installed import ENDPOINT, FILES, WAYS, installed
from benchmarks.phones import Calls, place
from benchmarks.ringer import Ringer, ringer
from benchmarks.setting import Setting
from fsplug.lab.exchange import Exchange

RINGS = Target("INVITE to the phone's ringing by the endpoint, more than by files, median", 10, "ms")
TARGETS = (RINGS,)
_COMPANY, _USER, _NUMBER = "acme.example", "1001", "+4570101001"
_RATE, _TALK_SECONDS = 10.0, 0.2


@dataclass(frozen=True, slots=True)
class Called:
    """A switch with its fsplug, and Anna's phone on it."""

    exchange: Exchange
    phone: Ringer
    folder: Path


def measure(setting: Setting) -> Iterator[Figure]:
    """Two switches installed by `fsplug switch install`, each with its fsplug, are called in turn."""
    calls = Calls(setting.rounds(full=100, quick=50), _RATE, _TALK_SECONDS)
    with ExitStack() as stack:
        switches = {way: stack.enter_context(_called(setting, way)) for way in WAYS}
        # A switch's first calls cost more than later ones.
        for one in switches.values():
            place(one.exchange, calls, _NUMBER, one.folder)
            one.phone.took.clear()
        for _ in range(setting.rounds(full=5, quick=2)):
            for one in switches.values():
                place(one.exchange, calls, _NUMBER, one.folder)
        took = {way: list(one.phone.took) for way, one in switches.items()}
    medians = {way: statistics.median(found) for way, found in took.items()}
    beside = ", ".join(f"{number(median)} ms by {way}" for way, median in medians.items())
    yield RINGS.judged(medians[ENDPOINT] - medians[FILES], beside)


@contextmanager
def _called(setting: Setting, way: str) -> Iterator[Called]:
    with installed(setting, way) as one, ringer() as phone, one.exchange.signed_in(_COMPANY, {_USER: phone.port}):
        yield Called(one.exchange, phone, one.folder)
