"""The console's view of the calls: in the process that serves them, or in another one on the same data folder."""

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import gevent
import gevent.event

from fsplug.errors import Unavailable
from fsplug.esl.listenin.live_calls import from_table
from fsplug.esl.listenin.open_pages import Viewer
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.wiring.console.live_socket import ALIVE_SECONDS, QUIET_SECONDS, ask, viewers_reported
from fsplug.wiring.console.ringing import Ringing
from fsplug.wiring.listen_in import ListenIn

# Many pages at one moment look at one picture.
FRESH_SECONDS = 0.25
# After which another one is asked in vain again, and how long it is waited for; a serving loop never stands so long.
AGAIN_SECONDS, ANSWER_SECONDS = 1.0, 2.0


class _Pictures:
    """The calls of each company, asked for no oftener than every `FRESH_SECONDS`."""

    def __init__(self, look: Callable[[str], CompanyCalls]) -> None:
        self._look = look
        self._seen: dict[str, tuple[float, CompanyCalls | Unavailable]] = {}

    def of(self, company: str) -> CompanyCalls:
        """Threads may ask at once: the worst is that both look."""
        until, seen = self._seen.get(company, (0.0, None))
        if seen is None or time.monotonic() > until:
            seen = self._looked(company, seen)
        if isinstance(seen, Unavailable):
            raise seen
        return seen

    def _looked(self, company: str, before: CompanyCalls | Unavailable | None) -> CompanyCalls | Unavailable:
        found: CompanyCalls | Unavailable
        try:
            found = self._look(company)
        except Unavailable as error:
            # No page waits for what another has just waited for in vain.
            self._seen[company] = (time.monotonic() + AGAIN_SECONDS, error)
            return error
        # One and the same as long as nothing changes: whoever compares is done at once.
        found = before if before == found else found  # type: ignore[assignment]
        self._seen[company] = (time.monotonic() + FRESH_SECONDS, found)
        return found


class LiveHere:
    """The calls of this very process. `is_up`: whether the switch is there."""

    def __init__(self, listen_in: ListenIn, is_up: Callable[[], bool]) -> None:
        self._listen_in, self._is_up = listen_in, is_up
        self._pictures = _Pictures(listen_in.live.calls)
        self._ringing = Ringing(listen_in.calls.listen, listen_in.live.change)
        self.listen, self.note = self._ringing.ask, self._ringing.note

    def calls(self, company: str) -> CompanyCalls:
        """The company's live calls; Unavailable("switch-away")."""
        if not self._is_up():
            raise Unavailable("switch-away", "there is no link to the switch")
        return self._pictures.of(company)

    def wait(self, known: int, seconds: float) -> int:
        """The number of changes so far, once it is another than `known`, or after so many seconds."""
        return self._listen_in.live.wait(known, seconds)

    def report_viewers(self, viewers: Collection[Viewer]) -> None:
        """These, and nobody else, have a page in sight that says who listens to them."""
        self._listen_in.pages.report(self, viewers)


class LiveThere:
    """The calls of the `fsplug serve` on the data folder `data`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._pictures = _Pictures(self._look)
        self._ringing = Ringing(self._ring, self._change)
        self.listen, self.note = self._ringing.ask, self._ringing.note
        self._changes = 0
        self._changed = gevent.event.Event()
        self._follower: Any = None
        self._viewers: Collection[Viewer] = ()
        self._viewers_changed = gevent.event.Event()
        self._reporter: Any = None

    def calls(self, company: str) -> CompanyCalls:
        """The company's live calls; Unavailable("switch-away"), or "not-serving" when no fsplug is there."""
        return self._pictures.of(company)

    def wait(self, known: int, seconds: float) -> int:
        """As `LiveHere.wait`."""
        if self._follower is None:
            self._follower = gevent.spawn(self._follow)
        if self._changes == known:
            self._changed.wait(seconds)
        return self._changes

    def report_viewers(self, viewers: Collection[Viewer]) -> None:
        """As `LiveHere.report_viewers`."""
        self._viewers = viewers
        self._viewers_changed.set()
        if self._reporter is None:
            self._reporter = gevent.spawn(self._report)

    def _report(self) -> None:
        """Again from time to time, so that one who has started anew knows them too."""
        while True:
            try:
                with viewers_reported(self._data) as report:
                    while True:
                        self._viewers_changed.clear()
                        report(self._viewers)
                        self._viewers_changed.wait(ALIVE_SECONDS)
            except (Unavailable, OSError):
                gevent.sleep(AGAIN_SECONDS)

    def _follow(self) -> None:
        """Whatever is told from there is a change, and so is that nobody is there any more."""
        while True:
            try:
                for _ in ask(self._data, QUIET_SECONDS, do="changes"):
                    self._change()
            except (Unavailable, OSError, ValueError):
                pass
            self._change()
            gevent.sleep(AGAIN_SECONDS)

    def _change(self) -> None:
        self._changes += 1
        self._changed.set()
        self._changed.clear()

    def _look(self, company: str) -> CompanyCalls:
        return from_table(_one(ask(self._data, ANSWER_SECONDS, do="company", company=company)))

    def _ring(self, company: str, username: str, number: str) -> str:
        asked = {"company": company, "as": username, "to": number}
        return str(_one(ask(self._data, do="listen", **asked))["listen"])


def _one(answers: Any) -> dict[str, Any]:
    for answer in answers:
        answers.close()
        return dict(answer)
    raise Unavailable("not-serving", "the fsplug that serves has just stopped")
