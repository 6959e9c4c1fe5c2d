"""`fsplug serve`: a small parent and its parts, each a process. A part that dies is restarted; the others go on."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from math import inf

from fsplug.wiring.process.child import AWAITED, STOPS, ServicePart, be_nice
from fsplug.wiring.process.life import Life

# How often the processes are looked at.
LOOK_SECONDS = 0.25
# How long a part that is not vital may take to end.
END_SECONDS = 5.0
# Calls and their supervisor ask for a better place than other programs (sched(7)). They need it for milliseconds, and
# a switch with real-time priority still goes first.
_BETTER_PLACE = -5


class Supervisor:
    """Runs `parts` in child processes until a vital part exits; parts that are killed, crash or freeze are restarted.

    SIGTERM and SIGINT end the parts one after another, the last first. The parts die with their parent: one `kill -9`
    ends them all. Without `restarts`, the first death of any part ends the service.
    """

    def __init__(self, parts: Sequence[ServicePart], restarts: bool = True) -> None:
        niceness = os.getpriority(os.PRIO_PROCESS, 0)
        self._lives = [Life(part, niceness, part.has_spare and restarts, self._forget) for part in parts]
        self._restarts = restarts
        self._niceness = niceness

    def run(self) -> int:
        """The exit code of the service, once it has ended for good; 0 when a signal ended it."""
        be_nice(self._niceness + _BETTER_PLACE)
        # Signals are waited for in this one place, so none is lost in between.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        try:
            return self._run()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _run(self) -> int:
        while True:
            for life in self._lives:
                life.look()
            received = signal.sigtimedwait(AWAITED, LOOK_SECONDS)
            if received is not None and received.si_signo in STOPS:
                return self._end_all()
            for life in self._lives:
                code = life.ended()
                if code is not None and self._is_over(life, code):
                    self._end_all()
                    return code if code >= 0 and life.part.is_vital else 1

    def _is_over(self, life: Life, code: int) -> bool:
        if life.is_over(code):
            return True
        goes_on = "another one takes over" if life.child else "restarting it" if self._restarts else "ending"
        print(
            f"fsplug: the process for {life.part.name} ended ({_ending_of(code)}); {goes_on}",
            file=sys.stderr,
            flush=True,
        )
        return not self._restarts

    def _forget(self) -> None:
        for life in self._lives:
            life.forget()

    def _end_all(self) -> int:
        """End all parts; the highest exit code of the vital ones."""
        for life in self._lives:
            life.end_spare()
        codes = [(life.part.is_vital, self._end(life)) for life in reversed(self._lives)]
        return max(code for is_vital, code in codes if is_vital)

    def _end(self, life: Life) -> int:
        """End the part in good order; its exit code, or 0 if it has none.

        Calls get all the time they need to be released. A part that is not vital gets `END_SECONDS`: it may be
        frozen.
        """
        life.send(signal.SIGTERM)
        kill_at = inf if life.part.is_vital else time.monotonic() + END_SECONDS
        while life.child is not None:
            code = life.ended()
            if code is not None:
                return max(code, 0)
            if time.monotonic() >= kill_at:
                life.send(signal.SIGKILL)
            life.kill_if_it_stands_still()
            signal.sigtimedwait((signal.SIGCHLD,), min(LOOK_SECONDS, max(0.01, kill_at - time.monotonic())))
        return 0


def _ending_of(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
