"""A FreeSWITCH configuration folder: read and written file by file, never through a link, never outside."""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from fsplug.errors import Invalid, Unavailable

_NEW_FILE, _NEW_FOLDER = 0o640, 0o750
_OWN = "fsplug"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class ConfFolder:
    """The folder at `root`. New files get its owner and group, and are closed to others: some hold passwords.

    `group` is the switch's where the folder is root's, so that the switch can read them.
    """

    def __init__(self, root: Path, group: int | None = None) -> None:
        self.root = root.expanduser().absolute()
        self._group = group
        if not self.root.is_dir():
            text = f"there is no folder {root}; make it, or name the switch's own (fs_cli -x 'global_getvar conf_dir')"
            raise Invalid("no-conf-folder", text, path=str(root))

    def read(self, path: str) -> bytes | None:
        """The file's content; None if there is none."""
        self._check_way(path)
        try:
            descriptor = os.open(self.root / path, _READ)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise _not_a_file(self.root / path)
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except IsADirectoryError as error:
            raise _not_a_file(self.root / path) from error
        except OSError as error:
            raise self._trouble("read", path, error) from error

    def glob(self, pattern: str) -> list[str]:
        """The files that match, by their paths within the folder, sorted."""
        return sorted(str(one.relative_to(self.root)) for one in self.root.glob(pattern) if one.is_file())

    def write(self, path: str, content: bytes) -> None:
        """Write the file, whole or not at all; an existing file keeps its owner and mode."""
        self._check_way(path)
        place = self.root / path
        try:
            self._make_folder(place.parent)
            like = place.lstat() if place.exists() else None
            part = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
            descriptor = os.open(part, _CREATE, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    self._dress(descriptor, like)
                    os.fsync(descriptor)
                part.rename(place)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._trouble("write", path, error) from error

    def remove(self, path: str) -> None:
        """Remove the file, and the folders that are empty without it."""
        self._check_way(path)
        place = self.root / path
        try:
            place.unlink(missing_ok=True)
            for folder in place.relative_to(self.root).parents[:-1]:
                if (self.root / folder).is_dir() and not any((self.root / folder).iterdir()):
                    (self.root / folder).rmdir()
        except OSError as error:
            raise self._trouble("remove", path, error) from error

    def check_writable(self) -> None:
        """Unavailable when nothing can be written here."""
        try:
            probe = self.root / f".fsplug-{secrets.token_hex(4)}"
            os.close(os.open(probe, _CREATE, 0o600))
            probe.unlink()
        except OSError as error:
            raise self._trouble("write", "", error) from error

    def make_folder(self, path: str, mode: int) -> None:
        """Make the folder if needed, with at least this mode."""
        self._check_way(path)
        try:
            self._make_folder(self.root / path)
            (self.root / path).chmod(mode)
        except OSError as error:
            raise self._trouble("write", path, error) from error

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(_NEW_FOLDER)
        self._own(folder)

    def _dress(self, descriptor: int, like: os.stat_result | None) -> None:
        os.fchmod(descriptor, stat.S_IMODE(like.st_mode) if like else _NEW_FILE)
        if os.geteuid() == 0:
            os.fchown(descriptor, *((like.st_uid, like.st_gid) if like else self._owner()))

    def _own(self, folder: Path) -> None:
        if os.geteuid() == 0:
            os.chown(folder, *self._owner())

    def _owner(self) -> tuple[int, int]:
        found, own = self.root.stat(), self.root / _OWN
        if found.st_gid != 0:
            return found.st_uid, found.st_gid
        # Later files get the group of the first ones.
        group = own.stat().st_gid if self._group is None and own.is_dir() else self._group
        return found.st_uid, group or 0

    def _check_way(self, path: str) -> None:
        """Refuse links: other users who may write into this folder must not lead us elsewhere."""
        place = self.root
        for part in Path(path).parts:
            place = place / part
            if part == ".." or place.is_symlink():
                text = f"{place} is a link or leads outside; put a file of its own there, or change it by hand"
                raise Invalid("linked-file", text, path=str(place))

    def _trouble(self, act: str, path: str, error: OSError) -> Unavailable:
        text = f"can't {act} {self.root / path}: {error.strerror}; run this as root or as the switch's user"
        return Unavailable("conf-not-written" if act != "read" else "conf-not-read", text, path=str(self.root / path))


def digest(content: bytes | None) -> str:
    """The content's SHA-256 in hex; '' for no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _not_a_file(path: Path) -> Invalid:
    return Invalid("not-a-file", f"{path} is not a regular file; move it away", path=str(path))
