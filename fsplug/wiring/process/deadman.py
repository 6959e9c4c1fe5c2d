"""A dead man's switch: the kernel kills a process whose event loop stands still.

A switch that has connected to a process which then freezes waits 25 s for its first command, with dead air
(FreeSWITCH 1.11.1, mod_event_socket.c, listener_run). A killed process closes its sockets, and calls go on at once.
Only the kernel can do this: a process that is stopped (SIGSTOP) or stuck in a system call cannot run its own code.
"""

import ctypes
import signal
import sys
import time
from types import TracebackType

_SIGEV_SIGNAL = 0


class _Sigevent(ctypes.Structure):
    # sigevent(7): padded to 64 bytes by the kernel's ABI.
    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signo", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("pad", ctypes.c_byte * 48),
    )


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class DeadMan:
    """Kills this process `seconds` after the last `hold`. Linux only; elsewhere it does nothing."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._timer = ctypes.c_void_p()
        self.works = sys.platform == "linux"

    def __enter__(self) -> "DeadMan":
        if self.works:
            event = _Sigevent(signo=signal.SIGKILL, notify=_SIGEV_SIGNAL)
            made = self._libc.timer_create(time.CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(self._timer))
            self.works = made == 0
            self.hold()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.works:
            self._libc.timer_delete(self._timer)

    def hold(self) -> None:
        """Report that the process is alive; the count starts again."""
        if self.works:
            whole, part = divmod(self._seconds, 1)
            spec = _Itimerspec(_Timespec(0, 0), _Timespec(int(whole), int(part * 1e9)))
            self._libc.timer_settime(self._timer, 0, ctypes.byref(spec), None)
