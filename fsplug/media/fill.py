"""Puts silence into a recording where its file stood still, so that it keeps real time."""

import json
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from fsplug.media import disk, wav
from fsplug.policy.recording.holds import Silence

# The chunk behind the audio that says where silence was put in. Players skip a chunk that they don't know.
CHUNK = wav.FILLED
_SUFFIX = ".filling"
_COPY_BYTES = 1 << 20


def fill(path: Path, silences: Sequence[Silence]) -> wav.Wav:
    """Put these silences into the file and return what it holds then; on return, the new file is on the disk.

    The whole file is written anew beside the old one and then takes its place: killed at any moment, the old file or
    the new one is there. The new one says that it was filled, and a second run changes nothing. Raises OSError.
    """
    with os.fdopen(disk.open_regular(path), "rb") as file:
        found = wav.read(file, str(path))
        if found.filled or not silences or _size(found, silences) > wav.MOST_BYTES:
            return found
        beside = path.with_name(f".{path.name}{_SUFFIX}")
        _write_beside(beside, file, found, silences)
    os.rename(beside, path)
    disk.sync(path.parent)
    return wav.inspect(path)


def _write_beside(beside: Path, file: BinaryIO, found: wav.Wav, silences: Sequence[Silence]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    mode = os.fstat(file.fileno()).st_mode & 0o777
    try:
        with os.fdopen(os.open(beside, flags, mode), "wb") as new:
            for part in _parts(file, found, silences):
                new.write(part)
            new.flush()
            os.fsync(new.fileno())
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _parts(file: BinaryIO, found: wav.Wav, silences: Sequence[Silence]) -> Iterator[bytes]:
    data_bytes = found.data_bytes + sum(_bytes(found, one.seconds) for one in silences)
    chunk = _chunk(silences)
    file.seek(0)
    head = bytearray(file.read(found.data_offset))
    struct.pack_into("<I", head, 4, len(head) + data_bytes + data_bytes % 2 + len(chunk) - 8)
    struct.pack_into("<I", head, found.data_offset - 4, data_bytes)
    yield bytes(head)
    at = 0
    for one in silences:
        until = min(_bytes(found, one.at), found.data_bytes)
        yield from _copied(file, until - at)
        yield from _silent(found, _bytes(found, one.seconds))
        at = until
    yield from _copied(file, found.data_bytes - at)
    yield bytes(data_bytes % 2) + chunk


def _chunk(silences: Sequence[Silence]) -> bytes:
    text = json.dumps({"silence": [asdict(one) for one in silences]}, separators=(",", ":")).encode()
    text += b" " * (len(text) % 2)
    return struct.pack("<4sI", CHUNK, len(text)) + text


def _copied(file: BinaryIO, count: int) -> Iterator[bytes]:
    while count > 0 and (some := file.read(min(count, _COPY_BYTES))):
        count -= len(some)
        yield some


def _silent(found: wav.Wav, count: int) -> Iterator[bytes]:
    while count > 0:
        some = min(count, _COPY_BYTES)
        yield found.silence * some
        count -= some


def _bytes(found: wav.Wav, seconds: float) -> int:
    return round(seconds * found.sample_rate) * found.frame_bytes


def _size(found: wav.Wav, silences: Sequence[Silence]) -> int:
    return found.data_offset + found.data_bytes + sum(_bytes(found, one.seconds) for one in silences) + _COPY_BYTES
