"""Where a call may be sent on."""

from dataclasses import dataclass
from enum import StrEnum

from fsplug.store.db.database import Row


class TargetKind(StrEnum):
    """What a target is."""

    USER = "user"
    GROUP = "group"
    IVR = "ivr"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Target:
    """A user (username), a ring group or an IVR (its number), or a number outside (E.164)."""

    kind: TargetKind
    name: str


def target(columns: Row) -> Target | None:
    """The target of two columns, kind and name; None where they are empty."""
    kind, name = columns
    return Target(TargetKind(kind), name) if kind is not None else None
