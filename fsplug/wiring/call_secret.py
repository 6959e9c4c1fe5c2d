"""The secret of the installation with which the switch marks calls: a file in the data folder, for its owner alone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import structlog

from fsplug.errors import Unavailable

log = structlog.get_logger()

# Calls that were marked with the secret before are still answered for so long: they asked at that moment.
FORMER_SECONDS = 30.0
_BYTES = 32


def path_in(data: Path) -> Path:
    """The file in this data folder."""
    return data / "call-secret"


def make(path: Path, again: bool = False) -> bool:
    """Make the secret if there is none, or another one with `again`; whether one was made.

    Unavailable("call-secret") if the file can't be written.
    """
    if path.exists() and not again:
        return False
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
            owner = path.parent.stat()
            if os.geteuid() == 0:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        part.replace(path)
    except OSError as error:
        raise Unavailable("call-secret", f"{path} can't be written: {error.strerror}", path=str(path)) from error
    return True


def read(path: Path) -> str:
    """The secret; Unavailable("call-secret") if it can't be read."""
    try:
        found = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        text = f"{path} can't be read ({error}); make a new one: fsplug secret rotate-calls"
        raise Unavailable("call-secret", text, path=str(path)) from error
    if len(found) < 2 * _BYTES or not found.isalnum():
        raise Unavailable("call-secret", f"{path} holds no secret; make a new one: fsplug secret rotate-calls")
    return found


class CallSecret:
    """The secret in force, made at the first start; `share` gives it to the switch whenever it has become another."""

    def __init__(self, path: Path, share: Callable[[str], object]) -> None:
        make(path)
        self._path = path
        self._share = share
        self.current = read(path)
        self._former: tuple[str, float] | None = None

    def in_force(self) -> tuple[str, ...]:
        """The secret, and for a while the one before it."""
        if self._former is None or monotonic() > self._former[1]:
            return (self.current,)
        return (self.current, self._former[0])

    def look(self) -> None:
        """Take another secret into force if the file has one."""
        try:
            found = read(self._path)
        except Unavailable as error:
            log.error("call-secret-unreadable", error=error.text)
            return
        if found != self.current:
            self._share(found)
            self._former, self.current = (self.current, monotonic() + FORMER_SECONDS), found
            log.info("call-secret-changed")
