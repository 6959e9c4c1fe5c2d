"""One process of a part: forked by the supervisor, watched, ended."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fsplug.wiring.process.lifeline import Lifeline, SupervisorLine, name_this_process
from fsplug.wiring.process.standstill import ProcessorWait, Standstill

# The signals that the supervisor waits for in one place, and must not be left blocked in a process.
STOPS = (signal.SIGTERM, signal.SIGINT)
AWAITED = (*STOPS, signal.SIGCHLD)
# prctl(2)
_PR_SET_PDEATHSIG = 1
# mallopt(3). Once a large block was freed, glibc takes blocks of its size from the heap, which a hashed password then
# leaves full of holes; with a fixed limit, memory of a mebibyte and more goes back to the system when it is freed.
_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 1 << 20


@dataclass(frozen=True, slots=True)
class ServicePart:
    """One process of the service: the function it runs, which returns an exit code, and its place on the machine.

    When a vital part ends, the service ends; any other part is restarted, whatever its exit code. `niceness` is added
    to the service's own. A process that stands still by its own fault for `patience_seconds` is killed. A part
    `has_spare` if its next process waits beside the one that serves, ready to take its place.
    """

    name: str
    serve: Callable[[Lifeline], int]
    is_vital: bool = True
    niceness: int = 0
    patience_seconds: float = 20.0
    has_spare: bool = False


class Child:
    """A process of this part, forked now. It is shown as that of `name` (proc(5)) instead of its part.

    `forget` closes in it what belongs to the supervisor alone.
    """

    def __init__(self, part: ServicePart, niceness: int, forget: Callable[[], None], name: str = "") -> None:
        self._part = part
        self.line = SupervisorLine()
        self.started_at = time.monotonic()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            forget()
            name_this_process(name or part.name)
            os._exit(_serve(part, niceness, parent, self.line.in_child(part.name)))
        self.line.in_supervisor()
        self._standstill, self._wait = Standstill(), ProcessorWait(self.pid)

    def ended(self) -> int | None:
        """Once the process has ended, its exit code or the negative number of the signal; until then None."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def send(self, number: int) -> None:
        """Send a signal. The pid is not reused until the exit status is read."""
        os.kill(self.pid, number)

    def take_turn(self, sockets: Mapping[str, int], is_after_freeze: bool) -> None:
        """Let the process serve, on the listening sockets of the one before it, which may have been frozen."""
        self.line.give_turn(sockets, is_after_freeze)

    def stands_still(self) -> bool:
        """Whether the process stands still by its own fault, for longer than its part allows."""
        signs, now = self.line.pulse.signs, time.monotonic()
        seconds = self._standstill.look(signs, now, self._wait.seconds(now) if signs else 0.0)
        return seconds >= self._part.patience_seconds


def be_nice(niceness: int) -> None:
    """Take this niceness; if the machine forbids it, keep the one that there is."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(-20, min(19, niceness)))


def _serve(part: ServicePart, niceness: int, parent: int, line: Lifeline) -> int:
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(AttributeError):  # musl has no mallopt.
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
    be_nice(niceness)
    _unblock(AWAITED)
    return part.serve(line) if os.getppid() == parent else 1


def _unblock(numbers: Iterable[signal.Signals]) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
