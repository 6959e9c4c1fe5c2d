"""Failing writes, locks, full disks, two operators at once: whole rows or none, and nothing lost."""

import copy
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.store.calls import calls, ledger
from fsplug.store.calls.journal import Journal
from fsplug.store.calls.writer import Writer
from fsplug.store.change import edit_policy, planning
from fsplug.store.config import policies, users
from fsplug.store.db.database import Row, Store
from fsplug.store.recordings import recordings
from tests.store.backends import sqlite_only
from tests.store.calls.test_journal import files_end_at
from tests.store.cast import ACME, CAST
from tests.store.db.soundness import DEADLINE_SECONDS, assert_sound
from tests.store.story import recorded_call

LOCK_SECONDS = 1.0
FRAME_BYTES = 4096 + 24  # one page in SQLite's write-ahead log


class Failing(Store):
    """A store whose n-th write fails."""

    def __init__(self, url: str, failing: int) -> None:
        super().__init__(url)
        self._left = failing

    def execute(self, sql: str, params: Sequence[object]) -> int:
        """Run it, unless it is the one."""
        self._count_down()
        return super().execute(sql, params)

    def execute_many(self, sql: str, rows: Any) -> None:
        """Run it, unless it is the one."""
        self._count_down()
        super().execute_many(sql, rows)

    def _count_down(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Unavailable("store-broken", "a write failed")


def _all_rows(store: Store) -> list[Row]:
    tables = ("company", "policy_version", "user", "excluded_number", "call", "decision", "recording", "gap")
    return [(table, *row) for table in tables for row in store.rows(f'SELECT * FROM "{table}"')]


def _apply_call(store: Store) -> None:
    ledger.apply(store, recorded_call())


def _exclude(store: Store) -> None:
    edit_policy.exclude(store, ACME, {"+4533333333": ""}, "anna")


def _provision(store: Store) -> None:
    document = copy.deepcopy(CAST)
    document["company"][0]["user"].pop()
    document["company"][1]["name"] = "Beta AB"
    planning.apply_plan(store, planning.plan(store, document), "operator")


@pytest.mark.parametrize("change", [_apply_call, _exclude, _provision])
def test_whichever_write_fails_nothing_of_the_change_is_there(
    store: Store, url: str, change: Callable[[Store], None]
) -> None:
    before = _all_rows(store)
    for failing in range(1, 100):
        broken = Failing(url, failing)
        try:
            change(broken)
        except Unavailable:
            assert _all_rows(store) == before
            assert_sound(store)
        else:
            break
        finally:
            broken.close()
    assert 3 <= failing < 99
    assert _all_rows(store) != before


def test_whichever_write_of_a_migration_fails_the_next_run_completes_it(empty_url: str) -> None:
    for failing in range(1, 200):
        broken = Failing(empty_url, failing)
        try:
            broken.migrate()
        except Unavailable:
            assert_sound(broken)
        else:
            break
        finally:
            broken.close()
    assert 20 < failing < 199
    assert Store(empty_url).pending() == []


def test_whichever_page_cannot_be_written_the_file_is_sound_and_the_entries_come_later(
    sqlite_template: Path, tmp_path: Path
) -> None:
    entries = [entry for number in range(5) for entry in recorded_call(str(number))]
    for frames in range(200):
        path = tmp_path / f"{frames}.db"
        shutil.copy(sqlite_template, path)
        store = Store(path)
        assert calls.listed(store, ACME) == []
        failed = _fails(store, entries, frames * FRAME_BYTES)
        if failed:
            assert (calls.listed(store, ACME), recordings.listed(store, ACME)) == ([], [])
            assert_sound(store)
            ledger.apply(store, entries)
        assert len(recordings.listed(store, ACME)) == 5
        assert_sound(store)
        store.close()
        if not failed:
            break
    assert 5 < frames < 199


def _fails(store: Store, entries: list[Any], size: int) -> bool:
    with files_end_at(size):
        try:
            ledger.apply(store, entries)
        except Unavailable:
            return True
    return False


@contextmanager
def _locked(store: Store, url: str) -> Iterator[None]:
    """Another program holds the lock that every entry needs."""
    if store.dialect == "sqlite":
        holder: Any = sqlite3.connect(url, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        import psycopg

        holder = psycopg.connect(url)
        holder.execute("LOCK TABLE call IN EXCLUSIVE MODE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


def test_a_locked_store_blocks_no_call_and_delays_its_entries(
    open_store: Callable[..., Store], url: str, tmp_path: Path
) -> None:
    store = open_store(lock_seconds=LOCK_SECONDS)
    journal = Journal(tmp_path / "journal")
    writer = Writer(store, journal)
    writer.start()
    with _locked(store, url):
        longest = max(_seconds(lambda entry=entry: writer.put(entry)) for entry in recorded_call())
        _until(lambda: writer.alarm is not None)
        assert longest < LOCK_SECONDS
        assert writer.backlog == 7
        # Verdicts go on: they only read.
        assert policies.snapshot(store, ACME).version == 1
        assert users.user_at(store, ACME, "1001", 1) is not None
    assert writer.flush(DEADLINE_SECONDS)
    assert writer.alarm is None
    assert [r.state for r in recordings.listed(store, ACME)] == ["sealed"]
    assert writer.stop()
    journal.close()


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.005)


@sqlite_only
def test_a_full_disk_under_the_database_delays_entries_and_spoils_nothing(store: Store, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    writer = Writer(store, journal)
    [(pages,)] = store.rows("PRAGMA page_count")
    # The one connection in the pool meets the limit; SQLite then answers as it does to a full disk.
    assert store.rows(f"PRAGMA max_page_count = {pages}") == [(pages,)]
    entries = [entry for number in range(50) for entry in recorded_call(str(number))]
    for entry in entries:
        writer.put(entry)
    writer.start()
    _until(lambda: "the disk is full; free some space" in (writer.alarm or ""))
    assert policies.snapshot(store, ACME).version == 1
    assert calls.listed(store, ACME) == []
    assert journal.replay() == entries
    store.rows("PRAGMA max_page_count = 1000000")
    assert writer.flush(DEADLINE_SECONDS)
    assert len(recordings.listed(store, ACME)) == 50
    assert_sound(store)
    assert writer.stop() and writer.alarm is None
    journal.close()


def test_two_operators_at_once_make_two_versions(store: Store, open_store: Callable[..., Store]) -> None:
    stores = [store, *(open_store() for _ in range(3))]

    def work(number: int) -> None:
        for turn in range(5):
            edit_policy.exclude(stores[number], ACME, {f"+45203040{number}{turn}": ""}, "anna")

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
    assert policies.current_version(store, ACME) == 21
    assert [len(policies.snapshot(store, ACME, version).excluded) for version in range(1, 22)] == list(range(1, 22))
