"""Keeps the files in the switch's configuration folder as the store has it, and has the switch read them again."""

from collections.abc import Callable

import structlog

from fsplug.errors import FsplugError
from fsplug.xml.standing import StandingFiles

log = structlog.get_logger()


class Refresher:
    """`reload` has the switch read its files; it may raise Unavailable, and is asked again at the next look then."""

    def __init__(self, standing: StandingFiles, reload: Callable[[], object]) -> None:
        self._standing = standing
        self._reload = reload
        self._is_unread = False
        self._trouble: str | None = None

    def write(self) -> None:
        """Write what has changed. Rendering takes its time and waits for a disk: it runs in a thread."""
        try:
            self._is_unread = self._standing.catch_up() or self._is_unread
            trouble = None
        except FsplugError as error:
            trouble = f"{error.code}: {error.text}"
        if trouble != self._trouble:
            log.log(40 if trouble else 20, "switch-files", trouble=trouble)
        self._trouble = trouble

    def have_read(self) -> None:
        """Have the switch read what was written since it last did."""
        if self._is_unread:
            self._reload()
            self._is_unread = False
