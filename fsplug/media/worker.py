"""What happens to a recording once the switch has let go of it: sealed into the archive, or told as lost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.media import disk
from fsplug.media.archive import Archive
from fsplug.media.seal import LengthWarning, Sealed, seal
from fsplug.store.calls.entries import Entry, GapFound, RecordingLost, RecordingSealed
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import Recording, State

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
        switch_name: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._spool = spool
        self._archive = archive
        self._switch_name = switch_name
        self._clock = clock
        self._settled: set[str] = set()
        self._folders = disk.Folders()

    def work(self) -> list[Entry]:
        """Seal what is ready; the entries that say so. What can't be sealed now stays for the next time."""
        stopped = recordings.in_states(self._store, self._switch_name, (State.STOPPED,))
        # What is settled may stand in the journal still; it is not settled again meanwhile.
        self._settled &= {row.id for row in stopped}
        due = [row for row in stopped if row.id not in self._settled]
        entries = [entry for row in due for entry in self._settle(row)]
        try:
            self._folders.sync()
        except OSError as error:
            log.error("not-sealed-yet", error=str(error))
            self._settled -= {row.id for row in due}
            return []
        return entries

    def _settle(self, row: Recording) -> list[Entry]:
        try:
            sealed = seal(self._spool.path(row.id), self._archive, key_of(row), row.talk_seconds, self._folders.add)
        except Unavailable as trouble:
            log.error("not-sealed-yet", recording=row.id, code=trouble.code, error=trouble.text)
            return []
        except (Refused, Invalid) as refusal:
            self._settled.add(row.id)
            return [self._lost(row, str(refusal.facts.get("cause", refusal.code)), refusal.text)]
        self._settled.add(row.id)
        return self._kept(row, sealed)

    def _kept(self, row: Recording, sealed: Sealed) -> list[Entry]:
        at = self._clock()
        kept = RecordingSealed(
            row.id, sealed.seconds, sealed.bytes, sealed.sha256, sealed.location, sealed.repaired, at
        )
        if sealed.warning is not LengthWarning.SHORT:
            return [kept]
        detail = f"{sealed.seconds:.1f} s recorded of {row.talk_seconds:.1f} s talked"
        return [kept, GapFound(row.company or "", row.call or "", row.decision or "", row.id, "short", detail, at)]

    def _lost(self, row: Recording, cause: str, detail: str) -> Entry:
        log.error("gap", recording=row.id, call=row.call, cause=cause, detail=detail)
        return RecordingLost(row.id, cause, detail, self._clock())


def key_of(row: Recording) -> str:
    """Where a recording lies in the archive: by company and the day it began, UTC. The same whenever it is asked."""
    day = time.strftime("%Y/%m/%d", time.gmtime(row.started_at or row.at))
    return f"{row.company}/{day}/{row.id}.wav"
