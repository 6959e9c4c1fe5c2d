"""What happens to a recording once the switch has finished it: it is sealed into the archive, or reported lost."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import structlog

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.media import disk
from fsplug.media.archive import Archive
from fsplug.media.seal import FindSilences, LengthWarning, NoAudio, Sealed, no_silences, seal
from fsplug.outage_log import outage_log
from fsplug.policy.recording.holds import Holder, silences, spans
from fsplug.store.calls.entries import GapFound, JournalEntry, RecordingHeld, RecordingLost, RecordingSealed
from fsplug.store.db.database import Store
from fsplug.store.outbox import sealings
from fsplug.store.outbox.queue import Lease
from fsplug.store.recordings import holds, recordings
from fsplug.store.recordings.holds import HoldRow
from fsplug.store.recordings.recordings import Recording, State

log = structlog.get_logger()

# The recordings sealed in a round are written down at its end, before the first lease of the round runs out.
ROUND_SECONDS = sealings.LEASE_SECONDS / 2
# What is leased in one transaction: as many small recordings as make the lease no longer than twice that of one.
GROUP_RECORDINGS = 100
GROUP_BYTES = sealings.LEASE_SECONDS * sealings.SLOWEST_BYTES_PER_SECOND
# FreeSWITCH's causes for a file that it removed at the end: no frame of sound came, or too few (switch_ivr_async.c
# 1.11.1).
_REMOVED = frozenset({"empty-file", "input-too-short"})


class SpoolPaths(Protocol):
    """Where recordings lie in the spool."""

    def path(self, recording: str) -> Path:
        """The file of this recording."""


class Worker:
    """Seals what the switch has finished: the recordings that are `stopped` in the store."""

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
        self._folders = disk.Folders()
        self._trouble = outage_log("not-sealed-yet")

    def work(self) -> list[JournalEntry]:
        """Seal what is ready, and return the entries that report it. A recording that can't be sealed now waits.

        A sealed recording stays leased until its entry is in the store. If that takes too long, the recording is sealed
        again, which changes nothing.
        """
        stopped = recordings.in_states(self._store, self._switch_name, (State.STOPPED,))
        sealings.follow(self._store, self._switch_name, {row.id for row in stopped})
        due = sealings.due(self._store, self._switch_name)
        settled = list(self._round(row for row in stopped if row.id in due))
        try:
            self._folders.sync()
        except OSError as error:
            self._trouble.failed("folder-not-synced", "error", error=str(error))
            for lease, _ in settled:
                sealings.release(self._store, lease, "folder-not-synced", str(error))
            return []
        return [entry for _, entries in settled for entry in entries]

    def _round(self, due: Iterable[Recording]) -> Iterator[tuple[Lease, list[JournalEntry]]]:
        """Settle one after the other, while the lease of the first is valid: all of them wait for
        the end of the round.
        """
        ends_at = time.monotonic() + ROUND_SECONDS
        for group, size in self._groups(due):
            leases = sealings.take(self._store, [row.id for row in group], size)
            held = holds.of_recordings(self._store, leases)
            self._archive.ready(list(self._paths(leases)))
            for row in group:
                lease = leases.pop(row.id, None)
                if lease is not None and (entries := self._settle(row, lease, held.get(row.id, ()))) is not None:
                    yield lease, entries
                if time.monotonic() > ends_at:
                    sealings.give_back(self._store, list(leases.values()))
                    return

    def _groups(self, due: Iterable[Recording]) -> Iterator[tuple[list[Recording], int]]:
        """The recordings in groups that are leased together, and how many bytes each group has."""
        group, size = list[Recording](), 0
        for row in due:
            its_size = self._size(row)
            if group and (len(group) == GROUP_RECORDINGS or size + its_size > GROUP_BYTES):
                yield group, size
                group, size = [], 0
            group.append(row)
            size += its_size
        if group:
            yield group, size

    def _paths(self, recordings: Iterable[str]) -> Iterator[Path]:
        for one in recordings:
            with suppress(Invalid):
                yield self._spool.path(one)

    def _size(self, row: Recording) -> int:
        try:
            return self._spool.path(row.id).stat().st_size
        except (OSError, Invalid):
            return 0

    def _settle(self, row: Recording, lease: Lease, held: Sequence[HoldRow]) -> list[JournalEntry] | None:
        """The entry with the outcome; None if the recording must be tried again."""
        try:
            lacks = _silences(row, held)
            path, key = self._spool.path(row.id), key_of(row)
            sealed = seal(path, self._archive, key, row.talk_seconds, self._folders.add, lacks)
        except Unavailable as trouble:
            self._trouble.failed(trouble.code, "error", recording=row.id, error=trouble.text)
            sealings.failed(self._store, lease, trouble.code, trouble.text)
            return None
        except (Refused, Invalid) as refusal:
            cause, detail = _why(row, refusal)
            if cause == NoAudio.EMPTY:
                # A switch that is killed just as it begins a recording leaves a header.
                with suppress(OSError):
                    self._spool.path(row.id).unlink(missing_ok=True)
            return [self._lost(row, cause, detail), *_closed(row, held, _longest(row))]
        self._trouble.worked()
        return [*self._kept(row, sealed), *_closed(row, held, sealed.seconds)]

    def _kept(self, row: Recording, sealed: Sealed) -> list[JournalEntry]:
        at = self._clock()
        whole = row.talk_seconds is not None and sealed.warning is not LengthWarning.SHORT
        kept = RecordingSealed(
            row.id, sealed.seconds, sealed.bytes, sealed.sha256, sealed.location, sealed.repaired, at, whole
        )
        if sealed.warning is not LengthWarning.SHORT:
            return [kept]
        detail = f"{sealed.seconds:.1f} s recorded of {row.talk_seconds:.1f} s talked"
        return [kept, GapFound(row.company or "", row.call or "", row.decision or "", row.id, "short", detail, at)]

    def _lost(self, row: Recording, cause: str, detail: str) -> JournalEntry:
        log.error("gap", recording=row.id, call=row.call, cause=cause, detail=detail)
        return RecordingLost(row.id, cause, detail, self._clock())


def _why(row: Recording, refusal: Refused | Invalid) -> tuple[str, str]:
    """The cause of the loss, and its detail. A file that is not there may have been removed by the switch."""
    cause = str(refusal.facts.get("cause", refusal.code))
    if cause == NoAudio.MISSING and row.stop_cause in _REMOVED:
        return NoAudio.EMPTY, f"the switch removed its file, for there was hardly any sound in it ({row.stop_cause})"
    return cause, refusal.text


def _closed(row: Recording, held: Iterable[HoldRow], seconds: float | None) -> Iterator[JournalEntry]:
    """The ends of holds whose end nothing reported: that of the recording of so many seconds."""
    ended_at = (row.started_at or 0.0) + (seconds or 0.0)
    for one in held:
        if one.until is None:
            yield RecordingHeld(one.id, row.id, row.company or "", one.by, one.at, max(one.at, ended_at))


def _silences(row: Recording, written: Sequence[HoldRow]) -> FindSilences:
    """What a file of so many seconds lacks because the recorded person held the call."""
    started_at, lasted = row.started_at, _longest(row)
    if started_at is None or lasted is None:
        return no_silences
    # Where neither the end of the hold nor that of the talk is known, nothing says how much is missing.
    known = [one.hold for one in written if one.until is not None or row.talk_seconds is not None]
    held = [span for span in spans(known, started_at, lasted) if span.by is Holder.USER]
    return lambda file_seconds: silences(held, file_seconds, row.talk_seconds)


def _longest(row: Recording) -> float | None:
    """How many seconds of the talk the recording may hold: those of the talk, or those until its limit.

    FreeSWITCH is told a limit of one second more than policy's.
    """
    lasted = row.talk_seconds
    if lasted is None and row.started_at is not None and row.stopped_at is not None:
        lasted = max(0.0, row.stopped_at - row.started_at)
    return lasted if lasted is None or row.terms is None else min(lasted, row.terms.longest(1.0))


def key_of(row: Recording) -> str:
    """Where a recording lies in the archive: by company and by the day (UTC) on which it began.

    The key never changes.
    """
    day = time.strftime("%Y/%m/%d", time.gmtime(row.started_at or row.at))
    return f"{row.company}/{day}/{row.id}.wav"
