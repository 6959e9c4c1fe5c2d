"""Periodic work of a process."""

from collections.abc import Callable

import gevent
import structlog

from fsplug.errors import Unavailable

log = structlog.get_logger()


def every(seconds: float, act: Callable[[], object]) -> None:
    """Repeat the work forever, with a pause in between; work that fails is tried again."""
    while True:
        try:
            act()
        except Unavailable as error:
            log.warning("tried-again-later", code=error.code, error=error.text)
        except Exception:
            log.exception("loop-failed")
        gevent.sleep(seconds)
