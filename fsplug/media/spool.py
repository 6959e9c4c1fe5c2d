"""The folder the switch records into: whether it is usable, which files it holds, and whether they grow."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fsplug.errors import Invalid, Unavailable
from fsplug.media import disk

# With a write buffer of 8,000 bytes the switch writes four times a second in stereo, twice in mono (measured on
# 1.11.1). A file that has not grown for this long is not being written; the alarm then comes well within 15 s.
STALLED_SECONDS = 8.0

# If a folder with one of these names lies beside the file, mod_sndfile writes an empty file into it and fails, whatever
# the sample rate of the call (measured on 1.11.1).
_RATE_FOLDERS = frozenset({"8000", "16000", "32000", "48000"})
# The path stands in dial strings and in `record_session`'s argument, where spaces, braces, commas and :// are syntax.
_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9._@-]+)+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SUFFIX = ".wav"


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A recording lying in the spool; `modified_at` in epoch seconds."""

    id: str
    path: Path
    bytes: int
    modified_at: float


@dataclass(frozen=True, slots=True)
class Growth:
    """The size of a recording's file now, and for how long it has not grown. A missing file counts as 0 bytes."""

    bytes: int
    still_seconds: float

    @property
    def stalled(self) -> bool:
        return self.still_seconds >= STALLED_SECONDS


class Spool:
    """The spool at `root`; its constructor raises Invalid if the switch could not record there."""

    def __init__(self, root: Path) -> None:
        self.root = checked_root(root)
        self._grown: dict[str, tuple[int, float]] = {}

    def path(self, recording: str) -> Path:
        """Where the switch writes this recording; the id is the file's name."""
        if not _ID.fullmatch(recording):
            text = f"{recording[:80]!r} is not a recording id; use letters, digits, _ and -, 64 at most"
            raise Invalid("bad-recording-id", text, recording=recording)
        return self.root / f"{recording}{_SUFFIX}"

    def check_writable(self) -> None:
        """Writes a small file and removes it.

        Raises Unavailable: spool-full, spool-read-only, spool-unwritable, spool-missing or spool-captured. It is fsplug
        that writes: a switch that runs as another user may still be kept out.
        """
        self._check_captured()
        probe = self.root / f".probe-{os.getpid()}"
        try:
            _write_probe(probe)
        except OSError as error:
            raise disk.unavailable("spool", self.root, error) from error

    def _check_captured(self) -> None:
        for rate in sorted(_RATE_FOLDERS):
            folder = self.root / rate
            if folder.is_dir():
                text = f"the folder {folder} makes the switch's recordings beside it fail; rename or remove it"
                raise Unavailable("spool-captured", text, path=str(folder), cause="captured")

    def free_bytes(self) -> int:
        """The bytes left for users other than root."""
        try:
            found = os.statvfs(self.root)
        except OSError as error:
            raise disk.unavailable("spool", self.root, error) from error
        return found.f_bavail * found.f_frsize

    def files(self) -> list[SpoolFile]:
        """The recordings in the spool, by id. Links, folders and files with other names are skipped."""
        try:
            with os.scandir(self.root) as entries:
                return sorted(_recordings(entries), key=lambda file: file.id)
        except OSError as error:
            raise disk.unavailable("spool", self.root, error) from error

    def grown(self, recording: str, now: float) -> Growth:
        """How this recording's file has grown since the first call; `now` from a clock that never jumps.

        Call it every second or two while the switch says that it records. A full disk stops the growth and the switch
        does not report it (measured on 1.11.1); a paused recording does not grow either.
        """
        size = self._bytes(recording)
        seen, since = self._grown.get(recording, (-1, now))
        if size > seen:
            seen, since = size, now
        self._grown[recording] = seen, since
        return Growth(size, now - since)

    def measured(self, recording: str, now: float) -> Growth | None:
        """What `grown` found last, by now, without a look at the disk; None if it was never asked."""
        seen = self._grown.get(recording)
        return None if seen is None else Growth(max(0, seen[0]), now - seen[1])

    def forget(self, recording: str) -> None:
        """Forget what `grown` remembers of this recording."""
        self._grown.pop(recording, None)

    def _bytes(self, recording: str) -> int:
        try:
            return self.path(recording).lstat().st_size
        except OSError:
            return 0


def checked_root(root: Path) -> Path:
    """The folder, if FreeSWITCH can use paths in it unquoted; Invalid otherwise."""
    text = str(root)
    if not _PLAIN_PATH.fullmatch(text) or ".." in root.parts:
        remedy = "give an absolute path of letters, digits and . _ @ -, for example /var/spool/fsplug"
        raise Invalid("bad-spool", f"the switch can't record into {text!r}; {remedy}", path=text)
    captured = next((part for part in root.parts if part in _RATE_FOLDERS), None)
    if captured:
        text = f"the folder {captured} in {root} is one the switch keeps by sample rate; choose another spool"
        raise Invalid("bad-spool", text, path=str(root), folder=captured)
    return root


def _recordings(entries: Iterator["os.DirEntry[str]"]) -> Iterator[SpoolFile]:
    for entry in entries:
        stem, suffix = os.path.splitext(entry.name)
        if suffix != _SUFFIX or not _ID.fullmatch(stem) or not entry.is_file(follow_symlinks=False):
            continue
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue  # the file was sealed meanwhile
        yield SpoolFile(stem, Path(entry.path), found.st_size, found.st_mtime)


def _write_probe(probe: Path) -> None:
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, bytes(4096))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        os.unlink(probe)
