"""What the disk answers, in fsplug's errors, and what is done to every file: open it safely, hash it, make it last."""

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from gevent.monkey import get_original

from fsplug.errors import Unavailable

# Since 25.8 gevent's own gives a folder's descriptor back in the hub's next round; a thread of its pool that has once
# waited by gevent has a hub, and no next round.
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
    """`Unavailable("archive-full", ...)` and its like: the place, the cause and the remedy."""
    cause = cause_of(error)
    text = f"the {place} at {path} is {cause} ({error.strerror}); {_REMEDIES[cause]}"
    return Unavailable(f"{place}-{cause}", text, path=str(path), cause=cause)


def open_regular(path: Path, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a regular file, never of what a link, a pipe or a device in a shared folder points at."""
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
    """Folders whose names have changed, to be synced once each, however many files were moved."""

    def __init__(self) -> None:
        self._changed: set[Path] = set()

    def add(self, folder: Path) -> None:
        """Sync this one too when the time comes; in the place of `sync`."""
        self._changed.add(folder)

    def sync(self) -> None:
        """Returns when all their names are on the disk. OSError when one can't be synced: it is still to be."""
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
