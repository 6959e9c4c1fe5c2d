"""The destinations that a call may be sent on to."""

from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """The kinds of target."""

    USER = "user"
    GROUP = "group"
    IVR = "ivr"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Target:
    """A user (username), a ring group or an IVR (its number), or a number outside (E.164)."""

    kind: TargetKind
    name: str


def target(kind: str | None, name: str | None) -> Target | None:
    """The target of two columns; None where they are empty."""
    return Target(TargetKind(kind), name) if kind is not None and name is not None else None
