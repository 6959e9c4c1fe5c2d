"""Hands checkpoints of the audit trails to the places that the operator named; looks whether earlier ones hold."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import structlog

from fsplug.errors import Unavailable
from fsplug.store.audit import checkpoints
from fsplug.store.audit.checkpoints import TrailCheckpoint
from fsplug.store.audit.verification import Checkpoint
from fsplug.store.db.database import Store
from fsplug.wiring.people.checkpoint_places import Place

log = structlog.get_logger()

ROUND_SECONDS = 15.0


@dataclass(slots=True)
class PlaceState:
    """What a place has: of each trail (a company's id) the last checkpoint, as text. Times are epoch seconds."""

    known: dict[str, str] = field(default_factory=dict)
    at: float = 0.0
    tried_at: float = 0.0
    error: str | None = None


@dataclass(slots=True)
class CheckpointState:
    """What is remembered in the data folder. `wrong`: of each trail that lost an entry, what was found."""

    places: dict[str, PlaceState] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def read_state(file: Path) -> CheckpointState:
    """What is remembered there; nothing if it can't be read: then every trail's checkpoint is handed out again."""
    try:
        found: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
        places = {name: PlaceState(**values) for name, values in found["places"].items()}
        return CheckpointState(places, dict(found["wrong"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return CheckpointState()


class CheckpointKeeper:
    """One round at a time; `work` is called every `ROUND_SECONDS`."""

    def __init__(self, store: Store, places: Sequence[Place], file: Path, clock: Callable[[], float]) -> None:
        self._store = store
        self._places = places
        self._file = file
        self._clock = clock
        self._state = read_state(file)

    def work(self) -> None:
        """Hand out what is due."""
        due = [one for one in self._places if self._is_due(one)]
        for place in due:
            self._hand(place, self._state.places.setdefault(place.name, PlaceState()))
        if due:
            self._state.places = {one.name: self._state.places[one.name] for one in self._places}
            _write(self._file, self._state)

    def _is_due(self, place: Place) -> bool:
        its = self._state.places.get(place.name)
        if its is None:
            return True
        now, wait = self._clock(), place.seconds if its.error is None else min(place.seconds, ROUND_SECONDS)
        # A clock that was set back must not make a place wait for longer.
        return not 0 <= now - its.tried_at < wait

    def _hand(self, place: Place, its: PlaceState) -> None:
        its.tried_at = self._clock()
        moved = checkpoints.since(self._store, its.known)
        if not moved:
            its.error = None
            return
        self._compare(its, moved)
        try:
            place.hand(moved)
        except Unavailable as error:
            log.error("checkpoints-not-taken", place=place.name, error=error.text)
            its.error = error.text
            return
        its.known |= {one.trail: str(one.checkpoint) for one in moved}
        its.at, its.error = its.tried_at, None

    def _compare(self, its: PlaceState, moved: Sequence[TrailCheckpoint]) -> None:
        """A trail only grows: the entry that its last checkpoint names is still there."""
        for one in moved:
            before = its.known.get(one.trail)
            if before is None:
                continue
            if trouble := checkpoints.trouble(self._store, one.trail, [Checkpoint.read(before)]):
                self._state.wrong[one.company] = f"entry {trouble.number} is {trouble.fault}: {trouble.detail}"
                log.error("audit-trail-altered", company=one.company, number=trouble.number, fault=str(trouble.fault))


def _write(file: Path, state: CheckpointState) -> None:
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as text:
        json.dump(asdict(state), text)
    part.rename(file)
