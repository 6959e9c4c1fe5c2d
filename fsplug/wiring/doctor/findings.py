"""The result of a check-up: one finding for each thing checked."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

# Sends an API command to the switch and returns the answer. Raises Unavailable.
Api = Callable[[str], str]


class FindingState(StrEnum):
    """The state of one thing. UNKNOWN: it could not be checked, because something it depends on is wrong."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `remedy` repairs it and is a command wherever possible."""

    subject: str
    state: FindingState
    text: str
    remedy: str = ""


def ok(subject: str, text: str) -> Finding:
    """A finding that the thing is right."""
    return Finding(subject, FindingState.OK, text)


def warn(subject: str, text: str, remedy: str) -> Finding:
    """A finding that the thing works and needs attention."""
    return Finding(subject, FindingState.WARN, text, remedy)


def wrong(subject: str, text: str, remedy: str) -> Finding:
    """A finding that the thing does not work."""
    return Finding(subject, FindingState.WRONG, text, remedy)
