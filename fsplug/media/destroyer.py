"""Removes the files of deleted recordings from the archive once the deletion can't be undone any more."""

from fsplug.errors import FsplugError
from fsplug.media.archive import Archive
from fsplug.outage_log import outage_log
from fsplug.store.db.database import Store
from fsplug.store.recordings import deletions, recordings
from fsplug.store.recordings.deletions import Deletion


class Destroyer:
    """Destroys the recordings of one switch that are due.

    If it is killed, a later round finishes, here or elsewhere.
    """

    def __init__(self, store: Store, archive: Archive, switch_name: str) -> None:
        self._store = store
        self._archive = archive
        self._switch_name = switch_name
        self._trouble = outage_log("not-destroyed-yet")

    def work(self) -> int:
        """Destroy the recordings that are due; returns how many.

        A failure is stored with its reason and tried again later.
        """
        return sum(self._destroy(one) for one in deletions.due(self._store, self._switch_name))

    def _destroy(self, one: Deletion) -> bool:
        lease = deletions.begin(self._store, one)
        if lease is None:
            return False
        try:
            self._remove(one)
        except FsplugError as trouble:
            self._trouble.failed(trouble.code, "error", recording=one.recording, error=trouble.text)
            deletions.failed(self._store, lease, trouble.code, trouble.text)
            return False
        deletions.destroyed(self._store, one)
        self._trouble.worked()
        return True

    def _remove(self, one: Deletion) -> None:
        found = recordings.get(self._store, one.company, one.recording)
        if found is None or found.location is None:
            return
        self._archive.remove(found.location)
