"""The folder of call records: kept whole, read once, bounded, and never a link or a pipe."""

import os
import stat
from pathlib import Path

import pytest

from fsplug.errors import Unavailable
from fsplug.media.record_folder import MOST_ASIDE, SUFFIX, WRITTEN_SECONDS, RecordFile, RecordFolder, is_unfinished


@pytest.fixture
def folder(tmp_path: Path) -> RecordFolder:
    made = RecordFolder(tmp_path / "spool" / ".records")
    assert made.make() and not made.make()
    return made


def test_both_users_may_write_there_by_their_group(folder: RecordFolder) -> None:
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o2770


def test_a_record_that_is_posted_twice_is_kept_once_and_as_it_was(folder: RecordFolder) -> None:
    folder.save(b"one")
    folder.save(b"one")
    folder.save(b"another")
    assert sorted(folder.read(one.name, 99) for one in folder.waiting()) == [b"another", b"one"]
    folder.remove([one.name for one in folder.waiting()])
    folder.remove(["gone" + SUFFIX])
    assert (folder.waiting(), os.listdir(folder.root)) == ([], [])


def test_the_oldest_records_come_first_and_no_more_than_wanted(folder: RecordFolder) -> None:
    for number in range(5):
        path = folder.root / f"{number}{SUFFIX}"
        path.write_bytes(b"x")
        os.utime(path, (100.0 - number, 100.0 - number))
    assert [one.name for one in folder.waiting(3)] == [f"4{SUFFIX}", f"3{SUFFIX}", f"2{SUFFIX}"]


def test_links_pipes_folders_and_other_files_are_left_alone(folder: RecordFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder.root / f"link{SUFFIX}").symlink_to(tmp_path / "secret")
    os.mkfifo(folder.root / f"pipe{SUFFIX}")
    (folder.root / f"folder{SUFFIX}").mkdir()
    (folder.root / "notes.txt").write_bytes(b"x")
    (folder.root / f".half{SUFFIX}").write_bytes(b"x")
    assert folder.waiting() == []
    for name in ("link", "pipe"):
        with pytest.raises(Unavailable):
            folder.read(f"{name}{SUFFIX}", 99)


def test_only_so_many_records_that_cant_be_understood_are_kept(
    folder: RecordFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fsplug.media.record_folder.MOST_ASIDE", 2)
    for number in range(4):
        (folder.root / f"{number}{SUFFIX}").write_bytes(b"x")
        os.utime(folder.root / f"{number}{SUFFIX}", (number, number))
        folder.set_aside(f"{number}{SUFFIX}")
    assert folder.aside == 2 < MOST_ASIDE
    assert sorted(os.listdir(folder.root / "unreadable")) == [f"2{SUFFIX}", f"3{SUFFIX}"]
    assert folder.waiting() == []


def test_the_switch_may_still_be_writing_a_young_record() -> None:
    file = RecordFile("a", 1, 100.0)
    assert [is_unfinished(file, 100.0 + age) for age in (0.0, WRITTEN_SECONDS - 1, WRITTEN_SECONDS + 1)] == [
        True,
        True,
        False,
    ]


def test_a_folder_that_is_gone_is_said_so(folder: RecordFolder) -> None:
    folder.check()
    folder.root.rmdir()
    for act in (folder.check, folder.waiting, lambda: folder.save(b"x"), lambda: folder.set_aside("a")):
        with pytest.raises(Unavailable, match="missing"):
            act()
    assert folder.aside == 0
