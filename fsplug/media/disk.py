"""Disk errors as fsplug's errors, and the steps every file needs: open it safely, hash it, sync it."""

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from gevent.monkey import get_original

from fsplug.errors import Unavailable

# Since 25.8 gevent's own os.close closes a folder's descriptor in the hub's next round. A thread of gevent's pool that
# has once waited through gevent has a hub too, but that hub has no next round.
_close = get_original("os", "close")

BLOCK_BYTES = 1 << 20

_CAUSES = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "unwritable",
    errno.EPERM: "unwritable",
    errno.ENOTDIR: "unwritable",
    errno.EEXIST: "unwritable",
    errno.ENOENT: "missing",
}

_REMEDIES = {
    "full": "free some space there",
    "read-only": "mount it for writing",
    "unwritable": "give the user fsplug runs as the right to write there",
    "missing": "make the folder",
    "failed": "look at the disk and the system's log",
}


def cause_of(error: OSError) -> str:
    """One of full, read-only, unwritable, missing, failed."""
    return _CAUSES.get(error.errno or 0, "failed")


def unavailable(place: str, path: Path, error: OSError) -> Unavailable:
    """`Unavailable("archive-full", ...)` or similar, with the place, the cause and the remedy."""
    cause = cause_of(error)
    text = f"the {place} at {path} is {cause} ({error.strerror}); {_REMEDIES[cause]}"
    return Unavailable(f"{place}-{cause}", text, path=str(path), cause=cause)


def open_regular(path: Path, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a regular file, never of a link, a pipe or a device that somebody put into a shared folder."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    _close(descriptor)
    raise OSError(errno.ELOOP, "not a regular file", str(path))


def sha256(file: BinaryIO) -> str:
    """The hash of the file from its start, read in blocks."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()


class Folders:
    """The changed folders: each is synced once, however many files were moved."""

    def __init__(self) -> None:
        self._changed: set[Path] = set()

    def add(self, folder: Path) -> None:
        """Remember this folder; a stand-in for `sync`."""
        self._changed.add(folder)

    def sync(self) -> None:
        """Sync every remembered folder. OSError if one fails; that folder stays remembered."""
        for folder in sorted(self._changed):
            sync(folder)
            self._changed.discard(folder)


def sync(path: Path) -> None:
    """Returns when the file's bytes, or the folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        _close(descriptor)
