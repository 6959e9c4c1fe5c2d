"""This node's name in the store, and the token on disk that shows whose the name is.

The token changes with every sign. A process that starts on the same data folder knows the last one, and takes over at
once; a copy of the machine has an old one, and is refused.
"""

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import structlog

from fsplug.errors import Unavailable
from fsplug.store.db.database import Store
from fsplug.store.nodes import names, presence
from fsplug.store.nodes.names import Claim
from fsplug.wiring.archives import place_of
from fsplug.wiring.settings import Settings

log = structlog.get_logger()

# A token may change between the look at the file and the look at the store, but not each time.
_LOOKS = 3


class NodeName:
    """The name of the node with this data folder, as far as this process knows it."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._path = settings.node_file
        self._store = store
        self._claim = Claim(settings.switch_name, *settings.place, place_of(settings.archive))
        self._known: Sequence[str] | None = None
        self._next = ""
        self._lock = threading.Lock()
        self._held_until = 0.0

    @property
    def name(self) -> str:
        """The name itself."""
        return self._claim.name

    @property
    def is_held(self) -> bool:
        """Whether the last `hold` still counts: nobody else has the name, and nobody speaks for this node."""
        return time.monotonic() < self._held_until

    def hold(self) -> None:
        """Take the name, or keep it. Refused("name-taken") if it is another's, Unavailable if the store is away.

        Only the process that serves calls may do so. It must be done again within `names.LEASE_SECONDS`.
        """
        began = time.monotonic()
        with self._lock:
            known = self._known if self._known is not None else _read(self._path)
            token = self._next or uuid4().hex
            # The file knows the token before the store does: a process killed in between must know it afterwards.
            if not _write(self._path, [*known, token]) and known:
                token = known[-1]
            self._known, self._next = known, token
            presence.hold(self._store, self._claim, known, token)
            self._known, self._next = [token], ""
            self._held_until = began + names.LEASE_SECONDS

    def release(self) -> None:
        """Give the name up; a store that is away finds out when the lease is over."""
        with self._lock:
            try:
                for token in self._known or ():
                    names.release(self._store, self.name, token)
            except Unavailable as error:
                log.warning("name-not-released", node=self.name, error=error.text)

    def is_mine(self) -> bool:
        """Whether this node speaks for itself, by whichever process of this data folder. Unavailable as `hold`."""
        for _ in range(_LOOKS):
            known, node = _read(self._path), names.get(self._store, self.name)
            if node is not None and node.token in known:
                return node.settled_at is None
        return False


def _read(path: Path) -> Sequence[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return []


def _write(path: Path, tokens: Sequence[str]) -> bool:
    part = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write("".join(f"{token}\n" for token in tokens))
        part.rename(path)
    except OSError as error:
        log.warning("token-not-kept", path=str(path), error=str(error))
        return False
    return True
