"""What the machine is for, as the doctor sees it: it must not look for a switch beside a console."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from fsplug.wiring.settings import Settings


class MachineRole(StrEnum):
    """What `fsplug serve` does on this data folder: both, or with --only one of them."""

    ALL = "all"
    CALLS = "calls"
    CONSOLE = "console"


def role_of(settings: Settings, is_held: Callable[[Path], bool | None]) -> MachineRole:
    """The role by the locks of what runs, else by those of what ran last: a lock's file stays. It is never CALLS: a
    console that is not set up does no harm.
    """
    serving, upkeep, console = settings.lock_file, settings.upkeep_lock_file, settings.console_lock_file
    if any(is_held(one) for one in (serving, upkeep)):
        return MachineRole.ALL
    if is_held(console):
        return MachineRole.CONSOLE
    return MachineRole.CONSOLE if console.exists() and not serving.exists() else MachineRole.ALL
