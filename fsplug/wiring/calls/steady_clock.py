"""The clock of the call path: epoch seconds that pass as fast as real ones, even when the machine's clock is set."""

import time
from collections.abc import Callable

# The switch's threads may stamp events out of order by some milliseconds, and fsplug may read two clocks apart.
_SET_SECONDS, _APART_SECONDS = 1.0, 0.1
# How long an event may wait for a process that is starved.
_WAIT_SECONDS = 30.0


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
        self._ahead, self._latest = 0.0, self._wall() - _WAIT_SECONDS

    def of(self, stamp: float) -> float:
        """What this clock showed at an event that the switch, by the machine's clock, has stamped now or a while ago.

        It is the stamp itself, unless the machine's clock was set since `follow`. To be asked for events in their
        order; an event without a stamp comes now.
        """
        now = self.now()
        if stamp:
            # The clock may have been set before the event or after it. No event comes from the future.
            set_by = self._wall() - now
            known = [self._ahead] if abs(self._ahead + set_by) < _APART_SECONDS else [self._ahead, -set_by]
            possible = [stamp + ahead for ahead in known if self._latest <= stamp + ahead + _SET_SECONDS]
            at = max((one for one in possible if one <= now + _SET_SECONDS), default=now)
            self._ahead, self._latest = at - stamp, at
            return at
        return now
