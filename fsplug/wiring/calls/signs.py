"""Signs of life that stay when the process is gone: from when to when calls may have been missed, and why."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from fsplug.store.calls.entries import JournalEntry, OutageSeen
from fsplug.store.calls.outages import AWAY, FROZEN, STARVED, STOPPED, STORE_AWAY, Span

log = structlog.get_logger()

# The file's time is the time of the last sign, to this many seconds.
FILE_SECONDS = 0.25
# A loop that gives its sign this late was kept from working. Starving is over after so many seconds without that.
LATE_SECONDS, CALM_SECONDS = 1.0, 10.0


@dataclass(slots=True)
class _Open:
    """An outage that lasts: its entry's id, and when there was last reason for it."""

    id: str
    last_at: float


class Signs:
    """Notes outages of this switch. `path` holds how the last process ended; its time is that of its last sign."""

    def __init__(
        self,
        path: Path,
        switch: str,
        write: Callable[[JournalEntry], None],
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._switch = switch
        self._write = write
        self._clock = clock
        self._elapsed = elapsed
        self._open: dict[str, _Open] = {}
        self._gave_at: float | None = None
        self._on_file_at = 0.0
        self._last_sign_at: float | None = None
        self._absence = ""

    def begin(self, is_after_freeze: bool) -> None:
        """This process begins to serve: calls may have been missed since the last sign of the one before it."""
        try:
            ended, self._last_sign_at = self._path.read_text(encoding="ascii").strip(), self._path.stat().st_mtime
        except (OSError, ValueError):
            ended = ""
        self._note("")
        if self._last_sign_at is not None:
            self._absence = STOPPED if ended == STOPPED else FROZEN if is_after_freeze else AWAY
            self._start(self._absence, self._last_sign_at)

    def taken_up(self, left_open: Sequence[Span]) -> None:
        """The switch's calls are known again. What the process before this one left open ended with it."""
        own = {one.id for one in self._open.values()}
        for span in left_open:
            if span.id not in own:
                self._end_of(span.id, span.cause, max(span.from_at, self._last_sign_at or span.from_at))
        if self._absence:
            self._end(self._absence, self._clock())

    def give(self, store_trouble: str | None) -> None:
        """The loop works. `store_trouble`: why nothing can be written to the store."""
        now, elapsed = self._clock(), self._elapsed()
        late = elapsed - self._gave_at if self._gave_at is not None else 0.0
        self._gave_at = elapsed
        if late > LATE_SECONDS:
            self._start(STARVED, now - late)
            self._open[STARVED].last_at = now
        elif STARVED in self._open and now - self._open[STARVED].last_at > CALM_SECONDS:
            self._end(STARVED, self._open[STARVED].last_at)
        self.now(STORE_AWAY, is_out=store_trouble is not None)
        if elapsed - self._on_file_at >= FILE_SECONDS:
            self._on_file_at = elapsed
            self._touch()

    def now(self, cause: str, is_out: bool) -> None:
        """Whether there is this reason for an outage now."""
        if is_out:
            self._start(cause, self._clock())
        else:
            self._end(cause, self._clock())

    def stop(self) -> None:
        """The process ends in good order."""
        for cause in list(self._open):
            self._end(cause, self._clock())
        self._note(STOPPED)

    def _start(self, cause: str, at: float) -> None:
        if cause not in self._open:
            outage = hashlib.sha256(f"{self._switch} {cause} {at!r}".encode()).hexdigest()[:32]
            self._open[cause] = _Open(outage, at)
            self._write(OutageSeen(outage, self._switch, cause, at))

    def _end(self, cause: str, at: float) -> None:
        if found := self._open.pop(cause, None):
            self._end_of(found.id, cause, max(at, found.last_at))

    def _end_of(self, outage: str, cause: str, at: float) -> None:
        self._write(OutageSeen(outage, self._switch, cause, None, at))

    def _note(self, ended: str) -> None:
        try:
            self._path.write_text(f"{ended}\n", encoding="ascii")
        except OSError as error:
            log.warning("sign-not-kept", path=str(self._path), error=str(error))

    def _touch(self) -> None:
        try:
            os.utime(self._path)
        except OSError:
            self._note("")
