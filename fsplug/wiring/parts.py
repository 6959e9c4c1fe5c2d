"""The parts of `fsplug serve`, each a process of its own: calls, and people."""

import gc
from collections.abc import Sequence
from pathlib import Path

from fsplug.wiring.process.child import ServicePart
from fsplug.wiring.process.lifeline import Lifeline

CALLS, CONSOLE = "calls", "console"
# Calls go before pages: when both want a whole processor, pages get a tenth of it or less (sched(7)).
_CALLS_NICENESS, _PEOPLE_NICENESS = -5, 10
# How long the process for calls may stand still by its own fault: calls that ask meanwhile hear silence. It is noticed
# up to half a second later.
_PATIENCE_SECONDS = 2.0


def parts(data: Path, only: str | None = None) -> Sequence[ServicePart]:
    """The parts for calls and people; `only` CALLS leaves out the console, `only` CONSOLE everything else."""
    if only == CONSOLE:
        return [ServicePart("people", lambda line: serve_people(line, data, seals=False), niceness=_PEOPLE_NICENESS)]
    has_console = only != CALLS
    return [
        ServicePart(
            "calls",
            lambda line: serve_calls(line, data),
            niceness=_CALLS_NICENESS,
            patience_seconds=_PATIENCE_SECONDS,
            has_spare=True,
        ),
        ServicePart(
            "people",
            lambda line: serve_people(line, data, has_console),
            is_vital=False,
            niceness=_PEOPLE_NICENESS,
        ),
    ]


def serve_calls(line: Lifeline, data: Path) -> int:
    """Run the calls process; its exit code. gevent must be patched in before anything that blocks is imported."""
    gc.disable()
    from fsplug.wiring.process.patching import patch

    patch()
    from fsplug.wiring.calls.process import CallsProcess
    from fsplug.wiring.process.main import serve_here

    _all_is_loaded()
    sockets = line.wait_for_turn()
    return serve_here(data, "calls", lambda settings: CallsProcess(settings, line, sockets))


def serve_people(line: Lifeline, data: Path, has_console: bool = True, seals: bool = True) -> int:
    """Run the people process; its exit code. Blocking work runs in threads here, so nothing is patched."""
    gc.disable()
    from fsplug.wiring.people.process import PeopleProcess
    from fsplug.wiring.process.main import serve_here
    from fsplug.wiring.settings import Settings

    def made(settings: Settings) -> PeopleProcess:
        process = PeopleProcess(settings, line.pulse, has_console, seals)
        _all_is_loaded()
        return process

    return serve_here(data, "people", made)


def _all_is_loaded() -> None:
    """Search for garbage from now on, but not in what is loaded by now: it stays.

    To search while it is loaded is a quarter of the time that a process takes to start, and finds nothing to speak of.
    Each full search later would look through all of it, for 100 ms without any call or page.
    """
    gc.freeze()
    gc.enable()
