"""The files that appear in a folder, as the kernel reports them: a file that is gone again at once is seen, too."""

import ctypes
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

# inotify(7)
_IN_CREATE, _IN_MOVED_TO = 0x100, 0x080
_EVENT = struct.Struct("iIII")


class FolderEye:
    """Watches `folder` from `with` to its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._libc = ctypes.CDLL(None, use_errno=True)

    def __enter__(self) -> Self:
        self._watch = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        added = self._libc.inotify_add_watch(self._watch, os.fsencode(self._folder), _IN_CREATE | _IN_MOVED_TO)
        assert added >= 0, os.strerror(ctypes.get_errno())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._watch)

    def seen(self) -> list[str]:
        """The names that have come since the last time it was asked, fsplug's own probes aside."""
        try:
            block = os.read(self._watch, 1 << 20)
        except BlockingIOError:
            return []
        return [name for name in _names(block) if not name.startswith(".probe")]


def _names(block: bytes) -> list[str]:
    names, at = [], 0
    while at < len(block):
        _, _, _, length = _EVENT.unpack_from(block, at)
        names.append(block[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0").decode())
        at += _EVENT.size + length
    return names
