"""Tells a process that is frozen from one that is only starved: whose fault is it that no sign of life comes?

A switch that has connected to a process which then freezes waits 25 s for its first command, with dead air
(FreeSWITCH 1.11.1, mod_event_socket.c, listener_run). Once the process is killed, its connections close, and calls go
on at once. A process that is only starved answers a little later, and killing it would help nobody: its successor would
be starved too.

Linux counts how long each thread was ready to run but waited for a processor (/proc/PID/task/TID/schedstat, its second
number, in ns; Documentation/scheduler/sched-stats.rst). This time is not the process's fault. Any other time is: it was
stopped (SIGSTOP), blocked in a system call, or ran without ever coming back to its loop. A wait is counted when it ends
(sched_info_arrive in kernel/sched/stats.h), so one that still lasts is seen by a thread that is ready and does not run.
"""

import os
from dataclasses import dataclass

# The most that one look counts. A supervisor that was itself kept waiting knows nothing of the time before.
LONGEST_TICK_SECONDS = 0.5


class Standstill:
    """How long a process has stood still by its own fault, as its supervisor sees it at each look."""

    def __init__(self) -> None:
        self._signs, self._at, self._waited = 0, 0.0, 0.0
        self.seconds = 0.0

    def look(self, signs: int, at: float, waited: float) -> float:
        """The seconds so far. `signs` is the count of signs of life, 0 if none is due; `at` is monotonic time.

        `waited` are the seconds that the process has waited for a processor since it began.
        """
        if signs == 0 or signs != self._signs:
            self.seconds = 0.0
        else:
            passed = min(at - self._at, LONGEST_TICK_SECONDS)
            self.seconds += max(0.0, passed - max(0.0, waited - self._waited))
        self._signs, self._at, self._waited = signs, at, waited
        return self.seconds


@dataclass(frozen=True, slots=True)
class _Thread:
    """A thread as the system shows it: how long it ran and waited, and since when it is ready without running."""

    ran: float
    waited: float
    ready_since: float | None


class ProcessorWait:
    """The time for which the threads of a process were ready to run and waited for a processor.

    All threads count: the one that holds the interpreter's lock may be the starved one.
    """

    def __init__(self, pid: int) -> None:
        self._folder = f"/proc/{pid}/task"
        self._threads: dict[str, _Thread] = {}

    def seconds(self, at: float) -> float:
        """The seconds of all threads that there are now; `at` is monotonic time. 0 where the system does not count."""
        try:
            names = os.listdir(self._folder)
        except OSError:
            return 0.0
        self._threads = {name: self._seen(name, at) for name in names}
        return sum(one.waited + _since(one.ready_since, at) for one in self._threads.values())

    def _seen(self, name: str, at: float) -> _Thread:
        try:
            ran, waited = (int(one) / 1e9 for one in _read(f"{self._folder}/{name}/schedstat").split()[:2])
            state = _read(f"{self._folder}/{name}/stat").rpartition(")")[2].split()[0]
        except (OSError, ValueError, IndexError):
            # The thread has just ended.
            return _Thread(0.0, 0.0, None)
        before = self._threads.get(name)
        stays_ready = before is not None and state == "R" and (before.ran, before.waited) == (ran, waited)
        if before is None or not stays_ready:
            return _Thread(ran, waited, at if state == "R" else None)
        return _Thread(ran, waited, before.ready_since or at)


def _since(ready_since: float | None, at: float) -> float:
    return 0.0 if ready_since is None else at - ready_since


def _read(path: str) -> str:
    with open(path, encoding="ascii", errors="replace") as found:
        return found.read()
