"""Disk errors as fsplug's errors, and the steps every file needs: open it safely, hash it, sync it."""

import ctypes
import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from gevent.monkey import get_original

from fsplug.errors import Unavailable

# Since 25.8 gevent's own os.close closes a folder's descriptor in the hub's next round. A thread of gevent's pool that
# has once waited through gevent has a hub too, but that hub has no next round.
_close = get_original("os", "close")

BLOCK_BYTES = 1 << 20
# sync_file_range(2), SYNC_FILE_RANGE_WRITE: begin to write, and wait for nothing. Python has no such function.
_BEGIN_TO_WRITE = 2
_sync_file_range: Any = getattr(ctypes.CDLL(None), "sync_file_range", None)

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


def sync_together(opened: Mapping[Path, int]) -> dict[Path, OSError | None]:
    """Sync these files, given with their descriptors; for each the error, if there is one.

    The writing of all begins before any is waited for. One after the other they would take three times as long, and
    twice the processor (ext4, measured with a hundred small files).
    """
    if _sync_file_range is not None:
        for descriptor in opened.values():
            # A hint only: whether it worked, fsync says.
            _sync_file_range(descriptor, ctypes.c_int64(0), ctypes.c_int64(0), _BEGIN_TO_WRITE)
    return {path: _trouble_in_sync(descriptor) for path, descriptor in opened.items()}


def close(descriptor: int) -> None:
    """Close a descriptor at once."""
    _close(descriptor)


def sync(path: Path) -> None:
    """Returns when the file's bytes, or the folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        _close(descriptor)


def _trouble_in_sync(descriptor: int) -> OSError | None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        return error
    return None
