"""`fsplug serve`: a small parent and its parts, each a process. A part that dies is restarted; the others go on."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

# The shortest and longest pause before a part that keeps dying is restarted.
RESTART_SECONDS = 0.2
MOST_RESTART_SECONDS = 5.0
# A part that has lived this long counts as well started.
SETTLED_SECONDS = 10.0
# How long a part that is not vital may take to end, and the pause when restarting it looks hopeless.
END_SECONDS, HOPELESS_SECONDS = 5.0, 30.0
# Restarting is useless: bad settings, a taken port, a second server on the same data (sysexits.h, EX_CONFIG).
EXIT_HOPELESS = 78
_FINAL_CODES = frozenset({0, 2, EXIT_HOPELESS})
_STOPS = (signal.SIGTERM, signal.SIGINT)
_AWAITED = (*_STOPS, signal.SIGCHLD)
# prctl(2)
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the service: the function it runs, which returns an exit code, and its niceness.

    When a vital part ends, the service ends; any other part is restarted, whatever its exit code.
    """

    name: str
    serve: Callable[[], int]
    is_vital: bool = True
    niceness: int = 0


class _Life:
    """A part's processes, one after another."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.pid = 0
        self.starts_at = 0.0
        self._started_at = 0.0
        self._wait = RESTART_SECONDS

    def start(self) -> None:
        """Start the next process."""
        parent, self._started_at = os.getpid(), time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(_as_child(self.part, parent))

    def ended(self) -> int | None:
        """Once the process has ended, its exit code or the negative number of the signal; until then None."""
        pid, status = os.waitpid(self.pid, os.WNOHANG) if self.pid else (0, 0)
        if not pid:
            return None
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def is_over(self, code: int) -> bool:
        """Whether the service ends with this part; if not, the part is restarted soon."""
        if self.part.is_vital and code in _FINAL_CODES:
            return True
        settled = time.monotonic() - self._started_at > SETTLED_SECONDS
        self._wait = RESTART_SECONDS if settled else min(self._wait * 2, MOST_RESTART_SECONDS)
        self.starts_at = time.monotonic() + (HOPELESS_SECONDS if code == EXIT_HOPELESS else self._wait)
        return False

    def send(self, number: int) -> None:
        """Send a signal, if the process runs. Its pid is not reused until its exit status is read."""
        if self.pid:
            os.kill(self.pid, number)


class Supervisor:
    """Runs `parts` in child processes until a vital part exits; parts that are killed or crash are restarted.

    SIGTERM and SIGINT end the parts one after another, the last first. The parts die with their parent: one `kill -9`
    ends them all. Without `restarts`, the first death of any part ends the service.
    """

    def __init__(self, parts: Sequence[Part], restarts: bool = True) -> None:
        self._lives = [_Life(part) for part in parts]
        self._restarts = restarts

    def run(self) -> int:
        """The exit code of the service, once it has ended for good; 0 when a signal ended it."""
        # Signals are waited for in this one place, so none is lost in between.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        try:
            return self._run()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _run(self) -> int:
        while True:
            for life in self._lives:
                if not life.pid and time.monotonic() >= life.starts_at:
                    life.start()
            received = signal.sigtimedwait(_AWAITED, self._seconds_to_next_start())
            if received is not None and received.si_signo in _STOPS:
                return self._end_all()
            for life in self._lives:
                code = life.ended()
                if code is not None and self._is_over(life, code):
                    self._end_all()
                    return code if code >= 0 and life.part.is_vital else 1

    def _is_over(self, life: _Life, code: int) -> bool:
        if life.is_over(code):
            return True
        goes_on = "restarting it" if self._restarts else "ending"
        print(
            f"fsplug: the process for {life.part.name} ended ({_ending_of(code)}); {goes_on}",
            file=sys.stderr,
            flush=True,
        )
        return not self._restarts

    def _seconds_to_next_start(self) -> float:
        waiting = [life.starts_at for life in self._lives if not life.pid]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else 3600.0

    def _end_all(self) -> int:
        """End all parts; the highest exit code of the vital ones."""
        codes = [(life.part.is_vital, self._end(life)) for life in reversed(self._lives)]
        return max(code for is_vital, code in codes if is_vital)

    def _end(self, life: _Life) -> int:
        """End the part in good order; its exit code, or 0 if it has none.

        Calls get all the time they need to be released. A part that is not vital gets `END_SECONDS`: it may be
        frozen.
        """
        life.send(signal.SIGTERM)
        kill_at = inf if life.part.is_vital else time.monotonic() + END_SECONDS
        while life.pid:
            code = life.ended()
            if code is not None:
                return max(code, 0)
            if time.monotonic() >= kill_at:
                life.send(signal.SIGKILL)
            signal.sigtimedwait((signal.SIGCHLD,), min(1.0, max(0.01, kill_at - time.monotonic())))
        return 0


def _as_child(part: Part, parent: int) -> int:
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NAME, f"fsplug-{part.name}".encode())
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _be_nice(part.niceness)
    _unblock(_AWAITED)
    return part.serve() if os.getppid() == parent else 1


def _be_nice(niceness: int) -> None:
    # If a service manager forbids it, the part keeps the normal priority.
    with contextlib.suppress(OSError):
        os.nice(niceness)


def _unblock(numbers: Iterable[signal.Signals]) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def _ending_of(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
