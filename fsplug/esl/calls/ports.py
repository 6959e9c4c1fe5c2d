"""What the record flow needs of the world around it, and nothing more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from fsplug.esl.protocol.wire import Event
from fsplug.policy.entities import Terms
from fsplug.store.calls.entries import Entry


class Switch(Protocol):
    """The switch as the record flow commands it. Each raises Unavailable when the switch does not answer in time."""

    def start_recording(self, leg: str, path: str, recording: str, terms: Terms) -> None:
        """Begin this recording on a leg in a call, in the leg's own thread. The proof is its RECORD_START."""

    def stop_recording(self, leg: str, path: str) -> None:
        """End one recording on a leg."""

    def hang_up(self, leg: str, cause: str) -> None:
        """Hang a leg up."""

    def channel(self, leg: str) -> Event | None:
        """Everything about a leg; None when there is no such leg."""

    def legs(self) -> frozenset[str]:
        """The uuids of all live legs."""

    def bridges(self) -> Sequence[tuple[str, str]]:
        """The live bridges, as pairs of leg uuids."""

    def is_recording(self, leg: str, path: str) -> bool:
        """Whether this file is being recorded on this leg."""


class Spool(Protocol):
    """The folder the switch records to."""

    def path(self, recording: str) -> str:
        """Where the switch is to write this recording, absolute."""

    def exists(self, recording: str) -> bool:
        """Whether this recording's file is there."""

    def discard(self, recording: str) -> None:
        """Remove this recording's file, if it is there."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be recorded now (`spool-full`, `spool-read-only`, ...); None when all is well."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The record flow's surroundings. `clock` gives epoch seconds; `later` runs a function after so many seconds."""

    switch_name: str
    switch: Switch
    spool: Spool
    write: Callable[[Entry], None]
    clock: Callable[[], float]
    later: Callable[..., object]
    new_id: Callable[[], str]
