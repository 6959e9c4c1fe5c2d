"""What a player draws is as loud as what is heard, each party for itself."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest

from fsplug.errors import Invalid
from fsplug.media.archive import Archive
from fsplug.media.peaks import BUCKETS, LOUDEST, peaks
from tests.media.recordings import RATE, chunk, fmt, killed, riff, whole, write


def _stereo(left: np.ndarray, right: np.ndarray) -> io.BytesIO:
    frames = np.stack([left, right], axis=1).astype("<i2")
    return io.BytesIO(riff(fmt(2), chunk(b"data", frames.tobytes())))


def _turns(seconds: int, loud: int, speaks: int) -> np.ndarray:
    """A tone in every second second."""
    at = np.arange(seconds * RATE)
    return np.cos(2 * np.pi * 440 * at / RATE) * loud * ((at // RATE) % 2 == speaks)


def test_each_party_is_high_where_it_speaks_and_flat_where_it_listens() -> None:
    left, right = peaks(_stereo(_turns(10, 16_000, 0), _turns(10, 8_000, 1)), "a")
    assert len(left) == len(right) == BUCKETS
    first, second = slice(5, 95), slice(105, 195)
    assert min(left[first]) > 0.97 * LOUDEST and max(right[first]) == 0
    assert max(left[second]) == 0 and 0.46 * LOUDEST < min(right[second]) <= max(right[second]) <= 0.5 * LOUDEST


def test_a_long_noise_is_about_as_high_as_its_highest_samples() -> None:
    noise = np.random.default_rng(1).normal(0, 3_000, (2, 120 * RATE)).clip(-32_768, 32_767).round()
    true = np.abs(noise).reshape(2, BUCKETS, -1).max(axis=2)
    measured = np.array(peaks(_stereo(*noise), "a")) / LOUDEST / (true / true.max())
    assert measured.max() < 1.15 and 0.9 < np.median(measured) < 1.1 and measured.min() > 0.4


def test_a_quiet_line_is_not_drawn_as_a_loud_one() -> None:
    left, _ = peaks(_stereo(np.full(RATE, 20), np.zeros(RATE)), "a")
    assert 0 < max(left) < LOUDEST / 20


def test_the_deepest_sample_there_is_counts() -> None:
    left, _ = peaks(_stereo(np.full(RATE, -32_768), np.zeros(RATE)), "a")
    assert set(left) == {LOUDEST}


@pytest.mark.parametrize("frames", [1, 2, 999, 1_000, 1_001, 12_345])
def test_a_short_one_has_as_many_heights_as_it_has_frames_at_most(frames: int) -> None:
    left, right = peaks(_stereo(np.full(frames, 9_000), np.full(frames, 9_000)), "a")
    assert len(left) == len(right) == min(frames, BUCKETS)
    assert set(left + right) == {LOUDEST}


def test_every_archive_is_read_alike(archive: Archive, tmp_path: Path) -> None:
    content = _stereo(_turns(4, 16_000, 0), _turns(4, 8_000, 1)).getvalue()
    path = write(tmp_path / "a.wav", content)
    key = archive.put(path, "acme/a.wav", hashlib.sha256(content).hexdigest())
    with archive.open(key) as file:
        assert peaks(file, key) == peaks(io.BytesIO(content), key)


def test_one_channel_is_one_row_and_no_audio_is_none() -> None:
    [only] = peaks(io.BytesIO(whole(1.0, channels=1)), "a")
    assert len(only) == BUCKETS
    assert peaks(io.BytesIO(riff(fmt(), chunk(b"data", b""))), "a") == []


def test_a_recording_that_was_cut_is_drawn_as_far_as_it_goes() -> None:
    assert len(peaks(io.BytesIO(killed(1.0)), "a")) == 2


def test_samples_of_another_kind_are_not_drawn() -> None:
    assert peaks(io.BytesIO(riff(fmt(bits=8), chunk(b"data", b"\x80" * 800))), "a") == []


def test_what_is_no_recording_is_said_so() -> None:
    with pytest.raises(Invalid):
        peaks(io.BytesIO(b"<html>"), "a")


def test_it_can_be_stopped_in_the_middle_and_reads_one_bucket_at_a_time() -> None:
    class Counted(io.BytesIO):
        longest = 0

        def read(self, size: int | None = -1) -> bytes:
            self.longest = max(self.longest, size or 0)
            return super().read(size)

    file, turns = Counted(whole(60.0)), iter(range(10))
    with pytest.raises(StopIteration):
        peaks(file, "a", lambda: next(turns))
    assert file.longest <= 60 * RATE * 4 / BUCKETS
