"""Keeps the files in the switch's configuration folder in step with the store, and makes the switch reread them."""

from collections.abc import Callable, Collection

from fsplug.errors import FsplugError
from fsplug.outage_log import TroubleLog
from fsplug.xml.install import callers, gateways
from fsplug.xml.install.installed_files import InstalledFiles


class Refresher:
    """`reload` makes the switch reread its files, restart the named gateways, and take its access lists anew or not.

    `reload` may raise Unavailable; it is then called again in the next round.
    """

    def __init__(self, files: InstalledFiles, reload: Callable[[Collection[str], bool], object]) -> None:
        self._files = files
        self._reload = reload
        self._unread: set[str] = set()
        self._log = TroubleLog("switch-files")

    def write(self) -> None:
        """Write what has changed. Rendering is slow and waits for a disk, so this runs in a thread."""
        try:
            outcome = self._files.catch_up()
            self._unread.update(outcome.written, outcome.removed)
            trouble = None
        except FsplugError as error:
            trouble = f"{error.code}: {error.text}"
        self._log.now(trouble)

    def have_read(self) -> None:
        """Make the switch read the files written since it last read them."""
        if self._unread:
            unread = frozenset(self._unread)
            lists = any(place.startswith(f"{callers.FOLDER}/") for place in unread)
            self._reload(sorted(filter(None, map(gateways.name_of, unread))), lists)
            self._unread -= unread
