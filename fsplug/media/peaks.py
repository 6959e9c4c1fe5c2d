"""How loud each party of a recording is from its beginning to its end: the curve that a player draws."""

import sys
from array import array
from collections.abc import Callable
from typing import BinaryIO

from fsplug.media import wav

BUCKETS, LOUDEST = 1_000, 255
# The number of samples, evenly spread, that are read from each bucket and channel: a long recording has too many.
_LOOKED_AT = 400
# Heights are relative to the loudest moment; a recording that never reaches this level (-36 dB) stays low.
_QUIET = 512
_BITS = 16


def peaks(file: BinaryIO, name: str, go_on: Callable[[], object] = lambda: None) -> list[list[int]]:
    """For each channel up to 1,000 heights from 0 to 255; none if the samples don't have 16 bits.

    `go_on` is called now and then, and may raise to stop the reading. Invalid if the file is not WAV. The file is read
    once, from front to back, one bucket at a time.
    """
    found = wav.read(file, name)
    frames = found.data_bytes // found.frame_bytes
    buckets = min(BUCKETS, frames)
    if found.bits != _BITS or not buckets:
        return []
    file.seek(found.data_offset)
    heights: list[list[int]] = [[] for _ in range(found.channels)]
    for bucket in range(buckets):
        go_on()
        count = frames * (bucket + 1) // buckets - frames * bucket // buckets
        samples = _samples(file.read(count * found.frame_bytes))
        for channel, its_heights in enumerate(heights):
            its_heights.append(_height(samples, channel, found.channels))
    return _scaled(heights)


def _samples(block: bytes) -> "array[int]":
    samples = array("h")
    samples.frombytes(block[: len(block) - len(block) % samples.itemsize])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _height(samples: "array[int]", channel: int, channels: int) -> int:
    every = max(1, len(samples) // channels // _LOOKED_AT)
    seen = samples[channel :: every * channels]
    return max(max(seen), -min(seen)) if seen else 0


def _scaled(heights: list[list[int]]) -> list[list[int]]:
    top = max(_QUIET, *(max(channel) for channel in heights))
    return [[height * LOUDEST // top for height in channel] for channel in heights]
