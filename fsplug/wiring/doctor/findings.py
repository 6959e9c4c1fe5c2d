"""What a check-up says: one finding for each thing looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

# Asks the switch: an API command to what it prints. Raises Unavailable.
Api = Callable[[str], str]


class State(StrEnum):
    """How one thing stands. UNKNOWN: it could not be looked at, because something before it is wrong."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is what mends it, a command wherever there is one."""

    subject: str
    state: State
    text: str
    remedy: str = ""


def ok(subject: str, text: str) -> Finding:
    """It is as it should be."""
    return Finding(subject, State.OK, text)


def warn(subject: str, text: str, remedy: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(subject, State.WARN, text, remedy)


def wrong(subject: str, text: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(subject, State.WRONG, text, remedy)
