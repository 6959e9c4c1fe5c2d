"""Whether an archive works: a small recording is put there, read back and removed."""

import secrets
import tempfile
import threading
from pathlib import Path

from fsplug.errors import FsplugError, Unavailable
from fsplug.media import disk
from fsplug.media.archive import Archive

# At the top of the archive: no folder of its own may be left where the archive's disk is not mounted.
_NAME = "fsplug-probe-{}.wav"
_BYTES = 4_096


def probe(archive: Archive, seconds: float) -> None:
    """Put, read and remove a file of a few kilobytes. Unavailable if that fails, or takes longer than so many seconds.

    Work that hangs is left behind in a thread of its own.
    """
    outcome: list[FsplugError | None] = []

    def work() -> None:
        try:
            _there_and_back(archive)
            outcome.append(None)
        except FsplugError as error:
            outcome.append(error)
        except OSError as error:
            outcome.append(Unavailable("archive-failed", f"the archive can't be read back: {error}"))

    thread = threading.Thread(target=work, name="fsplug-probe", daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise Unavailable("archive-hung", f"the archive does not answer within {seconds:.0f} s")
    if outcome[0] is not None:
        raise outcome[0]


def _there_and_back(archive: Archive) -> None:
    content, key = secrets.token_bytes(_BYTES), _NAME.format(secrets.token_hex(8))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "probe.wav")
        path.write_bytes(content)
        with path.open("rb") as file:
            sha256 = disk.sha256(file)
        archive.put(path, key, sha256)
    try:
        with archive.open(key) as file:
            found = file.read()
    finally:
        _remove(archive, key)
    if found != content:
        raise Unavailable("archive-failed", "the archive does not return the bytes that were stored there")


def _remove(archive: Archive, key: str) -> None:
    try:
        archive.remove(key)
    except Unavailable:
        # A folder that is empty without the probe: nothing was archived there yet, or its disk is not mounted.
        if archive.exists(key):
            raise
