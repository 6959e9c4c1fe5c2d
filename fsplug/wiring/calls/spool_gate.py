"""The spool as the call path sees it: it answers at once from a check made off the event loop."""

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
        """Why nothing can be recorded, as of the last `look`; None when recording is possible."""
        return self._trouble

    def look(self) -> None:
        """Check the spool. A slow disk makes the check slow, so it runs in a thread."""
        found = self._found()
        if found != self._trouble:
            log.log(40 if found else 20, "spool", trouble=found)
        self._trouble = found

    def path(self, recording: str) -> str:
        """The path that the switch must write this recording to."""
        return str(self._spool.path(recording))

    def exists(self, recording: str) -> bool:
        """Whether this recording's file exists."""
        return self._spool.path(recording).exists()

    def discard(self, recording: str) -> None:
        """Remove this recording's file, if it exists."""
        self._spool.path(recording).unlink(missing_ok=True)
        self._spool.forget(recording)

    def stalled_bytes(self, recording: str) -> int | None:
        """The size in bytes at which this recording's file stopped growing; None while it grows."""
        growth = self._spool.grown(recording, time.monotonic())
        return growth.bytes if growth.stalled else None

    def forget(self, recording: str) -> None:
        """Stop watching this recording's growth."""
        self._spool.forget(recording)

    def _found(self) -> str | None:
        try:
            self._spool.check_writable()
            free = self._spool.free_bytes()
        except Unavailable as error:
            return f"{error.code}: {error.text}"
        return None if free >= self._least_free_bytes else f"spool-full: {free} bytes are left"
