"""Measures what a WAV file really holds, whatever its header says, and repairs a header that a
crash left unfinished.

FreeSWITCH writes the sizes when a recording ends. If it is killed before that, it leaves RIFF size 8 and data size 0
with the audio behind them (measured on 1.11.1, libsndfile 1.2.0; with a title set the audio begins at byte 86, not 44).
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fsplug.errors import Invalid
from fsplug.media import disk

# A limit for files of unknown origin: no switch writes a header with more chunks than this.
MOST_CHUNKS = 64
# The sizes in the header are 32 bits wide. At 8 kHz in stereo that is 37 hours.
MOST_BYTES = 0xFFFF_FFFF
_MOST_CHANNELS = 16
_SAMPLE_RATES = range(1_000, 384_001)
_BITS = (8, 16, 24, 32, 64)
# PCM, float, A-law, µ-law, extensible: the formats with frames of a fixed size (RFC 2361).
_FORMATS = frozenset({1, 3, 6, 7, 0xFFFE})
# The bytes of silence by format: A-law, mu-law; elsewhere 0, but 128 where a sample has 8 bits (RFC 2361).
_SILENCE = {6: b"\xd5", 7: b"\xff"}
# The chunk that `fill` puts behind the audio.
FILLED = b"held"
_CHUNK_HEAD = struct.Struct("<4sI")
_OTHER_KINDS = {b"RF64": "rf64", b"BW64": "rf64", b"riff": "w64", b"RIFX": "rifx"}


@dataclass(frozen=True, slots=True)
class Wav:
    """The audio found in a file.

    `data_bytes` counts the whole frames that are really there, and `riff_bytes` is the matching RIFF size;
    `header_true`: the file's header has both values. `silence` is a byte of silence, and `filled` whether silence was
    put in (`fsplug.media.fill`).
    """

    data_offset: int
    data_bytes: int
    channels: int
    sample_rate: int
    bits: int
    riff_bytes: int
    header_true: bool
    silence: bytes = b"\0"
    filled: bool = False

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8

    @property
    def seconds(self) -> float:
        return self.data_bytes / (self.frame_bytes * self.sample_rate)


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def next(self) -> int:
        return self.end + self.size % 2  # a chunk of odd size is followed by one byte of padding


@dataclass(frozen=True, slots=True)
class _Format:
    channels: int
    sample_rate: int
    bits: int
    silence: bytes


def inspect(path: Path) -> Wav:
    """What the file holds. Raises Invalid (`cause` says why) if the file is not WAV, OSError if it can't be read."""
    with os.fdopen(disk.open_regular(path), "rb") as file:
        return read(file, str(path))


def repair(path: Path) -> Wav:
    """Writes both correct sizes into the header and returns when they are on the disk; a correct
    header is left alone.

    If the repair is killed, the file is as readable as before, and a second run has the same result.
    """
    with os.fdopen(disk.open_regular(path, os.O_RDWR), "r+b", buffering=0) as file:
        wav = read(file, str(path))
        if not wav.header_true:
            _write_sizes(file.fileno(), wav)
            wav = read(file, str(path))
    return wav


def cut(path: Path, seconds: float, off_the_end: float = 0.0) -> None:
    """Shorten the file to its first `seconds`, and by `off_the_end` seconds at least; return when that is on the disk.

    A file that is no longer than that is left alone.

    If it is killed, the file can be repaired. Raises as `inspect`.
    """
    with os.fdopen(disk.open_regular(path, os.O_RDWR), "r+b", buffering=0) as file:
        found = read(file, str(path))
        left = min(seconds, found.seconds - off_the_end)
        wanted = int(max(0.0, left) * found.sample_rate) * found.frame_bytes
        if wanted < found.data_bytes:
            os.ftruncate(file.fileno(), found.data_offset + wanted)
            _write_sizes(file.fileno(), read(file, str(path)))


def _write_sizes(descriptor: int, wav: Wav) -> None:
    os.pwrite(descriptor, struct.pack("<I", wav.data_bytes), wav.data_offset - 4)
    os.pwrite(descriptor, struct.pack("<I", wav.riff_bytes), 4)
    os.fsync(descriptor)


def read(file: BinaryIO, name: str) -> Wav:
    """As `inspect`, for an open file that can seek; errors call the file `name`."""
    file_bytes = file.seek(0, os.SEEK_END)
    stated_riff_bytes = _riff_bytes(file, name, file_bytes)
    audio_format, data = _format_and_data(file, name, file_bytes)
    return _measured(file, file_bytes, stated_riff_bytes, audio_format, data)


