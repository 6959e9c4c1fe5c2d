"""Periodic work of a process."""

from collections.abc import Callable

import gevent
import structlog

from fsplug.errors import Unavailable
from fsplug.outage_log import outage_log

log = structlog.get_logger()

# How long work that is under way may take to end when its process stops.
STOP_SECONDS = 2.0


def every(seconds: float, act: Callable[[], object]) -> None:
    """Repeat the work forever, with a pause in between; work that fails is tried again."""
    delayed = outage_log("tried-again-later")
    while True:
        try:
            act()
        except Unavailable as error:
            delayed.failed(error.code, error=error.text)
        except Exception:
            log.exception("loop-failed")
        else:
            delayed.worked()
        gevent.sleep(seconds)
