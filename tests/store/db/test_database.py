"""Transactions, locks and failures of the database, which are raised as Unavailable."""

import os
import sqlite3
import stat
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import gevent
import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.db.database import Store
from tests.store.backends import postgresql_only, sqlite_only

Opener = Callable[..., Store]


def _write(store: Store, row: str) -> None:
    store.run("INSERT INTO ledger_reject (id, entry, error, at) VALUES (?, '', '', 0.0)", row)


def _written(store: Store) -> list[str]:
    return [row for (row,) in store.rows("SELECT id FROM ledger_reject ORDER BY id")]


def test_what_fails_inside_a_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.atomic():
        _write(store, "1")
        raise ZeroDivisionError
    assert _written(store) == []


def test_a_transaction_inside_another_is_undone_alone(store: Store) -> None:
    with store.atomic():
        _write(store, "1")
        with pytest.raises(ZeroDivisionError), store.atomic():
            _write(store, "2")
            raise ZeroDivisionError
        _write(store, "3")
    assert _written(store) == ["1", "3"]


def test_a_row_the_tables_refuse_is_named_invalid_and_the_store_goes_on(store: Store) -> None:
    with store.atomic():
        _write(store, "1")
    with pytest.raises(Invalid) as refused, store.atomic():
        _write(store, "1")
    assert refused.value.code == "row-refused"
    with store.atomic():
        _write(store, "2")
    assert _written(store) == ["1", "2"]


def test_nobody_sees_a_transaction_before_its_end(store: Store, open_store: Opener) -> None:
    other = open_store()
    with store.atomic():
        _write(store, "1")
        assert _written(other) == []
    assert _written(other) == ["1"]


def test_two_stores_in_one_process_are_two_databases(store: Store, tmp_path: Path) -> None:
    with Store(tmp_path / "other.db").connection():
        other = Store(tmp_path / "other.db")
        other.migrate()
    with store.atomic():
        _write(store, "1")
        with other.atomic():
            _write(other, "2")
    assert (_written(store), _written(other)) == (["1"], ["2"])
    other.close()


def test_many_threads_share_one_store(store: Store) -> None:
    def work(thread: int) -> None:
        for turn in range(5):
            with store.atomic():
                _write(store, f"{thread}-{turn}")
            assert f"{thread}-{turn}" in _written(store)

    threads = [Thread(target=work, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(_written(store)) == 40


@sqlite_only
def test_a_write_waits_for_its_turn_until_its_deadline_and_no_longer(url: str) -> None:
    holder, store = sqlite3.connect(url, isolation_level=None), Store(url, lock_seconds=0.2)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(Unavailable) as locked, store.atomic():
        pass
    assert locked.value.code == "store-locked"
    assert time.monotonic() - began >= 0.2
    holder.execute("ROLLBACK")
    with store.atomic():
        _write(store, "1")
    assert _written(store) == ["1"]
    holder.close()
    store.close()


@sqlite_only
def test_a_write_that_waits_lets_others_run_and_gets_its_turn(url: str) -> None:
    holder = sqlite3.connect(url, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            holder.execute("COMMIT")

    store = Store(url, wait=wait)
    with store.atomic():
        _write(store, "1")
    assert len(waits) == 3
    holder.close()
    store.close()


def test_reading_goes_on_while_another_writes(store: Store, open_store: Opener) -> None:
    writer = open_store()
    with writer.atomic():
        _write(writer, "1")
        assert _written(store) == []


@sqlite_only
def test_a_read_waits_for_a_lock_on_the_whole_file(url: str) -> None:
    holder = sqlite3.connect(url, isolation_level=None)
    holder.executescript("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            holder.close()

    store = Store(url, wait=wait)
    assert _written(store) == []
    assert len(waits) == 3
    store.close()


def test_a_missing_folder_is_unavailable_and_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no-such-folder") as missing:
        Store(tmp_path / "no-such-folder" / "fsplug.db").migrate()
    assert missing.value.code == "store-missing"


def test_a_file_that_is_no_database_is_unavailable_and_named(tmp_path: Path) -> None:
    (tmp_path / "fsplug.db").write_bytes(b"not a database, but long enough to look like one\n" * 100)
    with pytest.raises(Unavailable, match=r"fsplug\.db is not an fsplug store") as broken:
        Store(tmp_path / "fsplug.db").migrate()
    assert broken.value.code == "store-broken"


def test_an_unknown_kind_of_store_is_invalid() -> None:
    with pytest.raises(Invalid, match=r"mysql://x is not a store; give a file or a postgresql:// URL"):
        Store("mysql://x")


def test_a_password_is_never_shown() -> None:
    store = Store("postgresql://fsplug:secret@127.0.0.1:1/fsplug")
    with pytest.raises(Unavailable) as gone:
        store.migrate()
    assert gone.value.code == "store-gone"
    assert "secret" not in f"{gone.value} {gone.value.facts} {store.place}"


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store(tmp_path / "fsplug.db")
        store.migrate()
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    store.close()
    assert modes == {0o600}


def test_a_store_that_was_closed_opens_again(store: Store) -> None:
    store.close()
    assert _written(store) == []


def test_greenlets_and_the_hubs_threadpool_share_one_store(store: Store) -> None:
    done: list[str] = []

    def read(_: int) -> None:
        while len(done) < 40:
            _written(store)
            gevent.sleep(0.001)

    def write_in_threads(worker: int) -> None:
        for turn in range(20):
            gevent.get_hub().threadpool.apply(_write_in_transaction, (store, f"{worker}-{turn}"))
            done.append(f"{worker}-{turn}")

    greenlets = [gevent.spawn(read, number) for number in range(50)]
    greenlets += [gevent.spawn(write_in_threads, worker) for worker in range(2)]
    assert len(gevent.joinall(greenlets, timeout=PATIENCE_SECONDS, raise_error=True)) == 52
    assert sorted(done) == _written(store)


def _write_in_transaction(store: Store, row: str) -> None:
    with store.atomic():
        _write(store, row)


def test_no_connection_stays_checked_out_when_greenlets_come_and_go(store: Store) -> None:
    for _ in range(60):
        reader = Thread(target=_written, args=(store,))
        reader.start()
        reader.join(PATIENCE_SECONDS)
    # More readers than the pool has connections: each gave its own back.
    assert _written(store) == []


@postgresql_only
def test_a_restarted_server_costs_no_read(store: Store, request: pytest.FixtureRequest) -> None:
    cluster = request.getfixturevalue("cluster")
    assert _written(store) == []
    cluster.stop()
    with pytest.raises(Unavailable) as gone:
        _written(store)
    assert gone.value.code == "store-gone"
    cluster.start()
    assert _written(store) == []
    cluster.stop()
    cluster.start()
    assert _written(store) == []
    with store.atomic():
        _write(store, "1")
    assert _written(store) == ["1"]


def test_what_is_deleted_from_a_file_is_overwritten(tmp_path: Path) -> None:
    store = Store(tmp_path / "fsplug.db")
    store.migrate()
    assert store.rows("PRAGMA secure_delete") == [(1,)]
    store.close()
