"""Files that nothing tells of: the switch made them by itself while fsplug was away, and has died since; or they were
begun for a talk that never came, and fsplug was killed before it could take them back.

What a talk's events or the switch's records explain is kept or destroyed there. The rest must not stay in the spool:
nobody will ever know who talks in it, and whether that may be recorded.
"""

from collections.abc import Callable, Collection
from typing import Any

import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.cutting import NOT_ORDERED
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.ports import Ports
from fsplug.media.record_folder import RecordFolder
from fsplug.media.spool import Spool
from fsplug.outage_log import TroubleLog
from fsplug.policy.recording.legs import AWAY_PREFIX, EARLY_PREFIX, is_away_recording_of
from fsplug.store.calls.entries import GapFound
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings

log = structlog.get_logger()

SWEEP_SECONDS = 20.0
# A record comes at the end of its leg, and waits two minutes at most for the other leg's.
LEFT_SECONDS = 300.0
FLUSH_SECONDS = 10.0
_UNKNOWN = "nothing tells who talked in this recording, made while fsplug was away; it was destroyed"


class AwayFiles:
    """Destroys what was left. `run` runs work in a thread; `flush` waits until everything written is in the store."""

    def __init__(
        self,
        store: Store,
        book: CallBook,
        spool: Spool,
        records: RecordFolder,
        ports: Ports,
        run: Callable[[Callable[[], Any]], Any],
        flush: Callable[[float], bool],
    ) -> None:
        self._store = store
        self._book = book
        self._spool = spool
        self._records = records
        self._ports = ports
        self._run = run
        self._flush = flush
        self._log = TroubleLog("away-files")
        self._next_at = 0.0

    def sweep(self) -> None:
        """One round, if it is time for one. Call it once the switch was looked at and its calls are taken up."""
        if self._ports.clock() < self._next_at:
            return
        self._next_at, trouble = self._ports.clock() + SWEEP_SECONDS, None
        try:
            left = [one for one in self._run(self._old) if one not in self._book.recordings]
            if left and not self._run(lambda: self._records.waiting(1)) and self._flush(FLUSH_SECONDS):
                self._destroy(left)
        except FsplugError as error:
            trouble = f"{error.code}: {error.text}"
        self._log.now(trouble)

    def _old(self) -> list[str]:
        before = self._ports.clock() - LEFT_SECONDS
        prefixes = (AWAY_PREFIX, EARLY_PREFIX)
        return [one.id for one in self._spool.files() if one.id.startswith(prefixes) and one.modified_at < before]

    def _destroy(self, left: Collection[str]) -> None:
        # A phone that holds writes nothing for as long as it likes.
        running = {leg_of(dump).away for dump in self._ports.switch.channels(self._ports.switch.legs())}
        domains = companies.domains(self._store)
        for one in left:
            if one in running or one in self._book.recordings or recordings.find(self._store, one) is not None:
                continue
            company = next((domain for domain in domains if is_away_recording_of(one, domain)), None)
            log.warning("left-destroyed", recording=one, company=company)
            if company is not None:
                self._ports.write(GapFound(company, "", one, one, NOT_ORDERED, _UNKNOWN, self._ports.clock()))
            self._ports.spool.discard(one)
