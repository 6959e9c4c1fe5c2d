import errno
import hashlib
import os
from pathlib import Path

import pytest

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.media import disk
from fsplug.media.archive import Archive, FolderArchive
from fsplug.media.seal import LengthWarning, seal
from tests.media import recordings
from tests.media.conftest import Mount, remount
from tests.media.recordings import write

KEY = "acme.example/2026/11/22/0f3a.wav"


@pytest.fixture
def spooled(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool" / "0f3a.wav"


def archived(archive: Archive) -> dict[str, bytes]:
    return {key: archive.open(key).read() for key in archive.keys("")}


def test_a_finished_recording_moves_into_the_archive_with_its_length_and_hash(archive: Archive, spooled: Path) -> None:
    content = recordings.whole(2.0)
    sealed = seal(write(spooled, content), archive, KEY, talk_seconds=2.0)
    assert (sealed.seconds, sealed.bytes, sealed.repaired, sealed.warning) == (2.0, len(content), False, None)
    assert sealed.sha256 == hashlib.sha256(content).hexdigest()
    assert archived(archive) == {sealed.location: content}
    assert not spooled.exists()


def test_a_killed_switchs_recording_is_repaired_and_sealed(archive: Archive, spooled: Path) -> None:
    sealed = seal(write(spooled, recordings.killed(2.0)), archive, KEY, talk_seconds=2.1)
    assert (sealed.seconds, sealed.repaired, sealed.warning) == (2.0, True, None)
    assert archived(archive) == {KEY: recordings.whole(2.0)}


def test_sealing_again_says_the_same(archive: Archive, spooled: Path) -> None:
    first = seal(write(spooled, recordings.whole(2.0)), archive, KEY, talk_seconds=5.0)
    assert seal(spooled, archive, KEY, talk_seconds=5.0) == first


def test_a_file_archived_but_still_in_the_spool_is_only_removed_there(archive: Archive, spooled: Path) -> None:
    content = recordings.whole(2.0)
    first = seal(write(spooled, content), archive, KEY)
    assert seal(write(spooled, content), archive, KEY) == first
    assert not spooled.exists()
    assert archived(archive) == {KEY: content}


def test_another_recording_under_the_same_key_changes_nothing(archive: Archive, spooled: Path) -> None:
    seal(write(spooled, recordings.whole(2.0)), archive, KEY)
    write(spooled, recordings.whole(3.0))
    with pytest.raises(Refused) as refused:
        seal(spooled, archive, KEY)
    assert refused.value.code == "already-archived"
    assert archived(archive) == {KEY: recordings.whole(2.0)}
    assert spooled.read_bytes() == recordings.whole(3.0)


@pytest.mark.parametrize(
    ("talk_seconds", "warning"),
    [
        (None, None),
        (2.0, None),
        (2.25, None),
        (2.26, LengthWarning.SHORT),
        (21.7, LengthWarning.SHORT),
        (1.75, None),
        (1.74, LengthWarning.LONG),
        (0.0, LengthWarning.LONG),
    ],
)
def test_a_short_recording_may_differ_from_its_talk_by_a_quarter_second(
    tmp_path: Path, spooled: Path, talk_seconds: float | None, warning: LengthWarning | None
) -> None:
    archive = FolderArchive(tmp_path / "archive")
    assert seal(write(spooled, recordings.whole(2.0)), archive, KEY, talk_seconds).warning is warning
    assert archive.exists(KEY)


@pytest.mark.parametrize(
    ("talk_seconds", "warning"),
    [(102.0, None), (102.1, LengthWarning.SHORT), (98.1, None), (98.0, LengthWarning.LONG)],
)
def test_a_long_recording_may_differ_from_its_talk_by_two_in_a_hundred(
    tmp_path: Path, spooled: Path, talk_seconds: float, warning: LengthWarning | None
) -> None:
    archive = FolderArchive(tmp_path / "archive")
    assert seal(write(spooled, recordings.whole(100.0, 1)), archive, KEY, talk_seconds).warning is warning


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, "missing"),
        (b"", "empty"),
        (recordings.KILLED_STEREO, "empty"),
        (recordings.KILLED_STEREO + b"\1\0\1", "empty"),
        (recordings.KILLED_STEREO[:40], "not-wav"),
        (b"<html>not found</html>", "not-wav"),
    ],
)
def test_what_holds_no_audio_is_refused_with_its_cause_and_stays(
    archive: Archive, spooled: Path, content: bytes | None, cause: str
) -> None:
    if content is not None:
        write(spooled, content)
    with pytest.raises(Refused) as refused:
        seal(spooled, archive, KEY, talk_seconds=10.0)
    assert (refused.value.code, refused.value.facts["cause"]) == ("no-audio", cause)
    assert archived(archive) == {}
    assert content is None or spooled.read_bytes() == content


