import contextlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fsplug.errors import Invalid
from fsplug.media import wav
from tests.media import recordings
from tests.media.recordings import RATE, chunk, fmt, riff, tone, write

HEADER_BYTES = 44


def test_a_finished_recording_is_true_and_has_its_length(tmp_path: Path) -> None:
    found = wav.inspect(write(tmp_path / "a.wav", recordings.whole(2.5)))
    assert found == wav.Wav(44, 80_000, 2, 8_000, 16, riff_bytes=80_036, header_true=True)
    assert found.seconds == 2.5


@pytest.mark.parametrize(
    ("header", "data_offset", "channels"),
    [(recordings.KILLED_MONO, 44, 1), (recordings.KILLED_STEREO, 44, 2), (recordings.KILLED_TITLED, 86, 1)],
    ids=["mono", "stereo", "titled"],
)
def test_a_killed_switchs_recording_is_found_whole_behind_its_empty_header(
    tmp_path: Path, header: bytes, data_offset: int, channels: int
) -> None:
    path = write(tmp_path / "a.wav", header + tone(1.5, channels))
    found = wav.inspect(path)
    assert (found.data_offset, found.channels, found.seconds, found.header_true) == (data_offset, channels, 1.5, False)

    wav.repair(path)
    assert wav.inspect(path).header_true
    assert recordings.samples(path).tobytes() == tone(1.5, channels)


@pytest.mark.parametrize("stated", [0, 4, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF])
def test_a_data_size_that_is_not_the_truth_is_set_to_it(tmp_path: Path, stated: int) -> None:
    path = write(tmp_path / "a.wav", riff(fmt(), chunk(b"data", tone(1.0), size=stated), size=stated))
    assert wav.repair(path).seconds == 1.0
    assert recordings.samples(path).tobytes() == tone(1.0)


