"""How a greenlet waits for its own answer."""

from typing import Any

import gevent.event

from fsplug.errors import Unavailable
from fsplug.esl.protocol.wire import Event, Message


class Waiter:
    """One greenlet's wait for one answer."""

    __slots__ = ("_answer", "_error", "_woken", "settled")

    def __init__(self) -> None:
        self.settled = False
        self._answer: Message | Event | None = None
        self._error: Unavailable | None = None
        self._woken: Any = None

    def settle(self, answer: Message | Event) -> None:
        self._answer = answer
        self.settled = True
        self.wake()

    def fail(self, error: Unavailable) -> None:
        self._error = error
        self.settled = True
        self.wake()

    def wake(self) -> None:
        if self._woken is not None:
            self._woken.set()

    def wait(self, seconds: float) -> None:
        """Return when settled, when woken to read, or after `seconds`."""
        if self._woken is None:
            self._woken = gevent.event.Event()
        self._woken.wait(seconds)
        self._woken.clear()

    def result(self) -> Any:
        """The answer; raises the error passed to `fail`."""
        if self._error is not None:
            raise Unavailable(self._error.code, self._error.text, **self._error.facts)
        return self._answer
