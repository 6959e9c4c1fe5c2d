"""Sound and its files: 16 bit, with a steady tone for each leg so that tests can recognise who speaks."""

import math
import os
import struct
from array import array
from functools import lru_cache

# The rate of PCMA; other codecs have others (see `Channel.rate`).
RATE = 8_000
FRAMES_A_SECOND = 50
HEADER_BYTES = 44
_AMPLITUDE = 8_000
_LOUDEST = 4

# The tones of all who speak at once, in hertz.
Voices = tuple[int, ...]


@lru_cache(maxsize=256)
def tone(hz: int, rate: int) -> "array[int]":
    """One second of a tone of whole hertz, so that seconds join without a click; 0 is silence."""
    return array("h", (round(_AMPLITUDE * math.sin(2 * math.pi * hz * n / rate)) for n in range(rate)))


def _mixed(voices: Voices, rate: int) -> "array[int]":
    """Several tones at once; more than four at once grow no louder."""
    tones = [tone(hz, rate) for hz in voices] or [tone(0, rate)]
    if len(tones) == 1:
        return tones[0]
    softer = -(-len(tones) // _LOUDEST)
    return array("h", (sum(samples) // softer for samples in zip(*tones, strict=True)))


@lru_cache(maxsize=64)
def second(left_hz: Voices, right_hz: Voices, channels: int, rate: int) -> bytes:
    """One second of the voices of two sides: each side on its own channel, or mixed on one."""
    if channels == 1:
        return _mixed((*left_hz, *right_hz), rate).tobytes()
    left, right = _mixed(left_hz, rate), _mixed(right_hz, rate)
    both = array("h", bytes(4 * rate))
    both[0::2], both[1::2] = left, right
    return both.tobytes()


def sound(left_hz: Voices, right_hz: Voices, channels: int, start: int, samples: int, rate: int) -> bytes:
    """This many samples of two sides' voices, starting `start` samples into their tones."""
    tile = second(left_hz, right_hz, channels, rate)
    width = 2 * channels
    offset = start % rate * width
    seconds = 1 + (offset + samples * width) // len(tile)
    return (tile * seconds)[offset : offset + samples * width]


class WavFile:
    """A WAV file as libsndfile writes it for FreeSWITCH: its header says "nothing" until the file is closed."""

    def __init__(self, path: str, channels: int, buffer_bytes: int, rate: int = RATE) -> None:
        self.path = path
        self.channels = channels
        self.rate = rate
        self.size = 0
        self._buffer_bytes = max(1, buffer_bytes)
        self._waiting = bytearray()
        self._file: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        try:
            os.write(self._file, self._header(0))
        except OSError:
            self.abandon()
            raise

    def hold(self, pcm: bytes) -> None:
        """Keep samples in memory; a killed switch loses them."""
        self._waiting += pcm

    def drain(self, keep_bytes: int = 0, limit_bytes: int | None = None) -> bool:
        """Write the full buffers, except the last `keep_bytes`; False when the write fails."""
        ready = max(0, len(self._waiting) - keep_bytes)
        return self._write(ready - ready % self._buffer_bytes, limit_bytes)

    def close(self, limit_bytes: int | None = None) -> bool:
        """Write the rest and the true sizes; False when the write fails."""
        if self._file is None:
            return True
        kept = self._write(len(self._waiting), limit_bytes)
        os.pwrite(self._file, self._header(self.size), 0)
        self.abandon()
        return kept

    def close_silent(self, samples: int) -> None:
        """Close with this many samples of silence, as a sparse file that costs no disk space and no time."""
        if self._file is None:
            return
        self.size = samples * 2 * self.channels
        os.ftruncate(self._file, HEADER_BYTES + self.size)
        os.pwrite(self._file, self._header(self.size), 0)
        self.abandon()

    def abandon(self) -> None:
        """Drop the file as a killed process does."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._waiting.clear()

    def _write(self, count: int, limit_bytes: int | None) -> bool:
        if not count or self._file is None:
            return True
        wanted = bytes(self._waiting[:count])
        del self._waiting[:count]
        if limit_bytes is not None:
            wanted = wanted[: max(0, limit_bytes - self.size)]
        try:
            written = os.write(self._file, wanted)
        except OSError:
            return False
        self.size += written
        return written == count

    def _header(self, data_bytes: int) -> bytes:
        # An unfinished file of libsndfile says RIFF size 8 and data size 0.
        riff_bytes = data_bytes + HEADER_BYTES - 8 if data_bytes else 8
        width = 2 * self.channels
        form = struct.pack("<HHIIHH", 1, self.channels, self.rate, self.rate * width, width, 16)
        return b"RIFF%bWAVEfmt %b%bdata%b" % (
            struct.pack("<I", riff_bytes),
            struct.pack("<I", len(form)),
            form,
            struct.pack("<I", data_bytes),
        )
