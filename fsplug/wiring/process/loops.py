"""What a process does every so often."""

from collections.abc import Callable

import gevent
import structlog

from fsplug.errors import Unavailable

log = structlog.get_logger()


def every(seconds: float, act: Callable[[], object]) -> None:
    """Do it for ever, with so long a pause; what can't be done now is tried again."""
    while True:
        try:
            act()
        except Unavailable as error:
            log.warning("tried-again-later", code=error.code, error=error.text)
        except Exception:
            log.exception("loop-failed")
        gevent.sleep(seconds)
