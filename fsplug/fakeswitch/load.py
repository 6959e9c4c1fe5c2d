"""Many calls, evenly spread, for the load bench."""

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import gevent

from fsplug.fakeswitch.core import Core

Place = Callable[[Mapping[str, Any]], object]
# Real seconds between two looks at whether a call may be placed.
LOOK_SECONDS = 0.005


def generate(
    core: Core, place: Place, rate: float, seconds: float, orders: list[Mapping[str, Any]], at_once: int | None = None
) -> int:
    """Place `rate` calls a second for this many seconds, taking the orders in turn; returns how many were placed.

    A generator that falls behind catches up at once, so the number of calls is right even if the pace is not. With
    `at_once`, a call waits until fewer calls than that are up: the load then goes at the pace of its server.
    """
    clock = core.clock
    started = clock.now()
    total = round(rate * seconds)
    for number in range(total):
        ahead = started + number / rate - clock.now()
        if ahead > 0:
            clock.sleep(ahead)
        while at_once is not None and core.counters.placed - core.counters.ended >= at_once:
            gevent.sleep(LOOK_SECONDS)
        place(orders[number % len(orders)])
    return total


def report(core: Core, clients: int) -> dict[str, object]:
    """The counters, how long the socket held calls (real seconds), and the process's CPU time and memory."""
    counters = core.counters
    held = sorted(counters.held_seconds)
    return {
        "placed": counters.placed,
        "answered": counters.answered,
        "bridged": counters.bridged,
        "ended": counters.ended,
        "refused_sockets": counters.refused_sockets,
        "channels": len(core.channels),
        "recordings": len(core.recorder.running),
        "recordings_started": core.recorder.started,
        "clients": clients,
        "held": len(held),
        "held_median": statistics.median(held) if held else 0.0,
        "held_p99": held[int(len(held) * 0.99)] if held else 0.0,
        "held_max": held[-1] if held else 0.0,
        "shell_commands": list(core.shell_commands),
        "cpu_seconds": time.process_time(),
        "max_rss_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
