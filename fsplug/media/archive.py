"""Where sealed recordings are kept: the port that every archive fulfils, and the archive that is a folder.

A key is a path of plain names, `acme.example/2026/11/22/ID.wav`. Rows keep the key, so they stay true when the
archive's folder or bucket moves.
"""

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.media import disk

MOST_KEY_CHARACTERS = 512
_PRIVATE = 0o600
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Archive(Protocol):
    """Every method raises Invalid for a malformed key and Unavailable if the archive does not answer."""

    def ready(self, paths: Sequence[Path]) -> None:
        """Prepare files that `put` gets next: what can be done for many of them at once is done now.

        Whoever changes one of them in between must sync it. Never fails: `put` says what is wrong with a file.
        """
        ...

    def put(self, path: Path, key: str, sha256: str, sync_folder: Callable[[Path], None] = disk.sync) -> str:
        """Keeps the file under the key, whole or not at all, and returns the key to open it by.

        The file hashes to `sha256`; an archive that copies it checks the hash of the copy. Afterwards `path` is gone if
        the file was moved (a move is durable after `sync_folder`), and is still there if the file was copied. An
        earlier file under the key is replaced.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """The recording as a file that can seek; Refused (`not-archived`) if there is none."""
        ...

    def size(self, key: str) -> int:
        """The recording's length in bytes; Refused (`not-archived`) if there is none."""
        ...

    def exists(self, key: str) -> bool: ...

    def remove(self, key: str) -> None:
        """Remove what is kept under the key, if there is anything. Unavailable if the archive does not answer."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order."""
        ...

    def room(self) -> tuple[int, int] | None:
        """The free bytes and the total bytes; None if unknown."""
        ...


def check_key(key: str) -> str:
    """The key, if every name in it is plain: no `..`, no hidden file, nothing that a shell or a URL would interpret."""
    names = key.split("/")
    if len(key) > MOST_KEY_CHARACTERS or not all(_NAME.fullmatch(name) for name in names):
        text = f"{key[:80]!r} is not an archive key; use names of letters, digits and . _ - joined by /"
        raise Invalid("bad-key", text, key=key)
    return key


def not_archived(key: str) -> Refused:
    return Refused("not-archived", f"{key} is not in the archive; list what is there: fsplug recording list", key=key)


class FolderArchive:
    """An archive in a folder of this machine, readable by fsplug's user only."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # The files that are on the disk already, or the error when they were to be.
        self._ready: dict[Path, OSError | None] = {}

    def ready(self, paths: Sequence[Path]) -> None:
        opened: dict[Path, int] = {}
        try:
            for path in paths:
                # What can't be opened, `put` will meet too.
                with suppress(OSError):
                    if _is_movable(path, self.root):
                        opened[path] = disk.open_regular(path)
                        os.fchmod(opened[path], _PRIVATE)
            self._ready = disk.sync_together(opened)
        finally:
            for descriptor in opened.values():
                disk.close(descriptor)

    def put(self, path: Path, key: str, sha256: str, sync_folder: Callable[[Path], None] = disk.sync) -> str:
        target = self._path(key)
        try:
            self._make_folders(target.parent)
            self._take(path, target, sha256, sync_folder)
        except OSError as error:
            raise disk.unavailable("archive", self.root, error) from error
        return key

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except OSError as error:
            raise self._unreadable(key, error) from error

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except OSError as error:
            raise self._unreadable(key, error) from error

    def exists(self, key: str) -> bool:
        try:
            self._path(key).stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unreadable(key, error) from error
        return True

    def remove(self, key: str) -> None:
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
            # A mount point without its disk is an empty folder, or is missing: the recording may come back with the
            # disk.
            if next(self.root.iterdir(), None) is None:
                raise FileNotFoundError(errno.ENOENT, "it is empty; is its disk mounted?")
            if path.parent.is_dir():
                disk.sync(path.parent)
        except OSError as error:
            raise disk.unavailable("archive", self.root, error) from error

    def keys(self, prefix: str = "") -> Iterator[str]:
        for folder, folders, names in os.walk(self.root):
            folders.sort()
            for name in sorted(names):
                key = Path(folder, name).relative_to(self.root).as_posix()
                if _NAME.fullmatch(name) and key.startswith(prefix):
                    yield key

    def room(self) -> tuple[int, int] | None:
        try:
            found = os.statvfs(self.root)
        except OSError:
            return None
        return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize

    def _path(self, key: str) -> Path:
        return self.root / check_key(key)

    def _unreadable(self, key: str, error: OSError) -> Refused | Unavailable:
        if isinstance(error, FileNotFoundError):
            return not_archived(key)
        return disk.unavailable("archive", self.root, error)

    def _make_folders(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folders(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        disk.sync(folder.parent)

    def _take(self, path: Path, target: Path, sha256: str, sync_folder: Callable[[Path], None]) -> None:
        if _is_movable(path, target.parent):
            self._sync(path)
            os.rename(path, target)
            sync_folder(target.parent)
        else:
            _copy(path, target, sha256)
            # Sync at once: the original is removed next.
            disk.sync(target.parent)

    def _sync(self, path: Path) -> None:
        if path not in self._ready:
            os.chmod(path, _PRIVATE)
            disk.sync(path)
        elif error := self._ready.pop(path):
            # A second sync could succeed although the first one lost something (fsync(2), NOTES).
            raise error


def _is_movable(path: Path, folder: Path) -> bool:
    # A moved file would keep its owner. If that is another user (the switch's), who could still change it, the file is
    # copied.
    found = path.lstat()
    return found.st_dev == folder.stat().st_dev and found.st_uid == os.geteuid()


def _copy(path: Path, target: Path, sha256: str) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        _write_part(path, part)
        _check_part(part, sha256)
        os.rename(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_part(path: Path, part: Path) -> None:
    with os.fdopen(disk.open_regular(path), "rb") as source:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb", buffering=0) as sink:
            while block := source.read(disk.BLOCK_BYTES):
                _write_all(sink.fileno(), block)
            os.fsync(sink.fileno())
            # The check that follows must read from the disk.
            os.posix_fadvise(sink.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _write_all(descriptor: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _check_part(part: Path, sha256: str) -> None:
    with part.open("rb") as copy:
        copied = disk.sha256(copy)
    if copied != sha256:
        text = f"the copy at {part} hashes to {copied}, the recording to {sha256}; look at the disk"
        raise Unavailable("archive-failed", text, path=str(part), cause="failed")
