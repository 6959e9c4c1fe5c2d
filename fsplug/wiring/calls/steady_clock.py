"""The clock of the call path: epoch seconds that pass as fast as real ones, even when the machine's clock is set."""

import time
from collections.abc import Callable


class SteadyClock:
    """Epoch seconds by the monotonic clock, from the machine's time at the start and at each `follow`."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self.follow()

    def now(self) -> float:
        """Seconds since the epoch; never less than at an earlier call since `follow`."""
        return self._steady() + self._offset

    def follow(self) -> None:
        """Take over the machine's time; only while nothing is under way whose length is measured."""
        self._offset = self._wall() - self._steady()
