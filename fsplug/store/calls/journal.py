"""The journal: entries on disk before they are in the store, so that killing fsplug loses none.

One JSON line per entry in an append-only file, each written by one call of write(2): it survives kill -9 of fsplug (not
a power cut: nothing here waits for the disk). A second file holds the part that `rotate` set apart, until it is
applied.
"""

import contextlib
import errno
import fcntl
import os
from pathlib import Path

from fsplug.errors import Refused, Unavailable
from fsplug.store.calls.entries import JournalEntry, Unreadable
from fsplug.store.calls.entry_lines import from_json, to_json

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Journal:
    """The journal at `path`; Refused("journal-in-use") while another process has it open."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._rotated = self._path.with_name(f"{self._path.name}.old")
        self._lock = self._locked()
        self._file, self._bytes = self._opened()

    @property
    def bytes(self) -> int:
        """The length of the file that is being appended to."""
        return self._bytes

    @property
    def is_rotated(self) -> bool:
        """Whether a part of the journal is set apart."""
        return self._rotated.exists()

    def append(self, entry: JournalEntry) -> None:
        """Write the entry; Unavailable("journal-full") if the disk is full, and the file is unchanged."""
        line = f"{to_json(entry)}\n".encode()
        try:
            written = os.write(self._file, line)
        except OSError as error:
            raise self._trouble(error) from error
        if written < len(line):
            os.ftruncate(self._file, self._bytes)
            raise self._trouble(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        self._bytes += written

    def replay(self) -> list[JournalEntry]:
        """Every entry, in the order of writing; a line that can't be read comes as an `Unreadable`."""
        lines = [line for path in (self._rotated, self._path) for line in _whole_lines(path)]
        return [_entry(line) for line in lines]

    def rotate(self) -> None:
        """Set apart everything written so far and begin a new file. Only allowed while nothing is set apart."""
        if self.is_rotated:
            raise Refused("journal-rotated", f"{self._rotated} is still needed; forget it first")
        os.rename(self._path, self._rotated)
        os.close(self._file)
        self._file, self._bytes = self._opened()

    def forget_rotated(self) -> None:
        """Drop the part that was set apart: all of it is in the store."""
        self._rotated.unlink(missing_ok=True)

    def truncate(self) -> None:
        """Drop everything: all of it is in the store."""
        self.forget_rotated()
        os.ftruncate(self._file, 0)
        self._bytes = 0

    def close(self) -> None:
        """Close the file; its entries stay."""
        os.close(self._file)
        os.close(self._lock)

    def _locked(self) -> int:
        lock = self._open(self._path.with_name(f"{self._path.name}.lock"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            text = f"{self._path} belongs to another fsplug that runs; stop it, or give this one its own data folder"
            raise Refused("journal-in-use", text, journal=str(self._path)) from error
        return lock

    def _opened(self) -> tuple[int, int]:
        file = self._open(self._path)
        whole = _whole_bytes(self._path)
        # A writer killed inside write(2) leaves the beginning of a line. That entry was never reported as safe.
        os.ftruncate(file, whole)
        return file, whole

    def _open(self, path: Path) -> int:
        try:
            return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> Unavailable:
        if error.errno in _NO_ROOM:
            text = f"{self._path} cannot grow: the disk is full; free some space"
            return Unavailable("journal-full", text, journal=str(self._path))
        return Unavailable("journal-broken", f"{self._path}: {error.strerror}", journal=str(self._path))


def _whole_lines(path: Path) -> list[bytes]:
    with contextlib.suppress(FileNotFoundError):
        return [line for line in path.read_bytes().split(b"\n")[:-1] if line]
    return []


def _whole_bytes(path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1


def _entry(line: bytes) -> JournalEntry:
    try:
        return from_json(line)
    except (ValueError, RecursionError) as error:
        return Unreadable.of(line, error)
