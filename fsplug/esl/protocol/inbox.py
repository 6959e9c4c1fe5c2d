"""What the link has read and nobody has dealt with yet."""

from collections import deque
from collections.abc import Callable

import gevent
import gevent.event
import structlog

from fsplug.esl.protocol.wire import Event

log = structlog.get_logger()

_EVENTS_PER_TURN = 16


class Inbox:
    """Events and notices in order, between the greenlet that reads and the greenlet that delivers."""

    def __init__(self, on_event: Callable[[Event], None], limit: int) -> None:
        self._on_event = on_event
        self._limit = limit
        self._waiting: deque[Event | Callable[[], None]] = deque()
        self._filled = gevent.event.Event()

    @property
    def full(self) -> bool:
        return len(self._waiting) >= self._limit

    def put(self, item: Event | Callable[[], None]) -> None:
        """Queue an event, or a function to call in its turn."""
        self._waiting.append(item)
        self._filled.set()

    def clear(self) -> int:
        """Forget the waiting events; returns how many there were. Notices stay."""
        tidings = [item for item in self._waiting if not isinstance(item, Event)]
        lost = len(self._waiting) - len(tidings)
        self._waiting = deque(tidings)
        return lost

    def deliver(self) -> None:
        """Deliver everything as it comes, for ever. A failing handler is logged and does not stop the next."""
        while True:
            self._filled.wait()
            for _ in range(_EVENTS_PER_TURN):
                if not self._waiting:
                    self._filled.clear()
                    break
                self._deliver_one(self._waiting.popleft())
            else:
                gevent.sleep(0)

    def _deliver_one(self, item: Event | Callable[[], None]) -> None:
        try:
            if isinstance(item, Event):
                self._on_event(item)
            else:
                item()
        except Exception:
            log.exception("event-handler-failed", handled=item.name if isinstance(item, Event) else "link")
