"""A sound of which every moment is like no other, so that a recording shows which part of it is there."""

import wave
from pathlib import Path

import numpy

from fsplug.errors import Unavailable

SECONDS = 3
RATE = 8_000
# Uncorrelated noise of this length stays under a tenth; a match is near one.
_CLEAR = 0.5
_LOOK_SECONDS = 1.0
# 100 ms: where a phone's packet comes late the switch puts in 20 ms of silence, and what follows is shifted by it.
_PIECE = 800


def alaw_noise() -> bytes:
    """The sound as A-law: random codes, the same at every run."""
    return numpy.random.default_rng(8_000).integers(0, 256, SECONDS * RATE, dtype=numpy.uint8).tobytes()


def missing_ms(recording: Path) -> float:
    """Milliseconds of the sound's beginning that the recording lacks; 0 when it begins with silence.

    Unavailable when the sound is not in the recording's first second.
    """
    sound = _decoded(alaw_noise())
    found = [begins for channel in _channels(recording) if (begins := _beginning(channel, sound)) is not None]
    if not found:
        text = f"{recording.name} does not begin with what was said"
        raise Unavailable("not-heard", text, path=str(recording))
    return max(0, -min(found)) * 1_000 / RATE


def _beginning(heard: numpy.ndarray, sound: numpy.ndarray) -> int | None:
    """Where in `heard` the sound's first sample is, or would be (negative), by the first piece it is clear in."""
    for at in range(0, len(heard), _PIECE):
        likeness, lag = _best_match(heard[at : at + _PIECE], sound)
        if likeness >= _CLEAR:
            return at + lag
    return None


def _best_match(heard: numpy.ndarray, sound: numpy.ndarray) -> tuple[float, int]:
    """How alike they are at best, and where in `heard` the sound's first sample would then be (before it: negative)."""
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