def test_only_the_riff_size_may_be_untrue(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", riff(fmt(), chunk(b"data", tone(1.0)), size=8))
    assert not wav.inspect(path).header_true
    assert wav.repair(path).riff_bytes == 32_036


def test_chunks_before_and_after_the_audio_are_left_where_they_are(tmp_path: Path) -> None:
    content = riff(chunk(b"LIST", b"INFOodd"), fmt(), chunk(b"data", tone(1.0)), chunk(b"LIST", b"INFOISFT"))
    path = write(tmp_path / "a.wav", content)
    found = wav.repair(path)
    assert found.header_true
    assert (found.data_offset, found.data_bytes) == (60, 32_000)
    assert path.read_bytes() == content


def test_an_empty_recording_with_a_title_behind_it_is_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", riff(fmt(), chunk(b"data", b""), chunk(b"LIST", b"INFOISFT")))
    assert wav.inspect(path).data_bytes == 0


def test_silence_is_not_taken_for_chunks_behind_the_audio(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", recordings.KILLED_STEREO + bytes(400))
    assert wav.inspect(path).data_bytes == 400


def test_audio_that_grew_behind_a_true_header_is_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", recordings.whole(1.0) + tone(0.5))
    assert wav.repair(path).seconds == 1.5


def test_a_frame_cut_in_two_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", recordings.killed(1.0)[:-1])
    found = wav.repair(path)
    assert found.data_bytes == 31_996
    assert recordings.samples(path).tobytes() == tone(1.0)[:31_996]


@pytest.mark.parametrize("length", [3, 4_001])
def test_eight_bit_mono_of_odd_length_keeps_every_sample(tmp_path: Path, length: int) -> None:
    header = riff(fmt(1, bits=8, tag=7), chunk(b"data", b""), size=8)
    path = write(tmp_path / "a.wav", header + b"\x55" * length)
    assert wav.repair(path).data_bytes == length
    assert wav.inspect(path).header_true


@settings(max_examples=1_000)
@given(cut=st.integers(0, HEADER_BYTES + 8_000), killed=st.booleans())
@example(cut=0, killed=True)
@example(cut=HEADER_BYTES - 1, killed=True)
@example(cut=HEADER_BYTES, killed=True)
def test_a_file_cut_anywhere_is_repaired_to_its_whole_frames_or_named_unusable(
    tmp_path_factory: pytest.TempPathFactory, cut: int, killed: bool
) -> None:
    content = (recordings.killed(0.25) if killed else recordings.whole(0.25))[:cut]
    path = write(tmp_path_factory.getbasetemp() / "cut.wav", content)
    if cut < HEADER_BYTES:
        with pytest.raises(Invalid) as refused:
            wav.repair(path)
        assert refused.value.facts["cause"] in ("empty", "truncated-header")
        assert path.read_bytes() == content
        return
    frames = (cut - HEADER_BYTES) // 4
    repaired = wav.repair(path)
    assert repaired.header_true
    assert repaired.data_bytes == frames * 4
    assert path.stat().st_size == cut
    assert recordings.samples(path).tobytes() == tone(0.25)[: frames * 4]
    once = path.read_bytes()
    assert wav.repair(path) == repaired
    assert path.read_bytes() == once


@settings(max_examples=500)
@given(content=st.binary(max_size=400), framed=st.booleans())
def test_bytes_of_anybodys_are_measured_within_the_file_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, framed: bool
) -> None:
    content = b"RIFF\x08\0\0\0WAVE" + content if framed else content
    path = write(tmp_path_factory.getbasetemp() / "hostile.wav", content)
    try:
        found = wav.repair(path)
    except Invalid:
        return
    assert 0 <= found.data_offset + found.data_bytes <= len(content)


@settings(max_examples=500)
@given(
    header=st.binary(min_size=32, max_size=32),
    before=st.lists(st.tuples(st.binary(max_size=9), st.integers(0, 2**32 - 1))),
)
def test_a_hostile_header_costs_a_bounded_walk(
    tmp_path_factory: pytest.TempPathFactory, header: bytes, before: list[tuple[bytes, int]]
) -> None:
    chunks = [chunk(b"junk", body, size) for body, size in before]
    content = riff(*chunks, fmt(), chunk(b"data", header))
    path = write(tmp_path_factory.getbasetemp() / "hostile.wav", content)
    with _CountingReads(path) as file:
        with contextlib.suppress(Invalid):
            wav.read(file, "hostile.wav")
        assert file.reads <= 2 * wav.MOST_CHUNKS + 8
        assert file.read_bytes <= 20 * wav.MOST_CHUNKS


class _CountingReads:
    """A file that counts what is read of it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.reads = 0
        self.read_bytes = 0

    def __enter__(self) -> "_CountingReads":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int) -> bytes:
        self.reads += 1
        block = self._file.read(size)
        self.read_bytes += len(block)
        return block


def test_ten_thousand_chunks_before_the_audio_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", riff(*[chunk(b"junk", b"")] * 10_000, fmt(), chunk(b"data", tone(0.1))))
    with pytest.raises(Invalid, match="no data chunk"):
        wav.inspect(path)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "empty"),
        (b"RIFF", "truncated-header"),
        (recordings.whole()[:20], "truncated-header"),
        (recordings.whole()[:30], "truncated-header"),
        (b"RF64" + recordings.whole()[4:], "rf64"),
        (b"riff" + bytes(60), "w64"),
        (b"ID3\x03" + bytes(60), "not-riff"),
        (b"<!DOCTYPE html><html></html>", "not-riff"),
        (b"RIFF\0\0\0\0AVI " + bytes(60), "not-riff"),
        (riff(chunk(b"data", tone(0.1)), fmt()), "no-format"),
        (riff(fmt(channels=0), chunk(b"data", tone(0.1))), "bad-format"),
        (riff(fmt(rate=0), chunk(b"data", tone(0.1))), "bad-format"),
        (riff(fmt(rate=0xFFFF_FFFF // 4), chunk(b"data", tone(0.1))), "bad-format"),
        (riff(fmt(bits=0), chunk(b"data", tone(0.1))), "bad-format"),
        (riff(fmt(tag=49), chunk(b"data", tone(0.1))), "bad-format"),
        (riff(chunk(b"fmt ", b"\1\0"), chunk(b"data", tone(0.1))), "truncated-header"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_cause_and_left_alone(
    tmp_path: Path, content: bytes, cause: str
) -> None:
    path = write(tmp_path / "a.wav", content)
    with pytest.raises(Invalid) as refused:
        wav.repair(path)
    assert refused.value.code == "not-wav"
    assert refused.value.facts["cause"] == cause
    assert str(path) in str(refused.value)
    assert path.read_bytes() == content


def test_a_file_longer_than_its_header_can_state_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", recordings.KILLED_STEREO)
    os.truncate(path, 1 << 40)  # sparse: it takes no room
    with pytest.raises(Invalid) as refused:
        wav.inspect(path)
    assert refused.value.facts["cause"] == "too-long"


def test_a_recording_just_short_of_four_gibibytes_is_repaired(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", recordings.KILLED_STEREO)
    os.truncate(path, 0xFFFF_FFFC)
    assert wav.repair(path).data_bytes == 0xFFFF_FFFC - 44
    with path.open("rb") as file:
        assert struct.unpack("<4sI", file.read(8)) == (b"RIFF", 0xFFFF_FFFC - 8)


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_only_a_regular_file_is_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.wav"
    if kind == "link":
        path.symlink_to(write(tmp_path / "elsewhere.wav", recordings.killed()))
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(OSError):
        wav.repair(path)
    if kind == "link":
        assert (tmp_path / "elsewhere.wav").read_bytes() == recordings.killed()


def test_each_party_keeps_its_channel(tmp_path: Path) -> None:
    left, right = tone(1.0, 1, hertz=440), tone(1.0, 1, hertz=1_000)
    both = np.stack([np.frombuffer(left, "<i2"), np.frombuffer(right, "<i2")], axis=1)
    path = write(tmp_path / "a.wav", recordings.KILLED_STEREO + both.tobytes())
    wav.repair(path)
    assert [_loudest_hertz(recordings.samples(path)[:, channel]) for channel in (0, 1)] == [440, 1_000]


def _loudest_hertz(samples: np.ndarray) -> int:
    return int(np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples))


@pytest.mark.parametrize(
    ("seconds", "off_the_end", "left"),
    [(1.5, 0.0, 1.5), (0.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (9.0, 0.0, 2.0), (1.5, 1.0, 1.0), (1.5, 9.0, 0.0)],
)
def test_a_recording_is_cut_to_its_first_seconds_and_by_its_last_and_a_shorter_one_is_left_alone(
    seconds: float, off_the_end: float, left: float, tmp_path: Path
) -> None:
    path = write(tmp_path / "r.wav", recordings.whole(2.0))
    wav.cut(path, seconds, off_the_end)
    found = wav.inspect(path)
    assert (found.seconds, found.header_true) == (left, True)
    assert path.stat().st_size == found.data_offset + found.data_bytes
