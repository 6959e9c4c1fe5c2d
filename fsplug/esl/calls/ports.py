"""The ports through which the record flow reaches the rest of fsplug."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from fsplug.esl.protocol.event import Event
from fsplug.esl.switch import Switch
from fsplug.policy.access.failures import Failure
from fsplug.store.calls.entries import JournalEntry


class Spool(Protocol):
    """The folder the switch records to."""

    def path(self, recording: str) -> str:
        """The absolute path to which the switch must write this recording."""

    def exists(self, recording: str) -> bool:
        """Whether this recording's file is there."""

    def begun_early(self) -> Collection[str]:
        """The recordings with a file that began, or were to begin, before their talk was decided."""

    def discard(self, recording: str) -> None:
        """Remove this recording's file, if it is there."""

    def cut(self, recording: str, seconds: float, off_the_end: float) -> None:
        """Shorten this recording's file, which the switch has closed, to its first `seconds`.

        Its last `off_the_end` seconds go in any case: a file that stood still is shorter than its time.
        Unavailable or Invalid if it can't be done.
        """

    def written_at(self, recording: str) -> float | None:
        """When this recording's file was last written to, in epoch seconds; None if it is not there."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be recorded now (`spool-full`, `spool-read-only`, ...); None if recording is possible."""

    @property
    def kept_out(self) -> str | None:
        """Why the switch can't write there although fsplug can; None if nothing is known to forbid it."""


def _uncounted(company: str, act: str, failure: Failure) -> None:
    """For those who have no trail."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The record flow's surroundings.

    `clock` gives epoch seconds; `later` runs a function after a number of seconds. `stamped` gives what `clock` showed
    when the switch stamped an event so. `refused` counts what somebody tried in vain, as an act of a company's trail.
    `said` gives the text of the prompt with this SHA-256, empty if nobody knows it.
    """

    switch_name: str
    switch: Switch
    spool: Spool
    write: Callable[[JournalEntry], None]
    clock: Callable[[], float]
    later: Callable[..., object]
    new_id: Callable[[], str]
    stamped: Callable[[float], float] = float
    refused: Callable[[str, str, Failure], object] = _uncounted
    said: Callable[[str], str] = lambda _: ""

    def time_of(self, event: Event) -> float:
        """When the switch sent this event, by `clock`. To be asked for events in their order."""
        return self.stamped(event.timestamp)
