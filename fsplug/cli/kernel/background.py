"""Long work of a command beside a switch in service: it gives way to calls."""

import contextlib
import ctypes
import os
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
# The longest rest after one item.
MOST_REST_SECONDS = 0.5
_LEAST_PRIORITY = 19
# ioprio_set(2), which the C library has no function for: this process, and the class for idle disks.
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_WHO_PROCESS, _CLASS_IDLE = 1, 3 << 13


def give_way() -> None:
    """Take what processors and disks the others leave over, from now on."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _LEAST_PRIORITY)
    number = _IOPRIO_SET.get(os.uname().machine) if os.uname().sysname == "Linux" else None
    if number is not None:
        ctypes.CDLL(None).syscall(number, _WHO_PROCESS, 0, _CLASS_IDLE)


def paced(items: Iterable[Item]) -> Iterator[Item]:
    """The items, with a rest after the work on each that is as long as the work was: no disk is kept busy."""
    for item in items:
        begun = time.monotonic()
        yield item
        time.sleep(min(time.monotonic() - begun, MOST_REST_SECONDS))
