"""Who is heard when, by the tone that each speaks with: whole hundreds of hertz, so that a span of 10 ms tells them."""

import io
import wave
from collections.abc import Sequence

import numpy as np

from fsplug.lab.tone import SAMPLE_RATE
from fsplug.media.archive import FolderArchive

_SPAN = SAMPLE_RATE // 100
_SPAN_MS, _STEP_HERTZ = 10.0, 100
# A quarter of how loud the phones speak.
_AUDIBLE = 2_000.0


def heard_ms(channels: Sequence[np.ndarray], hertz: int) -> float:
    """For how long this tone is heard in any of these channels, which are equally long."""
    loud = [_is_loud(channel, hertz) for channel in channels]
    return float(np.any(loud, axis=0).sum()) * _SPAN_MS


def channels_of(archive: FolderArchive, location: str) -> list[np.ndarray]:
    """The samples of each channel of a sealed recording."""
    with archive.open(location) as file, wave.open(io.BytesIO(file.read())) as opened:
        samples = np.frombuffer(opened.readframes(opened.getnframes()), "<i2")
        return list(samples.reshape(-1, opened.getnchannels()).T)


def _is_loud(channel: np.ndarray, hertz: int) -> np.ndarray:
    spans = channel[: len(channel) // _SPAN * _SPAN].reshape(-1, _SPAN)
    strength = 2 * np.abs(np.fft.rfft(spans, axis=1)[:, hertz // _STEP_HERTZ]) / _SPAN
    return strength > _AUDIBLE
