"""The files in which a document keeps its secrets: in the document's own folder or below it, and nowhere else."""

import os
import stat
from pathlib import Path, PurePath

# More than the longest password has.
_MOST_BYTES = 4096
# A name that is a link, or leads to a device or a pipe, must neither be followed nor make anybody wait.
_CAREFULLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def text_of(folder: Path, file: str) -> str:
    """The text of `file`, without the line's end.

    OSError or ValueError says why not: it is not there, not below `folder`, reached by a link, not a regular file, too
    long or not UTF-8. The error holds nothing of the file's text.
    """
    *folders, name = _places(folder, file)
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for one in folders:
            below = os.open(one, _CAREFULLY | os.O_DIRECTORY, dir_fd=at)
            os.close(at)
            at = below
        return _read(os.open(name, _CAREFULLY, dir_fd=at))
    finally:
        os.close(at)


def _places(folder: Path, file: str) -> tuple[str, ...]:
    """The folders below `folder` that lead to the file, and its name."""
    path = PurePath(file)
    if path.is_absolute():
        here = folder.absolute()
        path = path.relative_to(here) if path.is_relative_to(here) else path
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("it is not below the document's folder")
    return path.parts


def _read(descriptor: int) -> str:
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is not a regular file")
        found = file.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise ValueError(f"it is longer than {_MOST_BYTES} bytes")
    try:
        return found.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        # The decoding error would repeat what is in the file.
        raise ValueError("it is not UTF-8") from None
