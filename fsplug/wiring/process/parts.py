"""The parts of `fsplug serve`, each a process of its own: calls, and people."""

from collections.abc import Sequence
from pathlib import Path

from fsplug.wiring.process.supervisor import Part

CALLS, CONSOLE = "calls", "console"
# Calls go before pages: when both want a whole processor, pages get a tenth of it (sched(7), nice 10).
_NICENESS = 10


def parts(data: Path, only: str | None = None) -> Sequence[Part]:
    """The parts for calls and people; `only` CALLS leaves out the console, `only` CONSOLE everything else."""
    if only == CONSOLE:
        return [Part("people", lambda: serve_people(data, seals=False), niceness=_NICENESS)]
    has_console = only != CALLS
    people = Part("people", lambda: serve_people(data, has_console), is_vital=False, niceness=_NICENESS)
    return [Part("calls", lambda: serve_calls(data)), people]


def serve_calls(data: Path) -> int:
    """Run the calls process; its exit code. gevent must be patched in before anything that blocks is imported."""
    from fsplug.wiring.process.patching import patch

    patch()
    from fsplug.wiring.calls.process import CallsProcess
    from fsplug.wiring.process.main import serve_here

    return serve_here(data, "calls", CallsProcess)


def serve_people(data: Path, has_console: bool = True, seals: bool = True) -> int:
    """Run the people process; its exit code. Blocking work runs in threads here, so nothing is patched."""
    from fsplug.wiring.people.process import PeopleProcess
    from fsplug.wiring.process.main import serve_here

    return serve_here(data, "people", lambda settings: PeopleProcess(settings, has_console, seals))
