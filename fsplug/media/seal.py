"""Seals a recording: checks, repairs and hashes its file, and moves it from the spool into the archive.

Every step can be killed and run again: the result is one archived file, with one hash, and nothing in the spool.
"""

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.media import disk, wav
from fsplug.media.archive import Archive, check_key
from fsplug.media.fill import fill
from fsplug.policy.recording.holds import Silence

# How much the length of a recording may differ from its talk: 2 %, or the quarter second within which the switch writes
# its buffer and stamps the events.
TOLERANCE_SHARE = 0.02
TOLERANCE_SECONDS = 0.25

# Errors of the file itself. Any other error (too many open files, an absent network disk) may pass.
_UNREADABLE = frozenset({errno.EACCES, errno.EPERM, errno.EIO, errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENOTDIR})


class NoAudio(StrEnum):
    """Why a file in the spool can't be sealed: the `cause` of Refused("no-audio")."""

    MISSING = "missing"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    NOT_WAV = "not-wav"


class LengthWarning(StrEnum):
    """Why a recording that is kept gets a gap row all the same."""

    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A recording in the archive.

    `repaired`: this run repaired the header. `location` is the archive key that opens it.
    """

    seconds: float
    bytes: int
    sha256: str
    repaired: bool
    location: str
    warning: LengthWarning | None


# What a file of so many seconds lacks.
FindSilences = Callable[[float], Sequence[Silence]]


def no_silences(file_seconds: float) -> Sequence[Silence]:
    """For a file that never stood still."""
    return ()


def seal(
    spool_path: Path,
    archive: Archive,
    key: str,
    talk_seconds: float | None = None,
    sync_folder: Callable[[Path], None] = disk.sync,
    silences: FindSilences = no_silences,
) -> Sealed:
    """Moves a finished recording into the archive and describes it; a second run returns the same.

    `silences` says what a file of this many seconds lacks and where, because it stood still during holds: that is put
    in before anything is measured.
    `talk_seconds` is the length of the talk, None if unknown. The move is durable once `sync_folder` has synced the
    folders it was given. For many recordings that may happen once, before their sealing is written down. Raises Refused
    (`no-audio`) with the cause if there is nothing to keep, Refused (`already-archived`) if the key holds another
    recording, and Unavailable if the spool or the archive fails now. After each of these the file is still in the
    spool.
    """
    check_key(key)
    if archive.exists(key):
        return _finish(spool_path, archive, key, talk_seconds, sync_folder)
    whole, repaired = _mend(spool_path)
    whole = _filled(spool_path, whole, silences)
    file_bytes, sha256 = _measure(spool_path)
    location = archive.put(spool_path, key, sha256, sync_folder)
    _remove(spool_path, sync_folder)
    return Sealed(whole.seconds, file_bytes, sha256, repaired, location, _warning(whole.seconds, talk_seconds))


def _finish(
    spool_path: Path,
    archive: Archive,
    key: str,
    talk_seconds: float | None,
    sync_folder: Callable[[Path], None],
) -> Sealed:
    """Finish a run that was killed after the archive had received the file."""
    with archive.open(key) as file:
        whole = wav.read(file, key)
        sha256 = disk.sha256(file)
    if spool_path.exists():
        _check_same(spool_path, key, sha256)
        _remove(spool_path, sync_folder)
    return Sealed(whole.seconds, archive.size(key), sha256, False, key, _warning(whole.seconds, talk_seconds))


def _check_same(spool_path: Path, key: str, archived_sha256: str) -> None:
    _, sha256 = _measure(spool_path)
    if sha256 != archived_sha256:
        text = f"{key} already holds another recording than {spool_path}; nothing was changed, compare the two by hand"
        raise Refused("already-archived", text, key=key, path=str(spool_path))


def _mend(path: Path) -> tuple[wav.Wav, bool]:
    try:
        found = wav.inspect(path)
    except Invalid as error:
        raise _no_audio(path, _no_audio_cause(error), str(error)) from error
    except OSError as error:
        raise _refusal(path, error) from error
    if found.data_bytes == 0:
        raise _no_audio(path, NoAudio.EMPTY, f"{path} has a header and no audio")
    return (found, False) if found.header_true else (_repair(path), True)


def _filled(path: Path, whole: wav.Wav, silences: FindSilences) -> wav.Wav:
    if whole.filled:
        return whole
    try:
        return fill(path, silences(whole.seconds))
    except OSError as error:
        raise disk.unavailable("spool", path, error) from error


def _repair(path: Path) -> wav.Wav:
    try:
        return wav.repair(path)
    except OSError as error:
        raise disk.unavailable("spool", path, error) from error


def _measure(path: Path) -> tuple[int, str]:
    """The file's bytes and hash."""
    try:
        with os.fdopen(disk.open_regular(path), "rb") as file:
            return os.fstat(file.fileno()).st_size, disk.sha256(file)
    except OSError as error:
        raise _refusal(path, error) from error


def _remove(path: Path, sync_folder: Callable[[Path], None]) -> None:
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise disk.unavailable("spool", path, error) from error


def _warning(seconds: float, talk_seconds: float | None) -> LengthWarning | None:
    if talk_seconds is None:
        return None
    tolerance = max(TOLERANCE_SECONDS, TOLERANCE_SHARE * talk_seconds)
    if seconds < talk_seconds - tolerance:
        return LengthWarning.SHORT
    return LengthWarning.LONG if seconds > talk_seconds + tolerance else None


def _no_audio_cause(error: Invalid) -> NoAudio:
    return NoAudio.EMPTY if error.facts["cause"] == "empty" else NoAudio.NOT_WAV


def _refusal(path: Path, error: OSError) -> Refused | Unavailable:
    if error.errno == errno.ENOENT:
        return _no_audio(path, NoAudio.MISSING, f"{path} is not in the spool; was the switch able to write there?")
    if error.errno in _UNREADABLE:
        return _no_audio(path, NoAudio.UNREADABLE, f"{path} can't be read: {error.strerror}; look at its rights")
    return disk.unavailable("spool", path, error)


def _no_audio(path: Path, cause: NoAudio, text: str) -> Refused:
    return Refused("no-audio", text, path=str(path), cause=str(cause))
