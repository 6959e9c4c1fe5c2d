import errno
import hashlib
import os
import stat
import sys
from pathlib import Path

import pytest

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.media.archive import Archive, FolderArchive, check_key
from fsplug.media.s3 import S3Archive, s3_archive
from tests.media import recordings
from tests.media.conftest import Mount
from tests.media.s3server import Bucket

KEY = "acme.example/2026/11/22/0f3a.wav"


def put(archive: Archive, folder: Path, key: str, content: bytes) -> str:
    path = recordings.write(folder / "spooled.wav", content)
    return archive.put(path, key, hashlib.sha256(content).hexdigest())


def fetched(archive: Archive, key: str) -> bytes:
    with archive.open(key) as file:
        return file.read()


class TestEveryArchive:
    def test_gives_back_what_it_was_given(self, archive: Archive, tmp_path: Path) -> None:
        content = recordings.whole(5.0)
        location = put(archive, tmp_path, KEY, content)
        assert fetched(archive, location) == content
        assert archive.size(KEY) == len(content)
        assert archive.exists(KEY)

    def test_keeps_an_empty_file(self, archive: Archive, tmp_path: Path) -> None:
        put(archive, tmp_path, KEY, b"")
        assert archive.size(KEY) == 0
        assert fetched(archive, KEY) == b""

    def test_opens_a_recording_to_seek_in(self, archive: Archive, tmp_path: Path) -> None:
        content = recordings.whole(5.0)
        put(archive, tmp_path, KEY, content)
        with archive.open(KEY) as file:
            assert file.seek(-100, os.SEEK_END) == len(content) - 100
            assert file.read() == content[-100:]
            file.seek(44)
            assert file.read(1_000) == content[44:1_044]
            file.seek(len(content) + 5)
            assert file.read(1) == b""

    def test_has_nothing_under_a_key_it_was_never_given(self, archive: Archive) -> None:
        assert not archive.exists(KEY)
        for ask in (archive.open, archive.size):
            with pytest.raises(Refused) as refused:
                ask(KEY)
            assert refused.value.code == "not-archived"

    def test_removes_once_and_again(self, archive: Archive, tmp_path: Path) -> None:
        put(archive, tmp_path, KEY, b"audio")
        archive.remove(KEY)
        archive.remove(KEY)
        assert not archive.exists(KEY)
        assert list(archive.keys()) == []

    def test_says_how_much_room_there_is_or_that_nobody_can_say(self, archive: Archive) -> None:
        room = archive.room()
        assert room is None or 0 <= room[0] <= room[1]

    def test_lists_the_keys_under_a_prefix_in_order(self, archive: Archive, tmp_path: Path) -> None:
        names = ["acme.example/2026/11/22/b.wav", "acme.example/2026/11/21/a.wav", "beta.example/2026/11/22/c.wav"]
        names += ["acme.example/2026/10/30/d.wav", "acme.example/2025/01/01/e.wav"]
        for key in names:
            put(archive, tmp_path, key, b"audio")
        assert list(archive.keys()) == sorted(names)
        assert list(archive.keys("acme.example/2026/11/")) == sorted(names[:2])
        assert list(archive.keys("gamma")) == []

    @pytest.mark.parametrize("archive", ["folder-on-another-disk", "s3"], indirect=True)
    def test_copies_no_file_that_is_not_what_it_was_said_to_be(self, archive: Archive, tmp_path: Path) -> None:
        path = recordings.write(tmp_path / "spooled.wav", b"audio")
        with pytest.raises(Unavailable):
            archive.put(path, KEY, hashlib.sha256(b"other audio").hexdigest())
        assert list(archive.keys()) == []
        assert path.read_bytes() == b"audio"

    @pytest.mark.parametrize("key", ["../../etc/cron.d/x.wav", "/etc/passwd", "acme.example/../beta.example/a.wav"])
    def test_never_leaves_its_root(self, archive: Archive, tmp_path: Path, key: str) -> None:
        path = recordings.write(tmp_path / "spooled.wav", b"audio")
        for act in (archive.open, archive.size, archive.exists, archive.remove):
            with pytest.raises(Invalid):
                act(key)
        with pytest.raises(Invalid):
            archive.put(path, key, "")
        assert path.exists()