def _measured(file: BinaryIO, file_bytes: int, stated_riff_bytes: int, audio_format: _Format, data: _Chunk) -> Wav:
    frame_bytes = audio_format.channels * audio_format.bits // 8
    whole = _data_size_holds(file, file_bytes, data, frame_bytes)
    there = data.size if whole else file_bytes - data.offset
    data_bytes = there - there % frame_bytes
    trailing = whole and file_bytes - data.next >= _CHUNK_HEAD.size
    end = file_bytes if trailing else min(data.offset + data_bytes + data_bytes % 2, file_bytes)
    return Wav(
        data_offset=data.offset,
        data_bytes=data_bytes,
        channels=audio_format.channels,
        sample_rate=audio_format.sample_rate,
        bits=audio_format.bits,
        riff_bytes=end - 8,
        header_true=data.size == data_bytes and stated_riff_bytes == end - 8,
        silence=audio_format.silence,
        filled=trailing and any(chunk.name == FILLED for chunk in _chunks(file, data.next, file_bytes)),
    )


def _data_size_holds(file: BinaryIO, file_bytes: int, data: _Chunk, frame_bytes: int) -> bool:
    """Whether the data end where the header says: at the end of the file, or before chunks that end exactly there."""
    if data.end > file_bytes:
        return False
    if file_bytes - data.end < max(frame_bytes, 2):
        return True
    after = list(_chunks(file, data.next, file_bytes))
    return bool(after) and after[-1].end <= file_bytes <= after[-1].next and all(map(_is_named, after))


def _is_named(chunk: _Chunk) -> bool:
    return chunk.name.isascii() and chunk.name.decode().isprintable()


def _riff_bytes(file: BinaryIO, name: str, file_bytes: int) -> int:
    file.seek(0)
    head = file.read(12)
    if file_bytes == 0:
        raise _unusable(name, "empty", "it has no bytes")
    if len(head) < 12:
        raise _unusable(name, "truncated-header", f"it ends after {file_bytes} bytes, within the header")
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        kind = _OTHER_KINDS.get(head[:4], "not-riff")
        raise _unusable(name, kind, f"it begins with {head!r}, not with RIFF and WAVE")
    if file_bytes > MOST_BYTES:
        raise _unusable(name, "too-long", f"{file_bytes} bytes are more than its header can express ({MOST_BYTES})")
    return int(struct.unpack_from("<I", head, 4)[0])


def _format_and_data(file: BinaryIO, name: str, file_bytes: int) -> tuple[_Format, _Chunk]:
    audio_format: _Format | None = None
    for chunk in _chunks(file, 12, file_bytes):
        if chunk.name == b"fmt " and audio_format is None:
            audio_format = _parse_format(file, name, chunk)
        if chunk.name == b"data":
            if audio_format is None:
                raise _unusable(name, "no-format", "its data come before their format")
            return audio_format, chunk
    raise _unusable(name, "truncated-header", "no data chunk can be found")


def _parse_format(file: BinaryIO, name: str, chunk: _Chunk) -> _Format:
    file.seek(chunk.offset)
    body = file.read(16)
    if len(body) < 16 or chunk.size < 16:
        raise _unusable(name, "truncated-header", "its format chunk is cut")
    tag, channels, sample_rate, _, frame_bytes, bits = struct.unpack("<HHIIHH", body)
    sane = tag in _FORMATS and 1 <= channels <= _MOST_CHANNELS and sample_rate in _SAMPLE_RATES and bits in _BITS
    if not sane or frame_bytes != channels * bits // 8:
        facts = f"format {tag}, {channels} channels, {sample_rate} Hz, {bits} bits, {frame_bytes} bytes a frame"
        raise _unusable(name, "bad-format", f"its format is not one FreeSWITCH records in ({facts})")
    silence = _SILENCE.get(tag, b"\x80" if bits == 8 else b"\0")
    return _Format(channels, sample_rate, bits, silence)


def _chunks(file: BinaryIO, offset: int, file_bytes: int) -> Iterator[_Chunk]:
    """The chunks from here on, at most MOST_CHUNKS; the last one may claim to reach beyond the file."""
    for _ in range(MOST_CHUNKS):
        file.seek(offset)
        head = file.read(_CHUNK_HEAD.size)
        if len(head) < _CHUNK_HEAD.size:
            return
        name, size = _CHUNK_HEAD.unpack(head)
        chunk = _Chunk(name, offset + _CHUNK_HEAD.size, size)
        yield chunk
        offset = chunk.next
        if offset >= file_bytes:
            return


def _unusable(name: str, cause: str, why: str) -> Invalid:
    text = f"{name} is not a WAV recording: {why}; listen to it by hand, or remove it"
    return Invalid("not-wav", text, path=name, cause=cause)
