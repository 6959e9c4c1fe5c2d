"""Removes the files of deleted recordings from the archive once the deletion can't be undone any more."""

import time
from collections.abc import Callable, Iterable, Sequence

from fsplug.errors import FsplugError
from fsplug.media.archive import Archive
from fsplug.outage_log import outage_log
from fsplug.store.db.database import Store
from fsplug.store.nodes import names, settlement
from fsplug.store.recordings import deletions, destructions, recordings
from fsplug.store.recordings.deletions import Deletion

# How often the files of nodes that are gone are looked for here.
INHERIT_SECONDS = 60.0


def _always() -> bool:
    return True


class Destroyer:
    """Destroys the recordings that are due, as far as their files can be reached from the node `switch_name`.

    Those are its own, those of all nodes whose archive is the same `shared` one (`shared_place`), and what lies here of
    nodes that are gone: their disk may be mounted here now. `is_own` says whether the name is this node's. If it is
    killed, a later round finishes, here or elsewhere.
    """

    def __init__(
        self,
        store: Store,
        archive: Archive,
        switch_name: str,
        shared: str = "",
        is_own: Callable[[], bool] = _always,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._archive = archive
        self._switch_name = switch_name
        self._shared = shared
        self._is_own = is_own
        self._clock = clock
        self._inherits_at = 0.0
        self._trouble = outage_log("not-destroyed-yet")

    def work(self) -> int:
        """Destroy the recordings that are due; returns how many.

        A failure is stored with its reason and tried again later.
        """
        switches = self._reached()
        done = self._destroy_all(destructions.due(self._store, switches)) if switches else 0
        if self._clock() >= self._inherits_at:
            self._inherits_at = self._clock() + INHERIT_SECONDS
            done += self._destroy_all(self._inherited(switches))
        return done

    def _reached(self) -> Sequence[str]:
        """The nodes whose archive is this one."""
        own = [self._switch_name] if self._is_own() else []
        if not self._shared:
            return own
        shared = [one.name for one in names.every(self._store) if one.archive == self._shared]
        return list(dict.fromkeys([*own, *shared]))

    def _inherited(self, switches: Sequence[str]) -> Iterable[Deletion]:
        """Those of nodes that are gone, if their files lie here."""
        now = self._store.database_now()
        live = [one.name for one in names.every(self._store) if not settlement.is_gone(one, now)]
        for one in destructions.due_of_others(self._store, [*switches, *live, self._switch_name]):
            try:
                location = self._location(one)
                if location is not None and self._archive.exists(location):
                    yield one
            except FsplugError as trouble:
                self._trouble.failed(trouble.code, "error", recording=one.recording, error=trouble.text)
                return

    def _destroy_all(self, due: Iterable[Deletion]) -> int:
        return sum(self._destroy(one) for one in due)

    def _destroy(self, one: Deletion) -> bool:
        lease = deletions.begin(self._store, one)
        if lease is None:
            return False
        try:
            location = self._location(one)
            if location is not None:
                self._archive.remove(location)
        except FsplugError as trouble:
            self._trouble.failed(trouble.code, "error", recording=one.recording, error=trouble.text)
            deletions.failed(self._store, lease, trouble.code, trouble.text)
            return False
        deletions.destroyed(self._store, one)
        self._trouble.worked()
        return True

    def _location(self, one: Deletion) -> str | None:
        found = recordings.get(self._store, one.company, one.recording)
        return None if found is None else found.location
