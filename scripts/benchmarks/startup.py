"""How long `fsplug --help` takes."""

import statistics
import subprocess
import time
from collections.abc import Iterator

from benchmarks.figures import Figure, Target, number
from benchmarks.processes import ENVIRONMENT
from benchmarks.setting import Setting

HELP = Target("`fsplug --help`, median", 0.3, "s")
TARGETS = (HELP,)


def measure(setting: Setting) -> Iterator[Figure]:
    """The command as an operator runs it, from the shell's fork to its end."""
    took = [_seconds((*setting.program, "--help")) for _ in range(10)]
    yield HELP.judged(statistics.median(took), f"slowest of {len(took)}: {number(max(took))} s")


def _seconds(command: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun
