"""What became of an act that changes a company."""

from dataclasses import dataclass

from fsplug.store.change.plans import Plan
from fsplug.store.change.waiting_items import Held
from fsplug.store.change.waiting_rows import WaitingChange


@dataclass(frozen=True, slots=True)
class Outcome:
    """The policy version of a company after an act, and the plan of what the act changed, or would have changed.

    `held` waits of it, for a dry run too; `waiting` are the changes that do.
    """

    version: int
    plan: Plan
    held: tuple[Held, ...] = ()
    waiting: tuple[WaitingChange, ...] = ()
    changed: bool = False
