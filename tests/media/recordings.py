"""Recordings as the switch writes them, whole and cut."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fsplug.policy.recording.holds import Silence

RATE = 8_000

# The first bytes of recordings of FreeSWITCH 1.11.1 killed with -9 in mid-call: in mono, in stereo, with a title set.
KILLED_MONO = bytes.fromhex("524946460800000057415645666d74201000000001000100401f0000803e0000020010006461746100000000")
KILLED_STEREO = bytes.fromhex(
    "524946460800000057415645666d74201000000001000200401f0000007d0000040010006461746100000000"
)
KILLED_TITLED = bytes.fromhex(
    "524946460800000057415645666d74201000000001000100401f0000803e000002001000"
    "4c49535422000000494e464f494e414d0600000068656c6c6f0049415254080000006673706c756700006461746100000000"
)


def tone(seconds: float, channels: int = 2, hertz: int = 440) -> bytes:
    """Sixteen-bit samples of a tone that is never silent for a whole frame, the same in every channel."""
    at = np.arange(round(seconds * RATE)) / RATE
    samples = (np.cos(2 * np.pi * hertz * at) * 12_000).astype("<i2")
    return np.repeat(samples, channels).tobytes()


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    stated = len(body) if size is None else size
    return name + struct.pack("<I", stated) + body + b"\0" * (len(body) % 2)


def fmt(channels: int = 2, bits: int = 16, rate: int = RATE, tag: int = 1) -> bytes:
    frame_bytes = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame_bytes, frame_bytes, bits))


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def whole(seconds: float = 1.0, channels: int = 2) -> bytes:
    return riff(fmt(channels), chunk(b"data", tone(seconds, channels)))


def filled(seconds: float, silences: Sequence[Silence], channels: int = 2) -> bytes:
    """A whole recording with these silences put in."""
    said, frame = tone(seconds, channels), 2 * channels
    found, at = b"", 0
    for one in silences:
        until = round(one.at * RATE) * frame
        found, at = found + said[at:until] + bytes(round(one.seconds * RATE) * frame), until
    facts = {"silence": [{"at": one.at, "seconds": one.seconds} for one in silences]}
    text = json.dumps(facts, separators=(",", ":")).encode()
    return riff(fmt(channels), chunk(b"data", found + said[at:]), chunk(b"held", text + b" " * (len(text) % 2)))


def killed(seconds: float = 1.0) -> bytes:
    return KILLED_STEREO + tone(seconds)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def samples(path: Path) -> np.ndarray:
    """The file's samples as libsndfile reads them, one row a frame."""
    import soundfile

    found, _ = soundfile.read(path, dtype="int16", always_2d=True)
    return found
