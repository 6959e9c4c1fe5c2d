"""Who is sent audio now, and how fast: each listener a little faster than it can be played, in a few streams."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent

from fsplug.policy.pacing import OF_LISTENER, OF_REQUEST, Pace
from fsplug.web.kernel.services import Played

# How many streams a listener may have: an older one than these ends, as when a browser has sought elsewhere.
MOST_STREAMS = 4
# From so many listeners on, those whose pace is forgotten are no longer kept.
_MANY = 1_000


class Stream:
    """One request of a listener for audio."""

    def __init__(self, played: Played, listener: Pace, connection: Any, clock: Callable[[], float]) -> None:
        self._played, self._connection, self._clock = played, connection, clock
        self._paces = (listener, Pace(OF_REQUEST, clock()))
        self.is_over = False

    def wait_seconds(self) -> float:
        """How long to wait before the next block; 0.0 if it may be sent now."""
        return 0.0 if self.is_over else max(pace.wait_seconds(self._clock()) for pace in self._paces)

    def sent(self, block_bytes: int) -> None:
        """A block of so many bytes is being sent."""
        for pace in self._paces:
            pace.sent(block_bytes / self._played.bytes_per_second, self._clock())

    def end(self) -> None:
        """Send nothing more, even if a block waits to be read."""
        self.is_over = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


class Listeners:
    """All streams of audio of this process. Runs on the loop; a stream that waits holds neither thread nor audio."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paces: dict[str, Pace] = {}
        self._streams: dict[str, list[Stream]] = {}

    def begin(self, played: Played, connection: Any) -> Stream:
        """A new stream; the listener's oldest ends if there would be too many."""
        if len(self._paces) >= _MANY:
            self._forget()
        pace = self._paces.setdefault(played.listener, Pace(OF_LISTENER, self._clock()))
        stream = Stream(played, pace, connection, self._clock)
        mine = self._streams.setdefault(played.listener, [])
        mine.append(stream)
        if len(mine) > MOST_STREAMS:
            mine.pop(0).end()
        return stream

    def leave(self, played: Played, stream: Stream) -> None:
        """The stream has ended."""
        mine = self._streams.get(played.listener, [])
        if stream in mine:
            mine.remove(stream)
        if not mine:
            self._streams.pop(played.listener, None)

    def paced(
        self,
        played: Played,
        connection: Any,
        blocks: Iterator[bytes],
        sleep: Callable[[float], object] = gevent.sleep,
    ) -> Iterator[bytes]:
        """The blocks, each as soon as it may be sent; each is read only then."""
        stream = self.begin(played, connection)
        try:
            while not stream.is_over:
                while (wait := stream.wait_seconds()) > 0.0:
                    sleep(wait)
                block = None if stream.is_over else next(blocks, None)
                if block is None:
                    return
                stream.sent(len(block))
                yield block
        finally:
            self.leave(played, stream)

    def _forget(self) -> None:
        now = self._clock()
        for name in [name for name, pace in self._paces.items() if pace.is_full(now) and name not in self._streams]:
            del self._paces[name]
