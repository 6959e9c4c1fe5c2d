"""The server's process from its first line to its exit code."""

import logging
import signal
import sys
from pathlib import Path

import gevent
import structlog

from fsplug.errors import FsplugError
from fsplug.wiring.console.process import ConsoleProcess
from fsplug.wiring.process.supervisor import EXIT_HOPELESS
from fsplug.wiring.server import ServingProcess
from fsplug.wiring.settings import read

# How long a thread that seals or writes may keep calls and questions from the processor; Python's default is 5 ms.
SWITCH_SECONDS = 0.001


CALLS, CONSOLE = "calls", "console"


def serve_here(data: Path, only: str | None = None) -> int:
    """Serve in this process until SIGTERM or SIGINT; the exit code. gevent must be patched in.

    `only` is CALLS or CONSOLE for one of the two.
    """
    _log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        settings = read(data)
        process = ConsoleProcess(settings) if only == CONSOLE else ServingProcess(settings, has_console=only != CALLS)
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, process.stop)
        process.serve()
    except FsplugError as error:
        print(f"fsplug: {error.text}", file=sys.stderr, flush=True)
        return EXIT_HOPELESS
    return 0


def _log_to_stderr() -> None:
    """One line an event; JSON where nobody watches."""
    watched = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
