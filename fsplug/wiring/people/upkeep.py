"""The upkeep of recordings after their calls, and of the store in the background."""

import time
from collections.abc import Iterator
from typing import Any

import gevent
import structlog

from fsplug.errors import Invalid
from fsplug.media.archive import Archive
from fsplug.media.destroyer import Destroyer
from fsplug.media.spool import Spool
from fsplug.media.worker import Worker
from fsplug.store.accounts.housekeeping import delete_old
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import JournalEntry
from fsplug.store.calls.past_conversations import PastConversations
from fsplug.store.config.local_copy import LocalCopy
from fsplug.store.db.database import Store
from fsplug.wiring.archives import is_shared, place_of
from fsplug.wiring.node import NodeName
from fsplug.wiring.people import checkpoints
from fsplug.wiring.people.checkpoint_places import Place, places
from fsplug.wiring.people.checkpoints import CheckpointKeeper
from fsplug.wiring.process.loops import every
from fsplug.wiring.process.threads import in_its_thread
from fsplug.wiring.settings import Settings

log = structlog.get_logger()

SEAL_SECONDS = 1.0
DESTROY_SECONDS = 2.0
COPY_SECONDS = 1.0
JOIN_SECONDS = 1.0
HOUSEKEEPING_SECONDS = 3_600.0


class Upkeep:
    """Seals finished recordings, destroys deleted ones, and does the housekeeping; each in a thread of its own."""

    def __init__(self, settings: Settings, store: Store, archive: Archive) -> None:
        self._store = store
        self._name = NodeName(settings, store)
        self._copy = LocalCopy(store, Store(settings.local_copy_file))
        self._worker = Worker(store, Spool(settings.spool), archive, settings.switch_name)
        shared = place_of(settings.archive) if is_shared(settings.archive) else ""
        self._destroyer = Destroyer(store, archive, settings.switch_name, shared, self._name.is_mine)
        self._checkpoints = CheckpointKeeper(store, _places(settings), settings.checkpoints_file, time.time)
        self._past_conversations = PastConversations(store)
        self._sealed: list[JournalEntry] = []

    def loops(self) -> Iterator[Any]:
        """The periodic work, as greenlets."""
        duties = (
            (SEAL_SECONDS, self._seal),
            (DESTROY_SECONDS, self._destroyer.work),
            (COPY_SECONDS, self._copy.catch_up),
            (JOIN_SECONDS, self._past_conversations.work),
            (HOUSEKEEPING_SECONDS, lambda: delete_old(self._store)),
            (checkpoints.ROUND_SECONDS, self._checkpoints.work),
        )
        for seconds, duty in duties:
            yield gevent.spawn(every, seconds, in_its_thread(duty))

    def _seal(self) -> None:
        """Seal, then write that to the ledger. After a kill in between, the next round seals the recording again.

        Under another's name the recordings of that one would be sought in this spool, and given up as lost.
        """
        if not self._name.is_mine():
            return
        self._sealed += self._worker.work()
        if self._sealed:
            ledger.apply(self._store, self._sealed)
            self._sealed = []


def _places(settings: Settings) -> tuple[Place, ...]:
    """A place that can't be used must not keep recordings from being sealed; the doctor names it."""
    try:
        return places(settings)
    except Invalid as error:
        log.error("checkpoints-refused", code=error.code, error=error.text)
        return ()
