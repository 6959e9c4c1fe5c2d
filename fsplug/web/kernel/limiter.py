"""Counts what visitors try without a session, in memory: a flood must cost the store nothing.

The clock is monotonic, so setting the machine's clock changes no wait. Each process that serves pages counts for
itself, and forgets its counts when it ends; the store counts the guesses at one account for all of them.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from fsplug.errors import TryLater
from fsplug.policy.access.attempts import Attempt, AttemptDoor, doors, own_door
from fsplug.policy.access.throttle import Count, failed, forgiven, remembered, wait_seconds

# How many counts are kept: the latest. Wider levels bound how fast new ones can come.
MOST_COUNTS = 10_000
_NONE = Count()


class Limiter:
    """The counts of this process. Threads may share it; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_COUNTS) -> None:
        self._clock = clock
        self._most = most
        self._counts: OrderedDict[str, Count] = OrderedDict()
        self._alone = Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def take(self, attempt: Attempt) -> tuple[AttemptDoor, ...]:
        """Count an attempt as failed before its outcome is known; the doors it passed.

        TryLater("try-later") if one of them is closed. Such an attempt is not counted, so nobody can shut others out
        for longer by trying more.
        """
        with self._alone:
            now, own = self._clock(), own_door(attempt)
            passed = doors(attempt, remembered(self._count(own), now, own.terms) > 0)
            seconds = max(wait_seconds(self._count(door), now, door.terms) for door in passed)
            if seconds > 0.0:
                raise TryLater("try-later", f"too many tries; try again in {seconds:.0f} seconds", seconds)
            for door in passed:
                self._keep(door.key, failed(self._count(door), now, door.terms))
        return passed

    def give_back(self, passed: Sequence[AttemptDoor]) -> None:
        """The attempt did not fail after all."""
        with self._alone:
            for door in passed:
                if (count := self._counts.get(door.key)) is not None:
                    self._keep(door.key, forgiven(count))

    def _count(self, door: AttemptDoor) -> Count:
        return self._counts.get(door.key, _NONE)

    def _keep(self, key: str, count: Count) -> None:
        self._counts[key] = count
        self._counts.move_to_end(key)
        while len(self._counts) > self._most:
            self._counts.popitem(last=False)
