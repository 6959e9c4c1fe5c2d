"""What happens to a recording once the switch has let go of it: sealed into the archive, or told as lost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from fsplug.errors import Refused, Unavailable
from fsplug.media.archive import Archive
from fsplug.media.seal import LengthWarning, Sealed, seal
from fsplug.store import recordings
from fsplug.store.database import Store
from fsplug.store.entries import Entry, GapFound, RecordingLost, RecordingSealed
from fsplug.store.recordings import Recording, State

log = structlog.get_logger()


class SpoolPaths(Protocol):
    """Where recordings lie in the spool."""

    def path(self, recording: str) -> Path:
        """The file of this recording."""


class Worker:
    """Seals what the switch has finished. Its queue is the store: whatever is not sealed or lost is still to do."""

    def __init__(
        self,
        store: Store,
        spool: SpoolPaths,
        archive: Archive,
        write: Callable[[Entry], None],
        switch_name: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._spool = spool
        self._archive = archive
        self._write = write
        self._switch_name = switch_name
        self._clock = clock
        self._done: set[str] = set()

    def work(self) -> int:
        """Seal everything that is ready; how many were. What can't be sealed now stays for the next time."""
        stopped = recordings.in_states(self._store, self._switch_name, (State.STOPPED,))
        # What is settled may stand in the journal still; it is not settled again meanwhile.
        self._done &= {row.id for row in stopped}
        ready = [row for row in stopped if row.id not in self._done]
        for row in ready:
            self._settle(row)
        return len(ready)

    def _settle(self, row: Recording) -> None:
        try:
            sealed = seal(self._spool.path(row.id), self._archive, key_of(row), row.talk_seconds)
        except Refused as refusal:
            self._lose(row, str(refusal.facts.get("cause", refusal.code)), refusal.text)
        except Unavailable as trouble:
            log.error("not-sealed-yet", recording=row.id, code=trouble.code, error=trouble.text)
        else:
            self._keep(row, sealed)

    def _keep(self, row: Recording, sealed: Sealed) -> None:
        at = self._clock()
        self._write(
            RecordingSealed(row.id, sealed.seconds, sealed.bytes, sealed.sha256, sealed.location, sealed.repaired, at)
        )
        if sealed.warning is LengthWarning.SHORT:
            detail = f"{sealed.seconds:.1f} s recorded of {row.talk_seconds:.1f} s talked"
            self._write(GapFound(row.company or "", row.call or "", row.decision or "", row.id, "short", detail, at))
        self._done.add(row.id)

    def _lose(self, row: Recording, cause: str, detail: str) -> None:
        log.error("gap", recording=row.id, call=row.call, cause=cause, detail=detail)
        self._write(RecordingLost(row.id, cause, detail, self._clock()))
        self._done.add(row.id)


def key_of(row: Recording) -> str:
    """Where a recording lies in the archive: by company and the day it began, UTC. The same whenever it is asked."""
    day = time.strftime("%Y/%m/%d", time.gmtime(row.started_at or row.at))
    return f"{row.company}/{day}/{row.id}.wav"
