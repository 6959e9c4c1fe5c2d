"""The fake switch's time."""

import time
from collections.abc import Callable
from typing import Protocol

import gevent
from gevent import get_hub


class Timer(Protocol):
    """A scheduled act, which `close` cancels."""

    def close(self) -> None: ...


class Clock:
    """Epoch seconds that pass `speed` times as fast as real ones, so that tests of a minute's talk take seconds."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._epoch = time.time()
        self._started = time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._epoch + (time.monotonic() - self._started) * self.speed

    def micros(self) -> int:
        """Microseconds since the epoch, as FreeSWITCH stamps events."""
        return int(self.now() * 1_000_000)

    def real(self, seconds: float) -> float:
        """The real seconds that these seconds of the switch take."""
        return max(0.0, seconds) / self.speed

    def sleep(self, seconds: float) -> None:
        gevent.sleep(self.real(seconds))

    def later(self, seconds: float, act: Callable[..., object], *args: object) -> Timer:
        """Run `act`, which must not wait, after this many seconds; closing the returned timer cancels it."""
        timer = get_hub().loop.timer(self.real(seconds))
        # Without this, libev counts from the start of the loop's turn, and a timer set late in a long turn fires early.
        timer.start(act, *args, update=True)
        closable: Timer = timer
        return closable