@pytest.mark.parametrize(
    "key",
    [
        *("", "/", "a//b", "a/", "/a", ".", "..", "a/..", "a/.hidden", "a\0b", "a b", "a\nb", "ø.wav", "a\\b", "~/a"),
        *("$(a)", "a%2fb", "-rf", "a:b", "a" * 129, "/".join(["a" * 99] * 6)),
    ],
)
def test_a_key_is_a_path_of_plain_names(key: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_key(key)
    assert refused.value.code == "bad-key"


def test_a_folder_archive_is_fsplugs_alone(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "archive")
    path = recordings.write(tmp_path / "spooled.wav", b"audio")
    path.chmod(0o666)
    archive.put(path, KEY, hashlib.sha256(b"audio").hexdigest())
    kept = archive.root / KEY
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    folders = [folder for folder in kept.parents if folder.is_relative_to(archive.root)]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_file_of_the_switchs_user_becomes_fsplugs_own(tmp_path: Path) -> None:
    path = recordings.write(tmp_path / "spooled.wav", b"audio")
    if os.geteuid() != 0:
        pytest.skip("a file is given to another user by root only")
    os.chown(path, 65_534, 65_534)
    archive = FolderArchive(tmp_path / "archive")
    archive.put(path, KEY, hashlib.sha256(b"audio").hexdigest())
    assert (archive.root / KEY).stat().st_uid == os.geteuid()


def test_a_copy_left_half_made_is_no_key_and_is_made_anew(other_disk: Path, tmp_path: Path) -> None:
    archive = FolderArchive(other_disk / "archive")
    folder = (archive.root / KEY).parent
    folder.mkdir(parents=True)
    recordings.write(folder / f".{Path(KEY).name}.part", b"half a recording that is longer than the whole")
    assert list(archive.keys()) == []
    put(archive, tmp_path, KEY, b"audio")
    assert fetched(archive, KEY) == b"audio"
    assert sorted(os.listdir(folder)) == [Path(KEY).name]


def test_a_full_folder_archive_says_so_and_keeps_nothing_of_the_file(mount: Mount, tmp_path: Path) -> None:
    archive = FolderArchive(mount("size=64k"))
    content = recordings.whole(10.0)
    with pytest.raises(Unavailable, match="free some space") as refused:
        put(archive, tmp_path, KEY, content)
    assert refused.value.code == "archive-full"
    assert (tmp_path / "spooled.wav").read_bytes() == content
    assert [path for path in archive.root.rglob("*") if path.is_file()] == []


def test_an_archive_below_a_file_is_unwritable(tmp_path: Path) -> None:
    archive = FolderArchive(recordings.write(tmp_path / "file", b"") / "archive")
    with pytest.raises(Unavailable) as refused:
        put(archive, tmp_path, KEY, b"audio")
    assert refused.value.code == "archive-unwritable"


def test_a_bucket_gets_a_long_recording_in_parts_each_with_its_checksum(
    bucket: tuple[Bucket, S3Archive], tmp_path: Path
) -> None:
    held, archive = bucket
    content = bytes(range(256)) * (12 << 12)
    put(archive, tmp_path, KEY, content)
    assert held.parts_seen == 3
    assert fetched(archive, KEY) == content
    put(archive, tmp_path, f"{KEY}2", recordings.whole(0.5))
    assert held.unchecked_bodies == 0
    assert sorted(held.objects) == [f"phones/{KEY}", f"phones/{KEY}2"]


def test_a_bucket_that_kept_less_is_found_out(bucket: tuple[Bucket, S3Archive], tmp_path: Path) -> None:
    held, archive = bucket
    held.corrupt = True
    with pytest.raises(Unavailable, match="is not the recording"):
        put(archive, tmp_path, KEY, b"audio")
    assert (tmp_path / "spooled.wav").exists()


def test_a_bucket_that_fails_is_unavailable_whatever_is_asked(bucket: tuple[Bucket, S3Archive], tmp_path: Path) -> None:
    held, archive = bucket
    held.failure = 503
    path = recordings.write(tmp_path / "spooled.wav", b"audio")
    asks = [lambda: archive.put(path, KEY, hashlib.sha256(b"audio").hexdigest()), lambda: archive.open(KEY)]
    asks += [lambda: archive.exists(KEY), lambda: archive.remove(KEY), lambda: list(archive.keys())]
    for ask in asks:
        with pytest.raises(Unavailable) as refused:
            ask()
        assert refused.value.code == "archive-failed"
    assert path.exists()


def test_nothing_of_a_removed_recording_stays_in_a_bucket_that_keeps_versions(
    bucket: tuple[Bucket, S3Archive], tmp_path: Path
) -> None:
    held, archive = bucket
    held.keeps_versions = True
    for content in (b"first", b"second"):
        put(archive, tmp_path, KEY, content)
    put(archive, tmp_path, f"{KEY}.2", b"another")
    archive.remove(KEY)
    assert not archive.exists(KEY)
    assert list(held.versions) == list(held.objects) == [f"phones/{KEY}.2"]
    archive.remove(KEY)


def test_what_somebody_deleted_by_hand_is_only_hidden_and_is_removed_with_its_mark(
    bucket: tuple[Bucket, S3Archive], tmp_path: Path
) -> None:
    held, archive = bucket
    held.keeps_versions = True
    put(archive, tmp_path, KEY, b"audio")
    archive._client.delete_object(Bucket="recordings", Key=f"phones/{KEY}")
    assert not archive.exists(KEY) and held.versions
    archive.remove(KEY)
    assert held.versions == {}


def test_an_account_that_may_not_delete_versions_is_told_what_to_allow(
    bucket: tuple[Bucket, S3Archive], tmp_path: Path
) -> None:
    held, archive = bucket
    held.keeps_versions, held.may_list_versions = True, False
    put(archive, tmp_path, KEY, b"audio")
    with pytest.raises(Unavailable, match="allow s3:ListBucketVersions and s3:DeleteObjectVersion"):
        archive.remove(KEY)
    assert archive.exists(KEY)


def test_a_bucket_without_boto3_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(Invalid, match=r"pip install 'fsplug\[s3\]'"):
        s3_archive("recordings")


def test_files_made_ready_together_are_on_the_disk_before_the_first_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, steps = FolderArchive(tmp_path), list[str]()
    paths = [recordings.write(tmp_path / f"{name}.wav", b"audio") for name in "abc"]
    sync, rename = os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda file: steps.append("sync") or sync(file))
    monkeypatch.setattr(os, "rename", lambda *names: steps.append("move") or rename(*names))
    archive.ready(paths)
    assert steps == ["sync"] * 3
    for path in paths:
        archive.put(path, f"kept-{path.name}", hashlib.sha256(b"audio").hexdigest(), lambda folder: None)
    assert steps == ["sync"] * 3 + ["move"] * 3
    assert {stat.S_IMODE((tmp_path / f"kept-{path.name}").stat().st_mode) for path in paths} == {0o600}


def test_a_file_that_could_not_be_synced_is_refused_and_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, path = FolderArchive(tmp_path), recordings.write(tmp_path / "a.wav", b"audio")

    def failing(file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", failing)
        archive.ready([path])
    with pytest.raises(Unavailable) as trouble:
        archive.put(path, KEY, hashlib.sha256(b"audio").hexdigest())
    assert trouble.value.code == "archive-failed"
    assert path.exists()
    assert not archive.exists(KEY)


def test_what_is_no_file_is_not_touched_when_others_are_made_ready(tmp_path: Path) -> None:
    archive, outside = FolderArchive(tmp_path), recordings.write(tmp_path / "outside", b"")
    outside.chmod(0o644)
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "link.wav").symlink_to(outside)
    archive.ready([tmp_path / name for name in ("pipe.wav", "link.wav", "missing.wav")])
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
