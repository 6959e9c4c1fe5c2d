"""The spool as the call path sees it: answers at once, from a look taken off the event loop."""

import time

import structlog

from fsplug.errors import Unavailable
from fsplug.media.spool import Spool

log = structlog.get_logger()


class SpoolGate:
    """The record flow's port `Spool`, and its `GrowthMeter`."""

    def __init__(self, spool: Spool, least_free_bytes: int) -> None:
        self._spool = spool
        self._least_free_bytes = least_free_bytes
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why nothing can be recorded now, as of the last `look`."""
        return self._trouble

    def look(self) -> None:
        """Take a look at the spool; a slow disk makes it slow, so it runs in a thread."""
        found = self._found()
        if found != self._trouble:
            log.log(40 if found else 20, "spool", trouble=found)
        self._trouble = found

    def path(self, recording: str) -> str:
        """Where the switch is to write this recording."""
        return str(self._spool.path(recording))

    def exists(self, recording: str) -> bool:
        """Whether this recording's file is there."""
        return self._spool.path(recording).exists()

    def discard(self, recording: str) -> None:
        """Remove this recording's file, if it is there."""
        self._spool.path(recording).unlink(missing_ok=True)
        self._spool.forget(recording)

    def stalled_bytes(self, recording: str) -> int | None:
        """The size at which this recording's file has stopped growing; None while it grows."""
        growth = self._spool.grown(recording, time.monotonic())
        return growth.bytes if growth.stalled else None

    def forget(self, recording: str) -> None:
        """No longer ask whether this one grows."""
        self._spool.forget(recording)

    def _found(self) -> str | None:
        try:
            self._spool.check_writable()
            free = self._spool.free_bytes()
        except Unavailable as error:
            return f"{error.code}: {error.text}"
        return None if free >= self._least_free_bytes else f"spool-full: {free} bytes are left"
