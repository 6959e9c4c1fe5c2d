"""Kills or fails a piece of work before its n-th step on the disk; asked with n = 1, 2, 3 ... it meets every one."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

STEPS = ("open", "write", "pwrite", "fsync", "rename", "unlink", "chmod", "mkdir")


@contextmanager
def before_step(nth: int, act: Callable[[], None]) -> Iterator[list[str]]:
    """Calls `act` before the n-th step; gives the steps taken so far."""
    taken: list[str] = []
    with mock.patch.multiple(os, **{name: _watched(name, taken, nth, act) for name in STEPS}):
        yield taken


def _watched(name: str, taken: list[str], nth: int, act: Callable[[], None]) -> Callable[..., object]:
    step = getattr(os, name)

    def watched(*arguments: object, **named: object) -> object:
        taken.append(name)
        if len(taken) == nth:
            act()
        return step(*arguments, **named)

    return watched


def killed_before(nth: int, work: Callable[[], object]) -> bool:
    """Whether the work, in a process of its own, came to its n-th step and was killed there by kill -9."""
    child = os.fork()
    if child == 0:
        try:
            with before_step(nth, lambda: os.kill(os.getpid(), signal.SIGKILL)):
                work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the work failed in its process"
    return False
