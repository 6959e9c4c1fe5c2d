"""A sealed recording against what the archive holds."""

from fsplug.errors import FsplugError
from fsplug.media import disk, wav
from fsplug.media.archive import Archive
from fsplug.store.recordings.recordings import Recording, State

# Lengths are stored as measured; they may differ only by the database's rounding.
_SAME_SECONDS = 0.001


def check(recording: Recording, archive: Archive) -> str | None:
    """What is wrong with the recording in the archive, as people read it; None when nothing is."""
    if recording.state is not State.SEALED or not recording.location:
        return f"the recording is not sealed but {recording.state}" + (
            f" ({recording.cause})" if recording.cause else ""
        )
    try:
        return _differs(recording, recording.location, archive)
    except FsplugError as error:
        return error.text
    except OSError as error:
        return f"{recording.location} can't be read: {error.strerror or error}"


def _differs(recording: Recording, key: str, archive: Archive) -> str | None:
    size = archive.size(key)
    if size != recording.bytes:
        return f"{key} has {size} bytes, the recording has {recording.bytes}"
    with archive.open(key) as file:
        sha256 = disk.sha256(file)
        if sha256 != recording.sha256:
            return f"{key} hashes to {sha256}, the recording to {recording.sha256}"
        audio = wav.read(file, key)
    if not audio.header_true:
        return f"{key} has a header that does not give its length"
    if abs(audio.seconds - (recording.seconds or 0.0)) > _SAME_SECONDS:
        return f"{key} holds {audio.seconds:.3f} s, the recording has {recording.seconds} s"
    return None
