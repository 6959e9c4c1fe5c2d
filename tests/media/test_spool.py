import os
from pathlib import Path

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.media.spool import STALLED_SECONDS, Spool
from tests.media import recordings
from tests.media.conftest import Mount, remount
from tests.media.recordings import write

ALARM_SECONDS = 15.0


def test_a_recordings_path_is_its_id_in_the_spool() -> None:
    assert Spool(Path("/var/spool/fsplug")).path("0f3a-77_B") == Path("/var/spool/fsplug/0f3a-77_B.wav")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a b", "a.wav", "{x=1}", "[x]", "a,b", "-a", "a\0", "é"]
)
def test_an_id_that_is_more_than_a_name_has_no_path(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        Spool(Path("/var/spool/fsplug")).path(name)
    assert refused.value.code == "bad-recording-id"


@pytest.mark.parametrize(
    "root",
    [
        *(
            "spool",
            "./spool",
            "/",
            "/var/spool/my recordings",
            "/var/{spool}",
            "/var/[spool]",
            "/var/sp,ool",
            "/sp:ool",
        ),
        *("/var/spool/../lib", "/var/sp'ool", '/var/sp"ool', "/var/${spool}", "/var/sp;ool", "/var/sp|ool", "/vår"),
        *("/var/spool\n", "/var/sp%20ool", "/var/sp\\ool"),
    ],
)
def test_a_spool_the_switch_could_not_record_into_is_refused_with_a_remedy(root: str) -> None:
    with pytest.raises(Invalid, match="give an absolute path") as refused:
        Spool(Path(root))
    assert refused.value.code == "bad-spool"


@pytest.mark.parametrize("rate", ["8000", "16000", "32000", "48000"])
def test_a_spool_below_a_folder_named_as_a_sample_rate_is_refused(rate: str) -> None:
    with pytest.raises(Invalid, match="choose another spool") as refused:
        Spool(Path("/var") / rate / "spool")
    assert refused.value.facts["folder"] == rate


@pytest.mark.parametrize("rate", ["8000", "16000", "32000", "48000"])
def test_a_folder_named_as_a_sample_rate_in_the_spool_raises_the_alarm(tmp_path: Path, rate: str) -> None:
    (tmp_path / rate).mkdir()
    with pytest.raises(Unavailable, match="rename or remove it") as refused:
        Spool(tmp_path).check_writable()
    assert refused.value.code == "spool-captured"


def test_a_writable_spool_is_left_as_it_was(tmp_path: Path) -> None:
    Spool(tmp_path).check_writable()
    assert os.listdir(tmp_path) == []


def test_a_probe_left_by_a_killed_check_is_in_nobodys_way(tmp_path: Path) -> None:
    write(tmp_path / f".probe-{os.getpid()}", b"left")
    Spool(tmp_path).check_writable()
    assert os.listdir(tmp_path) == []


def test_a_missing_spool_is_named(tmp_path: Path) -> None:
    for ask in (
        Spool(tmp_path / "none").check_writable,
        Spool(tmp_path / "none").free_bytes,
        Spool(tmp_path / "none").files,
    ):
        with pytest.raises(Unavailable, match="make the folder") as refused:
            ask()
        assert refused.value.code == "spool-missing"


def test_a_spool_that_is_a_file_is_unwritable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        Spool(write(tmp_path / "spool", b"")).check_writable()
    assert refused.value.code == "spool-unwritable"


def test_a_read_only_spool_is_found(mount: Mount) -> None:
    disk = mount("size=64k")
    remount(disk, "ro")
    with pytest.raises(Unavailable) as refused:
        Spool(disk).check_writable()
    assert refused.value.code == "spool-read-only"


def test_a_full_spool_is_found_and_the_probe_removed(mount: Mount) -> None:
    spool = Spool(mount("size=64k"))
    assert spool.free_bytes() == 64 << 10
    write(spool.root / "filler", bytes(64 << 10))
    with pytest.raises(Unavailable, match="free some space") as refused:
        spool.check_writable()
    assert refused.value.code == "spool-full"
    assert os.listdir(spool.root) == ["filler"]
    assert spool.free_bytes() == 0


def test_only_recordings_lie_in_the_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    write(tmp_path / "b.wav", b"12345")
    write(tmp_path / "a.wav", b"")
    os.utime(tmp_path / "a.wav", (1_000, 2_000.5))
    for name in (".a.wav", "a.wav.part", "a.mp3", "a b.wav", "wav", "{x=1}.wav", ".wav"):
        write(tmp_path / name, b"")
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "link.wav").symlink_to(tmp_path / "b.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    found = [(file.id, file.path, file.bytes) for file in spool.files()]
    assert found == [("a", spool.path("a"), 0), ("b", spool.path("b"), 5)]
    assert spool.files()[0].modified_at == 2_000.5


class TestGrowth:
    def test_a_growing_file_never_stalls(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path)
        for second in range(0, 60, 2):
            write(spool.path("a"), bytes(8_000 * second))
            assert not spool.grown("a", float(second)).stalled
        assert spool.grown("a", 60.0).bytes == 8_000 * 58

    @pytest.mark.parametrize("every_seconds", [0.5, 1.0, 2.0, 5.0])
    def test_a_file_that_stops_growing_is_reported_within_fifteen_seconds(
        self, tmp_path: Path, every_seconds: float
    ) -> None:
        spool = Spool(tmp_path)
        write(spool.path("a"), recordings.killed(10.0))
        stopped_at = now = 10.0
        while not spool.grown("a", now).stalled:
            now += every_seconds
        assert STALLED_SECONDS <= now - stopped_at < ALARM_SECONDS

    def test_a_file_that_never_comes_is_reported_too(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path)
        assert not spool.grown("a", 0.0).stalled
        assert spool.grown("a", 7.9).still_seconds == 7.9
        assert spool.grown("a", 8.0).stalled

    def test_growing_again_ends_the_stall(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path)
        spool.grown("a", 0.0)
        assert spool.grown("a", 9.0).stalled
        write(spool.path("a"), b"audio")
        assert spool.grown("a", 10.0).still_seconds == 0.0

    def test_recordings_are_watched_each_for_itself_until_forgotten(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path)
        spool.grown("a", 0.0)
        spool.grown("b", 7.0)
        assert spool.grown("a", 9.0).stalled
        assert not spool.grown("b", 9.0).stalled
        spool.forget("a")
        spool.forget("never-seen")
        assert spool.grown("a", 10.0).still_seconds == 0.0

    def test_a_full_disk_stops_the_growth(self, mount: Mount) -> None:
        spool = Spool(mount("size=64k"))
        with spool.path("a").open("wb", buffering=0) as recording:
            while recording.write(bytes(8_000)) == 8_000:
                assert not spool.grown("a", 0.0).stalled
            assert not spool.grown("a", 1.0).stalled
            with pytest.raises(OSError, match="No space left"):
                recording.write(bytes(8_000))
        assert spool.grown("a", 1.0 + STALLED_SECONDS).stalled
