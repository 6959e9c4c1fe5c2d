"""The console's view of the calls, which another process on the same data folder serves."""

import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import gevent
import gevent.event
from gevent.threadpool import ThreadPool

from fsplug.errors import FsplugError, Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.policy.recording.control import By
from fsplug.policy.recording.own_call import OwnCall
from fsplug.wiring.channel.client import answer, ask, viewers_reported
from fsplug.wiring.channel.messages import (
    ALIVE_SECONDS,
    QUIET_SECONDS,
    AskCalls,
    AskChanges,
    AskControl,
    AskListen,
    AskOwn,
    Viewer,
    from_table,
    own_from_table,
)
from fsplug.wiring.console.ringing import Ringing
from fsplug.wiring.process.threads import done_in

# Pages that ask within this time share one answer.
FRESH_SECONDS = 0.25
# How long the other nodes' calls count as known: they publish their changes once a second.
OTHERS_SECONDS = 1.0
# How long to wait before asking again after a failure, and how long an answer may take; a serving loop never stalls
# as long.
AGAIN_SECONDS, ANSWER_SECONDS = 1.0, 2.0
# How long the switch may take to silence every recording and listener of a call.
CONTROL_SECONDS = 5.0
# How many phones may ring at once.
RINGING = 16


def _no_other(company: str) -> CompanyCalls | None:
    return None


class LiveCalls:
    """The calls of the `fsplug serve` on the data folder `data`, and of all other nodes of the store.

    `elsewhere` gives those of the others, None if no other node serves. If `is_alone`, no process on this data folder
    serves calls, and none is missed. Made on the loop; any thread may ask for `calls`.
    """

    def __init__(
        self,
        data: Path,
        elsewhere: Callable[[str], CompanyCalls | None] = _no_other,
        is_alone: Callable[[], bool] = lambda: False,
    ) -> None:
        self._data = data
        self._elsewhere = elsewhere
        self._is_alone = is_alone
        self._others: dict[str, tuple[float, CompanyCalls | None]] = {}
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
        """The company's live calls; Unavailable("switch-away"), or "not-serving" when no fsplug serves."""
        until, seen = self._seen.get(company, (0.0, None))
        if seen is None or time.monotonic() > until:
            # Two threads may ask at once; at worst, both fetch the calls.
            seen = self._looked(company, seen)
        if isinstance(seen, Unavailable):
            raise seen
        return seen

    def own_calls(self, company: str, username: str) -> list[OwnCall]:
        """The calls in which this user talks now; Unavailable("not-serving") when no fsplug serves."""
        return own_from_table(answer(self._data, AskOwn(company, username), ANSWER_SECONDS))

    def control(self, company: str, username: str, call: str, act: str) -> None:
        """Do this to the recording of the user's own call, an `Act` or WITHDRAW; Refused with the gate's code,
        Unavailable if it fails.
        """
        answer(self._data, AskControl(company, username, call, act, By.CONSOLE), CONTROL_SECONDS)

    def wait(self, known: int, seconds: float) -> int:
        """The number of changes so far, once it differs from `known` or after so many seconds. Runs on the loop."""
        if self._follower is None:
            self._follower = ThreadPool(1)
            self._follower.spawn(self._follow)
        if self._changes == known:
            self._changed.wait(seconds)
        return self._changes

    def _looked(self, company: str, before: CompanyCalls | Unavailable | None) -> CompanyCalls | Unavailable:
        found: CompanyCalls | Unavailable
        try:
            found = self._found(company)
        except Unavailable as error:
            # A page must not wait for an answer that another page has just failed to get.
            self._seen[company] = (time.monotonic() + AGAIN_SECONDS, error)
            return error
        # The same object as long as nothing changes, so that comparing it is cheap.
        found = before if before == found else found
        self._seen[company] = (time.monotonic() + FRESH_SECONDS, found)
        return found

    def _found(self, company: str) -> CompanyCalls:
        """The calls of this data folder's process beside those of all others."""
        others = self._of_others(company)
        try:
            own = from_table(answer(self._data, AskCalls(company), ANSWER_SECONDS))
        except Unavailable:
            if others is None or not self._is_alone():
                raise
            return others
        return own if others is None else own.beside(others)

    def _of_others(self, company: str) -> CompanyCalls | None:
        until, known = self._others.get(company, (0.0, None))
        if time.monotonic() > until:
            try:
                known = self._elsewhere(company)
            except FsplugError:
                # The store is away, which other pages say, or the company is not there.
                known = None
            self._others[company] = (time.monotonic() + OTHERS_SECONDS, known)
        return known

    def report_viewers(self, viewers: Collection[Viewer]) -> None:
        """Report that exactly these users have a page open that shows who listens to them."""
        self._viewers = viewers
        self._viewers_changed.set()
        if self._reporter is None:
            self._reporter = ThreadPool(1)
            self._reporter.spawn(self._report)

    def _report(self) -> None:
        """Report from time to time, so that a restarted calls process knows the viewers too. Runs in a thread."""
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
        """Every report from the calls process is a change, and so is its end. Runs in a thread."""
        while True:
            try:
                for _ in ask(self._data, AskChanges(), QUIET_SECONDS):
                    self._notify_loop()
            except (Unavailable, OSError, ValueError):
                pass
            self._notify_loop()
            time.sleep(AGAIN_SECONDS)

    def _notify_loop(self) -> None:
        self._loop.run_callback_threadsafe(self._change)

    def _change(self) -> None:
        self._changes += 1
        self._changed.set()
        self._changed.clear()

    def _ring(self, company: str, username: str, number: str) -> str:
        asked: Any = done_in(self._phones, lambda: answer(self._data, AskListen(company, username, number)))
        return str(asked["listen"])
