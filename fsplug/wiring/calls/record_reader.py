"""Reads the switch's call records, and deletes each once what it tells is in the store."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gevent
import structlog

from fsplug.errors import FsplugError, Invalid
from fsplug.esl.calls.records import RECORD_BYTES, LegRecord, leg_record
from fsplug.esl.calls.witness import Witness
from fsplug.media.record_folder import MOST_READ, RecordFile, RecordFolder, is_unfinished
from fsplug.outage_log import TroubleLog

log = structlog.get_logger()

# A record comes before the last event of its leg. Two looks at the switch find what no event reported.
LOOKS = 2
# If the switch can't be looked at, a record is believed after this long.
BELIEVED_SECONDS = 30.0
FLUSH_SECONDS = 10.0
# What takes no more than 3 ms to read, and so can be read while calls wait; most records have 11 kB (1.11.1).
_SHORT_BYTES = 64 << 10
# How many records are compared with the store before calls have their turn.
_STRETCH = 100


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A record that was read: its file, and how many looks at the switch had been when it was found."""

    file: RecordFile
    record: LegRecord
    looks: int


class RecordReader:
    """Feeds the witness. `run` runs work in a thread; `flush` waits until everything written is in the store.

    `stayed` hears of legs that were in a conference as long as their records wait: what runs there may have to stop.
    """

    def __init__(
        self,
        folder: RecordFolder,
        witness: Witness,
        stayed: Callable[[LegRecord], None],
        run: Callable[[Callable[[], Any]], Any],
        flush: Callable[[float], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._witness = witness
        self._stayed = stayed
        self._run = run
        self._flush = flush
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self._looks = 0
        self._log = TroubleLog("records")

    def looked(self) -> None:
        """The switch was looked at, and everything it reported before is taken in."""
        self._looks += 1

    def save(self, body: bytes) -> None:
        """Keep a record that the switch posts. Unavailable if it can't be kept: the switch then writes it itself."""
        name = self._run(lambda: self._folder.save(body))
        if len(body) > _SHORT_BYTES:
            return
        # One that can't be understood is found again by its file, as a long one is.
        with suppress(Invalid):
            file = RecordFile(name, len(body), self._clock())
            self._waiting.setdefault(name, _Waiting(file, leg_record(body), self._looks))

    def read(self) -> None:
        """One round: read what is there, write what is missing, and delete what is settled."""
        try:
            self._run(self._folder.make)
            # Those that wait for the end of a long call must not keep others from being read.
            known = frozenset(self._waiting)
            most = MOST_READ + len(known)
            self._take_in(self._run(lambda: self._folder.waiting(most)), known)
            for one in list(self._waiting.values()):
                if one.record.stay is not None:
                    self._stayed(one.record)
            self._settle()
            trouble = None
        except FsplugError as error:
            trouble = f"{error.code}: {error.text}"
        self._log.now(trouble)

    def _take_in(self, found: Sequence[RecordFile], known: frozenset[str]) -> None:
        """Read the files that are new, and forget the `known` ones that are gone."""
        here = {file.name: file for file in found}
        self._waiting = {name: one for name, one in self._waiting.items() if name in here or name not in known}
        new = [file for name, file in here.items() if name not in self._waiting]
        records: Mapping[str, LegRecord] = self._run(lambda: dict(self._parsed(new)))
        for file in new:
            if file.name in records:
                self._waiting[file.name] = _Waiting(file, records[file.name], self._looks)

    def _parsed(self, files: Sequence[RecordFile]) -> Any:
        """The records in these files; runs in a thread."""
        for file in files:
            try:
                yield file.name, leg_record(self._folder.read(file.name, RECORD_BYTES))
            except Invalid as error:
                if not is_unfinished(file, self._clock()):
                    log.error("record-unreadable", file=file.name, error=error.text)
                    self._folder.set_aside(file.name)

    def _settle(self) -> None:
        ripe = sorted(filter(self._is_ripe, self._waiting.values()), key=lambda one: one.record.call)
        # Calls are known, and files are destroyed, by what the store has: what events made must be in it first.
        if not ripe or not self._flush(FLUSH_SECONDS):
            return
        settled: set[str] = set()
        for at in range(0, len(ripe), _STRETCH):
            settled |= self._settled(ripe[at : at + _STRETCH])
            gevent.sleep(0)
        if left := [one for one in ripe if one.record.uuid not in settled]:
            # The two legs of a talk need not belong to the same call.
            settled |= self._settled(left)
        if settled and self._flush(FLUSH_SECONDS):
            names = [one.file.name for one in ripe if one.record.uuid in settled]
            self._run(lambda: self._folder.remove(names))

    def _settled(self, some: Sequence[_Waiting]) -> frozenset[str]:
        records = {one.record.uuid: one.record for one in some}
        waited = {one.record.uuid: self._age(one) for one in some}
        return self._witness.settle(records, waited)

    def _is_ripe(self, one: _Waiting) -> bool:
        return self._looks >= one.looks + LOOKS or self._age(one) > BELIEVED_SECONDS

    def _age(self, one: _Waiting) -> float:
        return max(0.0, self._clock() - one.file.written_at)