@pytest.mark.parametrize("target", ["secret", "dangling"])
def test_a_link_laid_in_the_spool_is_not_followed(archive: Archive, spooled: Path, target: str) -> None:
    secret = write(spooled.parent.parent / "secret", recordings.whole(1.0))
    spooled.symlink_to(secret if target == "secret" else spooled.parent / "nowhere")
    with pytest.raises(Refused) as refused:
        seal(spooled, archive, KEY)
    assert refused.value.facts["cause"] == "unreadable"
    assert archived(archive) == {}
    assert secret.read_bytes() == recordings.whole(1.0)


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [
        (errno.EACCES, Refused, "no-audio"),
        (errno.EIO, Refused, "no-audio"),
        (errno.EMFILE, Unavailable, "spool-failed"),
    ],
)
def test_a_file_that_cannot_be_read_is_lost_only_when_the_file_itself_is_the_reason(
    tmp_path: Path,
    spooled: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[Refused | Unavailable],
    code: str,
) -> None:
    def fail(path: Path, flags: int = os.O_RDONLY) -> int:
        raise OSError(number, os.strerror(number), str(path))

    write(spooled, recordings.whole(1.0))
    monkeypatch.setattr(disk, "open_regular", fail)
    with pytest.raises(error) as refused:
        seal(spooled, FolderArchive(tmp_path / "archive"), KEY)
    assert refused.value.code == code
    assert spooled.exists()


def test_a_bad_key_is_refused_before_anything_is_touched(archive: Archive, spooled: Path) -> None:
    write(spooled, recordings.killed(1.0))
    with pytest.raises(Invalid):
        seal(spooled, archive, "../0f3a.wav")
    assert spooled.read_bytes() == recordings.killed(1.0)


def test_a_full_archive_leaves_the_recording_in_the_spool(mount: Mount, spooled: Path) -> None:
    archive = FolderArchive(mount("size=64k"))
    write(spooled, recordings.killed(10.0))
    with pytest.raises(Unavailable) as refused:
        seal(spooled, archive, KEY, talk_seconds=10.0)
    assert refused.value.code == "archive-full"
    assert archived(archive) == {}
    assert seal(spooled, FolderArchive(spooled.parent / "roomy"), KEY).seconds == 10.0


def test_a_full_spool_is_emptied_into_the_archive(mount: Mount, tmp_path: Path) -> None:
    spool = mount("size=512k")
    whole = write(spool / "0f3a.wav", recordings.killed(10.0))
    with pytest.raises(OSError), (spool / "filler").open("wb") as filler:
        while True:
            filler.write(bytes(4096))
            filler.flush()
    sealed = seal(whole, FolderArchive(tmp_path / "archive"), KEY, talk_seconds=10.0)
    assert (sealed.seconds, sealed.repaired) == (10.0, True)
    assert not whole.exists()


def test_a_read_only_spool_is_copied_from_and_cleared_when_it_can_be(mount: Mount, tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "archive")
    spool = mount("size=1m")
    path = write(spool / "0f3a.wav", recordings.whole(1.0))
    remount(spool, "ro")
    with pytest.raises(Unavailable) as refused:
        seal(path, archive, KEY)
    assert refused.value.code == "spool-read-only"
    assert archived(archive) == {KEY: recordings.whole(1.0)}
    remount(spool, "rw")
    assert seal(path, archive, KEY).seconds == 1.0
    assert not path.exists()
