"""Tells a process that is frozen from one that is only starved: whose fault is it that no sign of life comes?

A switch that has connected to a process which then freezes waits 25 s for its first command, with dead air
(FreeSWITCH 1.11.1, mod_event_socket.c, listener_run). Once the process is killed, its connections close, and calls go
on at once. A process that is only starved answers a little later, and killing it would help nobody: its successor would
be starved too.

Linux counts how long each thread was ready to run but waited for a processor (/proc/PID/task/TID/schedstat, its second
number, in ns; Documentation/scheduler/sched-stats.rst). This time is not the process's fault. Any other time is: it was
stopped (SIGSTOP), blocked in a system call, or ran without ever coming back to its loop.
"""

import os
from collections.abc import Callable

# The most that one look counts. A supervisor that was itself kept waiting knows nothing of the time before.
LONGEST_TICK_SECONDS = 0.5


class Standstill:
    """How long a process has stood still by its own fault, as its supervisor sees it at each look."""

    def __init__(self, waited_seconds: Callable[[], float]) -> None:
        self._waited_seconds = waited_seconds
        self._signs, self._at, self._waited = 0, 0.0, 0.0
        self.seconds = 0.0

    def look(self, signs: int, at: float) -> float:
        """The seconds so far. `signs` is the count of signs of life, 0 if none is due; `at` is monotonic time."""
        waited = self._waited_seconds() if signs else 0.0
        if signs == 0 or signs != self._signs:
            self.seconds = 0.0
        else:
            passed = min(at - self._at, LONGEST_TICK_SECONDS)
            self.seconds += max(0.0, passed - max(0.0, waited - self._waited))
        self._signs, self._at, self._waited = signs, at, waited
        return self.seconds


def waited_for_processor(pid: int) -> float:
    """Seconds that the threads of this process have waited for a processor; 0 where the system does not count it.

    All threads count: the one that holds the interpreter's lock may be the starved one.
    """
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return 0.0
    return sum(_waited_ns(f"/proc/{pid}/task/{thread}/schedstat") for thread in threads) / 1e9


def _waited_ns(path: str) -> int:
    try:
        with open(path, encoding="ascii") as found:
            return int(found.read().split()[1])
    except (OSError, IndexError):
        # The thread has just ended.
        return 0
