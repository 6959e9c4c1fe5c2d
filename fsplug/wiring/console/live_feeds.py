"""The streams of open pages: each waits on the loop and takes a thread only when there is something to send."""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Protocol

import gevent
import gevent.event
import structlog
from gevent.threadpool import ThreadPool

from fsplug.errors import FsplugError
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.policy.recording.own_call import OwnCall
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from fsplug.web.kernel.feed import Feed
from fsplug.web.kernel.live import Note, calls_or_none
from fsplug.wiring.process.threads import done_in

log = structlog.get_logger()

PER_USER, OVERALL = 5, 200
# How long changes are collected before they are sent, and how often the store is checked for changes.
GATHER_SECONDS, LOOK_SECONDS = 0.05, 0.5
# The shortest time between two sends, the longest time between two checks of the session, and between signs of life.
PACE_SECONDS, SESSION_SECONDS, ALIVE_SECONDS = 0.25, 4.0, 15.0
# A browser that does not read for this long counts as gone.
SEND_SECONDS = 20.0
_ALIVE = b":\n\n"
_READABLE = 1


class Changes(Protocol):
    """The changes of the switch's calls, as the loop follows them."""

    def calls(self, company: str) -> CompanyCalls: ...

    def wait(self, known: int, seconds: float) -> int: ...

    def listen(self, company: str, username: str, number: str) -> str | None: ...

    def note(self, company: str, username: str) -> Note | None: ...

    def own_calls(self, company: str, username: str) -> list[OwnCall]: ...

    def control(self, company: str, username: str, call: str, act: str) -> None: ...

    def report_viewers(self, viewers: Collection[tuple[str, str]]) -> None: ...


class _Stream:
    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.wake = gevent.event.Event()
        self.is_gone = False

    def leave(self, reads: Any = None) -> None:
        """The browser has closed the connection, so nothing more is sent."""
        if reads is not None:
            reads.stop()
        self.is_gone = True
        self.wake.set()


class LiveFeeds:
    """All streams of this process. `run` runs in a thread any work that waits for the store."""

    def __init__(self, store: Store, live: Changes) -> None:
        self._store, self._live = store, live
        self._streams: set[_Stream] = set()
        self._pool = ThreadPool(1)
        self._seen: dict[str, object] = {}
        self._watching: Any = None

    def __len__(self) -> int:
        return len(self._streams)

    def start(self) -> None:
        """Watch for changes."""
        self._watching = gevent.spawn(self._watch)

    def stop(self) -> None:
        """End every stream."""
        if self._watching is not None:
            self._watching.kill()
        for one in list(self._streams):
            one.leave()

    def refusal(self, feed: Feed) -> str | None:
        """The HTTP status that refuses a stream to this viewer; None when the viewer gets one."""
        users = Counter((one.feed.company, one.feed.username) for one in self._streams)
        if users[feed.company, feed.username] >= PER_USER:
            return "429 Too Many Requests"
        return "503 Service Unavailable" if len(self._streams) >= OVERALL else None

    def stream(self, feed: Feed, connection: Any) -> Iterator[bytes]:
        """Everything to send, until the session or the connection ends."""
        one = _Stream(feed)
        self._streams.add(one)
        self._report()
        connection.settimeout(SEND_SECONDS)
        reads = gevent.get_hub().loop.io(connection.fileno(), _READABLE)
        reads.start(one.leave, reads)
        try:
            yield from self._events(one)
        finally:
            reads.stop()
            reads.close()
            self._streams.discard(one)
            self._report()

    def _report(self) -> None:
        """Report the viewers to the calls process whenever they change."""
        self._live.report_viewers(frozenset((one.feed.company, one.feed.username) for one in self._streams))

    def _events(self, one: _Stream) -> Iterator[bytes]:
        sent_at = 0.0
        while not one.is_gone:
            one.wake.clear()
            events = self._looked(one.feed)
            if events or time.monotonic() - sent_at >= ALIVE_SECONDS:
                sent_at = time.monotonic()
                yield events or _ALIVE
            if one.feed.is_over:
                return
            gevent.sleep(PACE_SECONDS)
            one.wake.wait(SESSION_SECONDS)

    def _looked(self, feed: Feed) -> bytes:
        try:
            return bytes(done_in(self._pool, feed.look))
        except FsplugError:
            # The store is away: the page stays as it is, and is updated when the store is back.
            return b""
        except Exception:
            log.exception("feed-failed")
            return b""

    def _watch(self) -> None:
        known = -1
        while True:
            known = self._live.wait(known, LOOK_SECONDS)
            gevent.sleep(GATHER_SECONDS)
            try:
                self._wake()
            except Exception:
                log.exception("feeds-not-woken")
                gevent.sleep(LOOK_SECONDS)

    def _wake(self) -> None:
        """Wake the streams of companies in which something changed, and of users with a new note."""
        companies = {one.feed.company for one in self._streams}
        self._seen = {company: seen for company, seen in self._seen.items() if company in companies}
        if not companies:
            return
        # The calls come from another process, which may take a while.
        for company, seen in done_in(self._pool, lambda: self._looked_at(companies)).items():
            if self._seen.get(company) != seen:
                self._seen[company] = seen
                for one in self._streams:
                    if one.feed.company == company:
                        one.wake.set()
        for one in self._streams:
            if self._live.note(one.feed.company, one.feed.username) is not None:
                one.wake.set()

    def _looked_at(self, companies: set[str]) -> dict[str, object]:
        """The calls of each company, and what applies there; None for either that is unavailable."""
        versions = self._versions(companies)
        return {one: (calls_or_none(self._live, one), versions.get(one)) for one in companies}

    def _versions(self, companies: set[str]) -> dict[str, int]:
        try:
            with self._store.connection():
                return {company: policies.current_version(self._store, company) for company in companies}
        except FsplugError:
            return {}
