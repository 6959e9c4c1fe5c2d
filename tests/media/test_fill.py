"""Silence put into recordings whose file stood still."""

from pathlib import Path

import pytest

from fsplug.media import wav
from fsplug.media.fill import fill
from fsplug.policy.recording.holds import Silence
from tests.media import recordings
from tests.media.recordings import RATE, write

SILENCES = {
    "in the middle": [Silence(0.5, 2.0)],
    "two": [Silence(0.25, 0.1), Silence(0.75, 3.02)],
    "at the beginning": [Silence(0.0, 1.0)],
    "at the end": [Silence(1.0, 1.0)],
    "beyond the end": [Silence(1.5, 0.5)],
}


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", SILENCES)
def test_the_silence_stands_where_it_belongs_and_nothing_else_has_changed(
    tmp_path: Path, name: str, channels: int
) -> None:
    silences = SILENCES[name]
    path = write(tmp_path / "r.wav", recordings.whole(1.0, channels))
    found = fill(path, silences)
    assert found.seconds == pytest.approx(1.0 + sum(one.seconds for one in silences))
    assert found.header_true and found.filled
    samples, at = recordings.samples(path)[:, 0], 0
    heard = recordings.samples(write(tmp_path / "heard.wav", recordings.whole(1.0, channels)))[:, 0]
    begun = 0
    for one in silences:
        until = min(round(one.at * RATE), RATE)
        length = round(one.seconds * RATE)
        assert (samples[at : at + until - begun] == heard[begun:until]).all()
        at += until - begun
        assert not samples[at : at + length].any()
        at, begun = at + length, until
    assert (samples[at:] == heard[begun:]).all()


def test_a_second_run_puts_nothing_in(tmp_path: Path) -> None:
    path = write(tmp_path / "r.wav", recordings.whole(1.0))
    first = fill(path, SILENCES["two"])
    content = path.read_bytes()
    assert fill(path, SILENCES["two"]) == first
    assert path.read_bytes() == content
    assert content == recordings.filled(1.0, SILENCES["two"])


def test_without_silences_the_file_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "r.wav", recordings.whole(1.0))
    before = path.stat()
    assert not fill(path, []).filled
    assert path.stat() == before


@pytest.mark.parametrize(("tag", "bits", "byte"), [(6, 8, 0xD5), (7, 8, 0xFF), (1, 8, 0x80), (1, 16, 0)])
def test_silence_is_what_the_format_takes_for_silence(tmp_path: Path, tag: int, bits: int, byte: int) -> None:
    audio = b"\x11" * (2 * RATE)
    content = recordings.riff(recordings.fmt(1, bits, RATE, tag), recordings.chunk(b"data", audio))
    path = write(tmp_path / "r.wav", content)
    found = fill(path, [Silence(0.5, 0.5)])
    put_in = path.read_bytes()[found.data_offset :][RATE * bits // 16 :][: RATE * bits // 16]
    assert set(put_in) == {byte}


def test_a_title_before_the_audio_stays(tmp_path: Path) -> None:
    path = write(tmp_path / "r.wav", recordings.KILLED_TITLED + recordings.tone(1.0, 1))
    wav.repair(path)
    assert fill(path, [Silence(0.5, 1.0)]).seconds == pytest.approx(2.0)
    assert b"hello" in path.read_bytes()[:100]
