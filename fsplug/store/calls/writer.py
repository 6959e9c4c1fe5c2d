"""The one writer of calls: accepts entries at once, and writes them to the store when the store is available."""

import threading
from collections import deque
from collections.abc import Callable
from itertools import islice

import structlog

from fsplug.errors import FsplugError, Unavailable
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import JournalEntry
from fsplug.store.calls.journal import Journal
from fsplug.store.db.database import Store

BATCH_ENTRIES = 2_000
# Entries are gathered for this long, so that a busy hour needs 20 transactions a second, not thousands.
GATHER_SECONDS = 0.25
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.1, 5.0
JOURNAL_BYTES = 1024 * 1024

log = structlog.get_logger(__name__)


def _directly(work: Callable[[], None]) -> None:
    work()


class Writer:
    """Applies entries in the order they were put, each at least once. A failing store delays entries but loses none.

    `run` executes what waits for the database: the hub's threadpool for SQLite under gevent, else a direct call.
    """

    def __init__(self, store: Store, journal: Journal, run: Callable[[Callable[[], None]], object] = _directly) -> None:
        self._store = store
        self._journal = journal
        self._run = run
        self._queue: deque[JournalEntry] = deque()
        self._put_count = 0
        self._applied_count = 0
        self._rotated_count: int | None = None
        self._unwritten: deque[tuple[int, JournalEntry]] = deque()
        self._journal_alarm: str | None = None
        self._store_alarm: str | None = None
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def backlog(self) -> int:
        """The number of entries that are not in the store yet."""
        return len(self._queue)

    @property
    def store_alarm(self) -> str | None:
        """Why entries can't be written to the store now, in words; None if they can."""
        return self._store_alarm

    @property
    def alarm(self) -> str | None:
        """Why entries can't be written to the store or the journal now, in words; None if they can."""
        return self._store_alarm or self._journal_alarm

    def start(self) -> None:
        """Read what an earlier run left in the journal, and begin to apply entries."""
        left_over = self._journal.replay()
        with self._changed:
            self._queue.extendleft(reversed(left_over))
            self._put_count += len(left_over)
            self._rotated_count = self._put_count if self._journal.is_rotated else None
        self._stopping.clear()
        self._thread = threading.Thread(target=self._loop, name="fsplug-ledger", daemon=True)
        self._thread.start()

    def put(self, entry: JournalEntry) -> None:
        """Put the entry into the journal, then into the queue. Never waits, and never fails on a full disk."""
        with self._changed:
            self._put_count += 1
            self._write_down(self._put_count, entry)
            self._queue.append(entry)
            self._changed.notify_all()

    def flush(self, deadline_seconds: float) -> bool:
        """Wait until every entry put so far is in the store; False if some are not by the deadline."""
        with self._changed:
            wanted = self._put_count
            return self._changed.wait_for(lambda: self._applied_count >= wanted, deadline_seconds)

    def stop(self, deadline_seconds: float = 5.0) -> bool:
        """Apply the remaining entries until the deadline, and end; False if some are left in the journal."""
        done = self.flush(deadline_seconds) if self._thread else self.backlog == 0
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread:
            self._thread.join(deadline_seconds)
        if done:
            self._journal.truncate()
        return done

    def _loop(self) -> None:
        retry_seconds = FIRST_RETRY_SECONDS
        while batch := self._next_batch():
            if self._apply(batch):
                retry_seconds = FIRST_RETRY_SECONDS
                self._stopping.wait(GATHER_SECONDS)
            else:
                self._stopping.wait(retry_seconds)
                retry_seconds = min(2 * retry_seconds, LAST_RETRY_SECONDS)

    def _next_batch(self) -> list[JournalEntry]:
        """The oldest entries, which stay in the queue until they are applied; none if the writer must stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping.is_set())
            return [] if self._stopping.is_set() else list(islice(self._queue, BATCH_ENTRIES))

    def _apply(self, batch: list[JournalEntry]) -> bool:
        try:
            self._run(lambda: ledger.apply(self._store, batch))
        except Exception as error:
            # Whatever the error is, the entries are safe in the journal and only this writer applies them: log it, try
            # again.
            self._delayed(error)
            return False
        self._applied(len(batch))
        return True

    def _delayed(self, error: Exception) -> None:
        if self._store_alarm is None:
            is_fault = not isinstance(error, FsplugError)
            log.warning("ledger-delayed", error=str(error), backlog=self.backlog, exc_info=is_fault)
        self._store_alarm = str(error)
        with self._changed:
            self._write_down_again()

    def _applied(self, count: int) -> None:
        if self._store_alarm:
            log.info("ledger-resumed", backlog=self.backlog)
        self._store_alarm = None
        with self._changed:
            for _ in range(count):
                self._queue.popleft()
            self._applied_count += count
            self._write_down_again()
            self._trim_journal()
            self._changed.notify_all()

    def _write_down(self, number: int, entry: JournalEntry) -> bool:
        try:
            self._journal.append(entry)
        except Unavailable as trouble:
            if self._journal_alarm is None:
                log.error("journal-refuses", error=trouble.text)
            self._journal_alarm = trouble.text
            self._unwritten.append((number, entry))
            return False
        self._journal_alarm = None
        return True

    def _write_down_again(self) -> None:
        """Write entries that the journal could not take, unless the store has them by now."""
        unwritten, self._unwritten = self._unwritten, deque()
        while unwritten:
            number, entry = unwritten.popleft()
            if number > self._applied_count and not self._write_down(number, entry):
                break
        self._unwritten.extend(unwritten)

    def _trim_journal(self) -> None:
        """Drop applied entries, in whole files, even under a load that never lets the queue run empty."""
        try:
            if self._rotated_count is None and self._journal.bytes > JOURNAL_BYTES:
                self._journal.rotate()
                self._rotated_count = self._put_count
            if self._rotated_count is not None and self._applied_count >= self._rotated_count:
                self._journal.forget_rotated()
                self._rotated_count = None
        except (OSError, FsplugError) as error:
            self._journal_alarm = str(error)
