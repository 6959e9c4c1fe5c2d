"""`fsplug serve` is two processes: a small parent that starts the server again whenever it dies, and the server."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

# A server that keeps dying at once is not started more often than this.
RESTART_SECONDS = 0.2
MOST_RESTART_SECONDS = 5.0
# A server that has lived so long counts as having started well.
SETTLED_SECONDS = 10.0
# Starting it again is no use: bad settings, a taken port, a second server on the same data (sysexits.h, EX_CONFIG).
EXIT_HOPELESS = 78
_FINAL_CODES = frozenset({0, 2, EXIT_HOPELESS})
_PASSED_ON = (signal.SIGTERM, signal.SIGINT)
# prctl(2)
_PR_SET_PDEATHSIG = 1


class Supervisor:
    """Runs `serve` in a child process until it ends of itself, and again when it is killed or crashes.

    SIGTERM and SIGINT are passed on. The child dies with its parent: one `kill -9` ends both.
    """

    def __init__(self, serve: Callable[[], int]) -> None:
        self._serve = serve
        self._child = 0
        self._stopping = False

    def run(self) -> int:
        """The server's exit code, once it has ended for good; 0 when it was told to stop while none ran."""
        for number in _PASSED_ON:
            signal.signal(number, self._pass_on)
        # They come in only while there is a server to pass them on to: one that came in between would be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
        try:
            return self._run()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _run(self) -> int:
        wait = RESTART_SECONDS
        while True:
            started_at = time.monotonic()
            code = os.waitstatus_to_exitcode(self._live())
            if self._stopping or code in _FINAL_CODES:
                return max(code, 0)
            settled = time.monotonic() - started_at > SETTLED_SECONDS
            wait = RESTART_SECONDS if settled else min(wait * 2, MOST_RESTART_SECONDS)
            print(f"fsplug: the server ended ({_told(code)}); starting it again", file=sys.stderr, flush=True)
            if signal.sigtimedwait(_PASSED_ON, wait) is not None:
                return 0

    def _live(self) -> int:
        """One life of the server; its wait status."""
        parent = os.getpid()
        self._child = os.fork()
        if self._child == 0:
            os._exit(self._as_child(parent))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        # Its number stays its own until it is asked for how it ended, with nobody left to pass anything on.
        os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOWAIT)
        signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
        return os.waitpid(self._child, 0)[1]

    def _as_child(self, parent: int) -> int:
        for number in _PASSED_ON:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        return self._serve() if os.getppid() == parent else 1

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        os.kill(self._child, number)


def _told(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
