"""Files of the switch that hold secrets and that every user of the machine may read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from fsplug.xml.install.secrets import secrets

# The whole configuration as the switch read it last, in its log folder, written with the switch's own umask.
WHOLE = "freeswitch.xml.fsxml"
_MOST_FILES, _MOST_BYTES = 5_000, 16 << 20
_OTHERS = stat.S_IRWXO


def open_to_others(path: Path) -> bool:
    """Whether users who are neither the owner nor in the group may read this file, as its mode and its folder's say."""
    try:
        here, folder = path.stat(), path.parent.stat()
    except OSError:
        return False
    return bool(here.st_mode & stat.S_IROTH and folder.st_mode & stat.S_IXOTH)


def of_log_folder(folder: Path) -> list[Path]:
    """The switch's copies of its configuration that others may read."""
    return [path for path in (folder / WHOLE, folder / f"{WHOLE}.tmp") if open_to_others(path)]


def of_configuration(conf: Path) -> list[Path]:
    """The files below a configuration folder that hold a secret and that others may read."""
    return [path for path in _files(conf) if open_to_others(path) and _holds_secret(path)]


def close(paths: list[Path]) -> list[Path]:
    """Take away what others may do with these files; those that this user may not change are left out."""
    closed = []
    for path in paths:
        try:
            if not path.is_symlink():
                path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
                closed.append(path)
        except OSError:
            continue
    return closed


def _files(conf: Path) -> Iterator[Path]:
    seen = 0
    for folder, _, names in os.walk(conf):
        for name in sorted(names):
            seen += 1
            if seen > _MOST_FILES:
                return
            if name.endswith((".xml", ".json", ".key", ".pem")):
                yield Path(folder) / name


def _holds_secret(path: Path) -> bool:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return True
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "PRIVATE KEY-----" in text or bool(secrets(text))
