"""A process's line to its supervisor: its signs of life, its turn to serve, and the sockets that it listens on."""

import ctypes
import mmap
import os
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

_SIGN_BYTES = 8
# More sockets and longer names than any part has.
_SOCKETS, _MESSAGE_BYTES = 16, 4_096
# prctl(2)
_PR_SET_NAME = 15
# The messages, each followed by the names of the sockets that come with it.
_TURN, _AFTER_FREEZE, _WARM, _SERVING = "turn", "after-freeze", "warm", "serving"


class Pulse:
    """Signs of life in memory that a process shares with its supervisor: written without a system call."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, _SIGN_BYTES)

    @property
    def signs(self) -> int:
        """How many signs there were since the process began to give them; 0 while it gives none."""
        return int.from_bytes(self._page[:_SIGN_BYTES], "little")

    def give(self) -> None:
        """Give another sign."""
        self._write(self.signs + 1)

    def rest(self) -> None:
        """Give no more signs: the process may stand still from now on."""
        self._write(0)

    def _write(self, signs: int) -> None:
        self._page[:_SIGN_BYTES] = signs.to_bytes(_SIGN_BYTES, "little")


class Lifeline:
    """The end of the process that serves this part.

    Without a supervisor it is the process's turn at once, and nobody sees its signs. `is_after_freeze`: it is its turn
    because the process before it was killed for standing still.
    """

    def __init__(self, part: str = "", pulse: Pulse | None = None, line: socket.socket | None = None) -> None:
        self._part = part
        self.pulse = pulse or Pulse()
        self.is_after_freeze = False
        self._line = line

    def wait_for_turn(self) -> Mapping[str, int]:
        """Report that everything is ready to serve, and wait until it is this process's turn.

        Returns the listening sockets of the process before it, as file descriptors by name. Blocks the thread: nothing
        else may run in the process yet.
        """
        if self._line is None:
            return {}
        try:
            _send(self._line, _WARM, {})
            kind, sockets = _receive(self._line)
        except ConnectionError:
            kind, sockets = "", {}
        self.is_after_freeze = kind == _AFTER_FREEZE
        if kind not in (_TURN, _AFTER_FREEZE):
            # The supervisor is gone.
            raise SystemExit(1)
        name_this_process(self._part)
        return sockets

    def serving(self, sockets: Mapping[str, int]) -> None:
        """Report that the process serves. The supervisor keeps a copy of these listening sockets for the next one."""
        if self._line is not None:
            # A supervisor that is gone takes this process with it.
            with suppress(ConnectionError):
                _send(self._line, _SERVING, sockets)


class SupervisorLine:
    """The supervisor's end of a `Lifeline`."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self._line, self._its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.is_warm = False
        self.serves_since: float | None = None
        self.sockets: Mapping[str, int] = {}

    def in_child(self, part: str) -> Lifeline:
        """The other end, in the process itself, which serves this part."""
        self._line.close()
        return Lifeline(part, self.pulse, self._its_end)

    def in_supervisor(self) -> None:
        """Leave the other end to the process."""
        self._its_end.close()
        self._line.setblocking(False)

    def hear(self) -> None:
        """Take in what the process has reported."""
        while True:
            try:
                kind, sockets = _receive(self._line)
            except OSError:
                # Nothing more is there, or the process is gone.
                return
            if not kind:
                return
            self.is_warm |= kind == _WARM
            if kind == _SERVING:
                self.serves_since = time.monotonic()
                self.close_sockets()
                self.sockets = sockets

    def give_turn(self, sockets: Mapping[str, int], is_after_freeze: bool) -> None:
        """Tell the process that it is its turn to serve, and hand it these listening sockets."""
        try:
            _send(self._line, _AFTER_FREEZE if is_after_freeze else _TURN, sockets)
        except OSError:
            # It has just died; its end is noticed.
            return

    def close(self) -> None:
        """Close this end, and the copies of the process's sockets."""
        self._line.close()
        self.close_sockets()

    def close_sockets(self) -> None:
        """Close the copies of the process's sockets: once the process is gone too, connections are refused."""
        for descriptor in self.sockets.values():
            os.close(descriptor)
        self.sockets = {}


def name_this_process(part: str) -> None:
    """Show the process as that of this part (comm, proc(5)); 8 characters at most."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, f"fsplug-{part}".encode())


def _send(line: socket.socket, kind: str, sockets: Mapping[str, int]) -> None:
    socket.send_fds(line, [" ".join([kind, *sockets]).encode()], list(sockets.values()))


def _receive(line: socket.socket) -> tuple[str, Mapping[str, int]]:
    data, descriptors, _, _ = socket.recv_fds(line, _MESSAGE_BYTES, _SOCKETS)
    kind, *names = data.decode().split() or [""]
    return kind, _by_name(names, descriptors)


def _by_name(names: Sequence[str], descriptors: Sequence[int]) -> Mapping[str, int]:
    return dict(zip(names, descriptors, strict=True))
