"""The console's view of the calls, which another process serves on the same data folder."""

import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import gevent
import gevent.event
from gevent.threadpool import ThreadPool

from fsplug.errors import Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.wiring.channel.client import answer, ask, viewers_reported
from fsplug.wiring.channel.messages import (
    ALIVE_SECONDS,
    QUIET_SECONDS,
    AskCalls,
    AskChanges,
    AskListen,
    Viewer,
    from_table,
)
from fsplug.wiring.console.ringing import Ringing
from fsplug.wiring.process.threads import done_in

# Many pages at one moment look at one picture.
FRESH_SECONDS = 0.25
# After which another one is asked in vain again, and how long it is waited for; a serving loop never stands so long.
AGAIN_SECONDS, ANSWER_SECONDS = 1.0, 2.0
# So many phones may ring at one moment.
RINGING = 16


class LiveCalls:
    """The calls of the `fsplug serve` on the data folder `data`. Made on the loop; any thread may ask for `calls`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._seen: dict[str, tuple[float, CompanyCalls | Unavailable]] = {}
        self._phones = ThreadPool(RINGING)
        self._ringing = Ringing(self._ring, self._change)
        self.listen, self.note = self._ringing.ask, self._ringing.note
        self._loop = gevent.get_hub().loop
        self._changes = 0
        self._changed = gevent.event.Event()
        self._follower: ThreadPool | None = None
        self._viewers: Collection[Viewer] = ()
        self._viewers_changed = threading.Event()
        self._reporter: ThreadPool | None = None

    def calls(self, company: str) -> CompanyCalls:
        """The company's live calls; Unavailable("switch-away"), or "not-serving" when no fsplug is there."""
        until, seen = self._seen.get(company, (0.0, None))
        if seen is None or time.monotonic() > until:
            # Threads may ask at once: the worst is that both look.
            seen = self._looked(company, seen)
        if isinstance(seen, Unavailable):
            raise seen
        return seen

    def wait(self, known: int, seconds: float) -> int:
        """The number of changes so far, once it is another than `known`, or after so many seconds. For the loop."""
        if self._follower is None:
            self._follower = ThreadPool(1)
            self._follower.spawn(self._follow)
        if self._changes == known:
            self._changed.wait(seconds)
        return self._changes

    def _looked(self, company: str, before: CompanyCalls | Unavailable | None) -> CompanyCalls | Unavailable:
        found: CompanyCalls | Unavailable
        try:
            found = from_table(answer(self._data, AskCalls(company), ANSWER_SECONDS))
        except Unavailable as error:
            # No page waits for what another has just waited for in vain.
            self._seen[company] = (time.monotonic() + AGAIN_SECONDS, error)
            return error
        # One and the same as long as nothing changes: whoever compares is done at once.
        found = before if before == found else found
        self._seen[company] = (time.monotonic() + FRESH_SECONDS, found)
        return found

    def report_viewers(self, viewers: Collection[Viewer]) -> None:
        """These, and nobody else, have a page in sight that says who listens to them."""
        self._viewers = viewers
        self._viewers_changed.set()
        if self._reporter is None:
            self._reporter = ThreadPool(1)
            self._reporter.spawn(self._report)

    def _report(self) -> None:
        """Again from time to time, so that one who has started anew knows them too. For a thread."""
        while True:
            try:
                with viewers_reported(self._data) as report:
                    while True:
                        self._viewers_changed.clear()
                        report(self._viewers)
                        self._viewers_changed.wait(ALIVE_SECONDS)
            except (Unavailable, OSError):
                time.sleep(AGAIN_SECONDS)

    def _follow(self) -> None:
        """Whatever is told from there is a change, and so is that nobody is there any more. For a thread."""
        while True:
            try:
                for _ in ask(self._data, AskChanges(), QUIET_SECONDS):
                    self._tell_loop()
            except (Unavailable, OSError, ValueError):
                pass
            self._tell_loop()
            time.sleep(AGAIN_SECONDS)

    def _tell_loop(self) -> None:
        self._loop.run_callback_threadsafe(self._change)

    def _change(self) -> None:
        self._changes += 1
        self._changed.set()
        self._changed.clear()

    def _ring(self, company: str, username: str, number: str) -> str:
        asked: Any = done_in(self._phones, lambda: answer(self._data, AskListen(company, username, number)))
        return str(asked["listen"])
