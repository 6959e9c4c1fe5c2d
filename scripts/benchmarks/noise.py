"""A sound in which no two moments are alike, so that a recording shows which part of it is present."""

import wave
from pathlib import Path

import numpy

from fsplug.errors import Unavailable

SECONDS = 3
RATE = 8_000
# For noise of this length the correlation stays below 0.1; for a match it is near 1.
_CLEAR = 0.5
_LOOK_SECONDS = 1.0
# 100 ms: for a late packet the switch inserts 20 ms of silence, which shifts everything after it.
_PIECE = 800


def alaw_noise() -> bytes:
    """The sound as A-law: random codes, the same in every run."""
    return numpy.random.default_rng(8_000).integers(0, 256, SECONDS * RATE, dtype=numpy.uint8).tobytes()


def missing_ms(recording: Path) -> float:
    """How many milliseconds of the sound's beginning the recording lacks; 0 if it begins with silence.

    Unavailable if the sound is not in the first second of the recording.
    """
    sound = _decoded(alaw_noise())
    found = [begins for channel in _channels(recording) if (begins := _beginning(channel, sound)) is not None]
    if not found:
        text = f"{recording.name} does not begin with what was said"
        raise Unavailable("not-heard", text, path=str(recording))
    return max(0, -min(found)) * 1_000 / RATE


def _beginning(heard: numpy.ndarray, sound: numpy.ndarray) -> int | None:
    """The index in `heard` of the sound's first sample (negative: before it), found by the first clear piece."""
    for at in range(0, len(heard), _PIECE):
        likeness, lag = _best_match(heard[at : at + _PIECE], sound)
        if likeness >= _CLEAR:
            return at + lag
    return None


def _best_match(heard: numpy.ndarray, sound: numpy.ndarray) -> tuple[float, int]:
    """The best correlation, and the index in `heard` that the sound's first sample then has (negative: before it)."""
    size = 1 << (len(heard) + len(sound)).bit_length()
    products = numpy.fft.irfft(numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(sound, size)), size)
    at = int(numpy.argmax(products))
    lag = at if at < size // 2 else at - size
    both = sound[max(0, -lag) : max(0, len(heard) - lag)]
    loudness = numpy.linalg.norm(heard) * numpy.linalg.norm(both)
    return (float(products[at] / loudness) if loudness else 0.0), lag


def _channels(recording: Path) -> list[numpy.ndarray]:
    with wave.open(str(recording)) as file:
        frames = file.readframes(int(_LOOK_SECONDS * file.getframerate()))
        samples = numpy.frombuffer(frames, dtype="<i2").astype(float)
        return list(samples.reshape(-1, file.getnchannels()).T)


def _decoded(alaw: bytes) -> numpy.ndarray:
    """ITU-T G.711: even bits inverted; sign, exponent, mantissa."""
    codes = numpy.frombuffer(alaw, dtype=numpy.uint8).astype(int) ^ 0x55
    exponent, mantissa = (codes & 0x70) >> 4, (codes & 0x0F) << 4
    level = numpy.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << numpy.maximum(exponent - 1, 0))
    return numpy.where(codes & 0x80, level, -level).astype(float)
