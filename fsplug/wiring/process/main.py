"""The process of one part, from its start to its exit code."""

import logging
import signal
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, Protocol

import gevent
import structlog

from fsplug.errors import FsplugError
from fsplug.wiring.process.life import EXIT_HOPELESS
from fsplug.wiring.settings import Settings, read


class Process(Protocol):
    """The work of a part's process."""

    def serve(self) -> None:
        """Run until `stop`."""

    def stop(self) -> None:
        """End `serve` in good order. May be called from a signal handler."""


def serve_here(data: Path, name: str, make: Callable[[Settings], Process]) -> int:
    """Serve in this process until SIGTERM or SIGINT; returns the exit code. Each line of the log has `name`."""
    _log_to_stderr(name)
    try:
        process = make(read(data))
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, process.stop)
        process.serve()
    except FsplugError as error:
        print(f"fsplug: {error.text}", file=sys.stderr, flush=True)
        return EXIT_HOPELESS
    return 0


def _log_to_stderr(name: str) -> None:
    """One line for each event; JSON when stderr is not a terminal."""

    def named(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**event, "process": name}

    watched = sys.stderr.isatty()
    structlog.configure(
        processors=[
            named,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Several processes share stderr: a line and its end go out in one write, even where Python does not buffer.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
