"""Deleted recordings are destroyed once it is too late to undo; killed anywhere, a round after its lease ends it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.media.archive import FolderArchive
from fsplug.media.destroyer import INHERIT_SECONDS, Destroyer
from fsplug.policy.access.scopes import operator
from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from fsplug.store.nodes import presence
from fsplug.store.nodes.names import Claim
from fsplug.store.recordings import access, deletions
from fsplug.store.recordings.deletions import UNDO_SECONDS
from tests.furnished import cast_store
from tests.store.accountcast import Clock
from tests.store.cast import ACME
from tests.store.story import recorded_call

ROOT = operator("root")


@pytest.fixture
def clock() -> Clock:
    """To turn."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    """Two sealed recordings, the first of which was deleted a minute ago."""
    made = cast_store(tmp_path / "store.db", clock=clock, database_clock=clock)
    for call in ("a", "b"):
        ledger.apply(made, recorded_call(call))
    deletions.delete(made, ACME, ["a-rec"], ROOT)
    clock.turn(UNDO_SECONDS)
    return made


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    """Holds both."""
    folder = tmp_path / "archive" / "acme"
    folder.mkdir(parents=True)
    for call in ("a", "b"):
        (folder / f"{call}-rec.wav").write_bytes(b"sound")
    return FolderArchive(tmp_path / "archive")


def _files(archive: FolderArchive) -> list[str]:
    return list(archive.keys())


def _is_destroyed(store: Store) -> bool:
    return deletions.get(store, ACME, "a-rec").destroyed_at is not None


def test_the_file_is_removed_and_no_other(store: Store, archive: FolderArchive) -> None:
    assert Destroyer(store, archive, "fs1").work() == 1
    assert _files(archive) == ["acme/b-rec.wav"]
    assert _is_destroyed(store)
    assert Destroyer(store, archive, "fs1").work() == 0


def _served(store: Store, name: str, place: str, is_gone: bool = False) -> None:
    """A node that serves, or did."""
    presence.hold(store, Claim(name, f"{name}-host", "/data", place), [], name)
    if is_gone:
        with store.atomic():
            store.run("UPDATE node SET leased_until = leased_until - 3600 WHERE name = ?", name)


@pytest.mark.parametrize("shared", ["", "s3://bucket"])
def test_a_live_node_s_file_in_an_archive_of_its_own_is_left_to_it(
    store: Store, archive: FolderArchive, shared: str
) -> None:
    _served(store, "fs1", "/srv/archive")
    assert Destroyer(store, archive, "fs2", shared).work() == 0
    assert len(_files(archive)) == 2


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_file_in_a_shared_archive_is_destroyed_by_any_node(
    store: Store, archive: FolderArchive, is_gone: bool
) -> None:
    _served(store, "fs1", "s3://bucket", is_gone)
    other = Destroyer(store, archive, "fs3", "s3://another-bucket", clock=lambda: -1.0)
    assert other.work() == 0
    assert Destroyer(store, archive, "fs2", "s3://bucket").work() == 1
    assert _files(archive) == ["acme/b-rec.wav"]
    assert _is_destroyed(store)


def test_of_two_nodes_that_share_an_archive_one_destroys_a_file(
    store: Store, archive: FolderArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    _served(store, "fs1", "s3://bucket")
    removed: list[str] = []

    def remove(key: str) -> None:
        removed.append(key)
        if len(removed) == 1:
            assert Destroyer(store, archive, "fs2", "s3://bucket").work() == 0

    monkeypatch.setattr(archive, "remove", remove)
    assert Destroyer(store, archive, "fs1", "s3://bucket").work() == 1
    assert removed == ["acme/a-rec.wav"]


@pytest.mark.parametrize("is_known", [True, False])
def test_what_lies_here_of_a_node_that_is_gone_is_destroyed_and_nothing_else_of_it(
    store: Store, archive: FolderArchive, clock: Clock, is_known: bool
) -> None:
    if is_known:
        _served(store, "fs1", "/srv/archive", is_gone=True)
    file, now = archive.root / "acme" / "a-rec.wav", [0.0]
    file.rename(archive.root / "elsewhere")
    destroyer = Destroyer(store, archive, "fs2", clock=lambda: now[0])
    assert destroyer.work() == 0
    assert not _is_destroyed(store) and deletions.get(store, ACME, "a-rec").tries == 0
    (archive.root / "elsewhere").rename(file)
    assert destroyer.work() == 0
    now[0] += INHERIT_SECONDS
    assert destroyer.work() == 1
    assert _is_destroyed(store)


def test_under_another_s_name_nothing_is_destroyed(store: Store, archive: FolderArchive) -> None:
    _served(store, "fs1", "/srv/archive")
    assert Destroyer(store, archive, "fs1", is_own=lambda: False).work() == 0
    assert len(_files(archive)) == 2


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


def _killed(*_: Any) -> Any:
    raise Killed


@pytest.mark.parametrize("step", ["before it begins", "before the file", "after the file", "before it is written"])
def test_killed_anywhere_a_round_after_its_lease_ends_it(
    store: Store, archive: FolderArchive, clock: Clock, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def removed_and_killed(key: str) -> None:
        FolderArchive(archive.root).remove(key)
        raise Killed

    faults: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
        "before it begins": lambda patch: patch.setattr(deletions, "begin", _killed),
        "before the file": lambda patch: patch.setattr(archive, "remove", _killed),
        "after the file": lambda patch: patch.setattr(archive, "remove", removed_and_killed),
        "before it is written": lambda patch: patch.setattr(deletions, "destroyed", _killed),
    }
    with monkeypatch.context() as patch:
        faults[step](patch)
        with pytest.raises(Killed):
            Destroyer(store, archive, "fs1").work()
    assert not _is_destroyed(store)
    with pytest.raises(Exception, match="no recording"):
        access.recording(store, ACME, "a-rec", ROOT)
    if step != "before it begins":
        assert Destroyer(store, archive, "fs1").work() == 0, "for all that another knows, it is at it"
        clock.turn(deletions.LEASE_SECONDS)
    assert Destroyer(store, archive, "fs1").work() == 1
    assert _is_destroyed(store)
    assert _files(archive) == ["acme/b-rec.wav"]


@pytest.mark.parametrize("away", ["the folder is missing", "another disk's empty folder"])
def test_an_archive_that_is_away_is_asked_again(
    store: Store, archive: FolderArchive, clock: Clock, away: str, tmp_path: Path
) -> None:
    archive.root.rename(tmp_path / "unmounted")
    if away != "the folder is missing":
        archive.root.mkdir()
    assert Destroyer(store, archive, "fs1").work() == 0
    [waiting] = deletions.pending(store, ACME)
    assert waiting.trouble == "archive-missing" and not _is_destroyed(store)
    shutil.rmtree(archive.root, ignore_errors=True)
    (tmp_path / "unmounted").rename(archive.root)
    clock.turn(3_600)
    assert Destroyer(store, archive, "fs1").work() == 1
    assert _files(archive) == ["acme/b-rec.wav"]


def test_a_file_that_somebody_else_removed_is_no_trouble(store: Store, archive: FolderArchive) -> None:
    (archive.root / "acme" / "a-rec.wav").unlink()
    assert Destroyer(store, archive, "fs1").work() == 1
    assert _is_destroyed(store)


def test_one_that_fails_keeps_no_other_from_being_destroyed(
    store: Store, archive: FolderArchive, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletions.delete(store, ACME, ["b-rec"], ROOT)
    clock.turn(UNDO_SECONDS)
    remove = archive.remove

    def remove_some(key: str) -> None:
        if "a-rec" in key:
            raise Unavailable("archive-failed", "it does not answer")
        remove(key)

    monkeypatch.setattr(archive, "remove", remove_some)
    assert Destroyer(store, archive, "fs1").work() == 1
    assert _files(archive) == ["acme/a-rec.wav"]
