"""The folder of the switch's call records: what it posts is kept here, and so is what it could not post."""

import errno
import hashlib
import os
import stat
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fsplug.media import disk

SUFFIX = ".cdr.json"
# The switch writes a record in two pieces. What can't be read after this long never will be.
WRITTEN_SECONDS = 60.0
# What is read at once, and how many records that can't be read are kept.
MOST_READ, MOST_ASIDE = 2_000, 1_000
_ASIDE = "unreadable"
# Both the switch and fsplug write here, by their common group.
SHARED = stat.S_IRWXU | stat.S_IRWXG | stat.S_ISGID
_FILE = 0o660


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A record that waits to be read; `written_at` in epoch seconds."""

    name: str
    bytes: int
    written_at: float


class RecordFolder:
    """The records at `root`. Every method raises Unavailable with the folder's name when the disk fails."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self) -> bool:
        """Make the folder, such that the switch and fsplug can both write; whether it was missing."""
        try:
            if self.root.is_dir():
                return False
            self.root.mkdir(parents=True)
            self.root.chmod(SHARED)
        except OSError as error:
            raise disk.unavailable("records", self.root, error) from error
        return True

    def save(self, body: bytes) -> str:
        """Keep a record that was posted, and return its file's name. One that is posted twice is kept once."""
        name = hashlib.sha256(body).hexdigest()[:32]
        part, whole = self.root / f".{name}", self.root / f"{name}{SUFFIX}"
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE)
            try:
                written = os.write(descriptor, body)
            finally:
                os.close(descriptor)
            if written < len(body):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            part.rename(whole)
            return whole.name
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise disk.unavailable("records", self.root, error) from error

    def waiting(self, most: int = MOST_READ) -> list[RecordFile]:
        """The records that wait to be read, the oldest first; links and what has another name are left alone."""
        try:
            with os.scandir(self.root) as entries:
                found = [_file(entry) for entry in entries if entry.name.endswith(SUFFIX) and entry.name[0] != "."]
        except OSError as error:
            raise disk.unavailable("records", self.root, error) from error
        return sorted((one for one in found if one is not None), key=lambda one: (one.written_at, one.name))[:most]

    def read(self, name: str, most_bytes: int) -> bytes:
        """The record; one that is longer is cut off, and so can't be understood."""
        try:
            with os.fdopen(disk.open_regular(self.root / name), "rb") as file:
                return file.read(most_bytes)
        except OSError as error:
            raise disk.unavailable("records", self.root, error) from error

    def remove(self, names: Collection[str]) -> None:
        """Delete records: what they tell is in the store."""
        try:
            for name in names:
                (self.root / name).unlink(missing_ok=True)
        except OSError as error:
            raise disk.unavailable("records", self.root, error) from error

    def set_aside(self, name: str) -> None:
        """Move a record that can't be understood to where it can be looked at. The oldest of too many is deleted."""
        aside = self.root / _ASIDE
        try:
            aside.mkdir(exist_ok=True)
            (self.root / name).rename(aside / name)
            kept = sorted(aside.iterdir(), key=lambda path: path.lstat().st_mtime)
            for path in kept[:-MOST_ASIDE]:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise disk.unavailable("records", self.root, error) from error

    def check(self) -> None:
        """Raise Unavailable unless fsplug may list, write and delete here, and read what lies here."""
        probe = self.root / f".probe-{os.getpid()}"
        try:
            probe.write_bytes(b"")
            probe.unlink()
            for one in self.waiting(1):
                self.read(one.name, 1)
        except OSError as error:
            raise disk.unavailable("records", self.root, error) from error

    @property
    def aside(self) -> int:
        """How many records could not be understood."""
        try:
            return sum(1 for _ in (self.root / _ASIDE).iterdir())
        except OSError:
            return 0


def is_unfinished(file: RecordFile, now: float | None = None) -> bool:
    """Whether the switch may still be writing this record."""
    return (time.time() if now is None else now) - file.written_at < WRITTEN_SECONDS


def _file(entry: "os.DirEntry[str]") -> RecordFile | None:
    try:
        if not entry.is_file(follow_symlinks=False):
            return None
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # it was read meanwhile
    return RecordFile(entry.name, found.st_size, found.st_mtime)
