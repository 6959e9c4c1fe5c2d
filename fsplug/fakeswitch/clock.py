"""The fake switch's time."""

import time
from collections.abc import Callable
from typing import Protocol

import gevent
from gevent import get_hub


class Timer(Protocol):
    """Something that will happen, unless it is closed before."""

    def close(self) -> None: ...


class Clock:
    """Epoch seconds that pass `speed` times as fast as real ones, so a minute of talk can be tested in seconds."""

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
        """How many real seconds these seconds of the switch take."""
        return max(0.0, seconds) / self.speed

    def sleep(self, seconds: float) -> None:
        gevent.sleep(self.real(seconds))

    def later(self, seconds: float, act: Callable[..., object], *args: object) -> Timer:
        """Run `act`, which may not wait, after so many seconds; the timer given back can be closed before."""
        timer = get_hub().loop.timer(self.real(seconds))
        # Without it libev counts from where its turn began: after a long turn the timer would fire early.
        timer.start(act, *args, update=True)
        closable: Timer = timer
        return closable
