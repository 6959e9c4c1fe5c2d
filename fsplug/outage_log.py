"""What fails again and again is logged once, then counted, and said with its count when it works again.

A trouble that is looked at again and again, and not counted, is logged when it comes and when it is over.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog

# A failure that lasts is logged again after this long, with the count so far.
AGAIN_SECONDS = 600.0


class OutageLog:
    """The log of one thing that may fail for a while, under the name `event` and, when it works again, `event`-over."""

    def __init__(self, log: Any, event: str) -> None:
        self._log = log
        self._event = event
        self._code: str | None = None
        self._count = 0
        self._began_at = self._logged_at = 0.0

    @property
    def count(self) -> int:
        """How many failures there have been since it last worked."""
        return self._count

    def failed(self, code: str, level: str = "warning", **facts: object) -> None:
        """Note a failure. It is logged if it is the first, if its code is new, or if it lasts."""
        now = time.monotonic()
        if not self._count:
            self._began_at = now
        self._count += 1
        if code == self._code and now - self._logged_at < AGAIN_SECONDS:
            return
        so_far = {"count": self._count} if self._count > 1 else {}
        getattr(self._log, level)(self._event, code=code, **facts, **so_far)
        self._code, self._logged_at = code, now

    def worked(self) -> None:
        """Note that it works. If it had failed, that is logged with the count and the seconds that it lasted."""
        if self._count:
            seconds = round(time.monotonic() - self._began_at, 1)
            self._log.info(f"{self._event}-over", code=self._code, count=self._count, seconds=seconds)
        self._code, self._count = None, 0


class TroubleLog:
    """The log of one thing under the name `event`, as each look finds it: with its trouble, or with None.

    Troubles of the same `kind` count as one.
    """

    def __init__(self, event: str, kind: Callable[[str], str] = str) -> None:
        self._log = structlog.get_logger()
        self._event = event
        self._kind = kind
        self._logged: str | None = None

    def now(self, trouble: str | None) -> None:
        """Log what this look found, if it is news."""
        kind = self._kind(trouble) if trouble else None
        if kind != self._logged:
            (self._log.error if trouble else self._log.info)(self._event, trouble=trouble)
        self._logged = kind


def outage_log(event: str) -> OutageLog:
    """A log of this event by structlog."""
    return OutageLog(structlog.get_logger(), event)
