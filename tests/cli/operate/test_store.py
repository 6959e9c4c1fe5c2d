"""`fsplug store`."""

import fcntl
import importlib
from pathlib import Path

from fsplug.store.calls.entries import CallSeen
from fsplug.store.calls.journal import Journal
from fsplug.store.db.database import Store
from fsplug.wiring.process.serving import is_served
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import recorded


def test_the_status_says_what_is_there(cli: Cli) -> None:
    assert cli.json("store", "status") == {
        "store": str(cli.data / "fsplug.db"),
        "dialect": "sqlite",
        "pending": [],
        "unjoined": [],
        "companies": [{"domain": ACME, "version": 1}, {"domain": BETA, "version": 1}],
        "rejects": [],
        "journal_entries": 0,
        "served": False,
    }
    assert "acme.example (version 1)" in cli.ok("store", "status")


def test_entries_that_the_store_refused_are_shown(cli: Cli) -> None:
    cli.write([CallSeen("x", "gamma.example", "fs1", 1, "incoming", None, "1", "2", {}, 1.0)])
    [reject] = cli.json("store", "status")["rejects"]
    assert "gamma.example" in reject["error"] and '"call":"x"' in reject["entry"]
    assert "gamma.example" in cli.ok("store", "status")


def test_what_stands_in_the_journal_is_counted(cli: Cli) -> None:
    journal = Journal(cli.data / "journal.jsonl")
    entries = recorded("a")
    for entry in entries:
        journal.append(entry)
    journal.rotate()
    journal.append(entries[0])
    journal.close()
    assert cli.json("store", "status")["journal_entries"] == len(entries) + 1
    assert "which the next fsplug serve puts into the store" in cli.ok("store", "status")


def test_a_server_on_the_data_folder_is_seen(tmp_path: Path) -> None:
    lock_file = tmp_path / "serve.lock"
    assert is_served(lock_file) is False
    with lock_file.open("a") as lock:
        assert is_served(lock_file) is False
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert is_served(lock_file) is True
    assert is_served(lock_file) is False


def test_an_older_store_is_only_used_once_it_is_migrated(empty: Cli) -> None:
    empty.data.mkdir()
    store = Store(empty.data / "fsplug.db")
    with store.atomic():
        store.run("CREATE TABLE migration (name TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL)")
        importlib.import_module("fsplug.store.migrations.0001_base").migrate(store)
        store.run("INSERT INTO migration (name, at) VALUES ('0001_base', 0)")
    store.close()
    assert empty.error("call", "list") == (2, "store-outdated")
    assert "0002_gaps" in empty.json("store", "status")["pending"]
    assert "0002_gaps" in empty.json("store", "migrate")["applied"]
    assert empty.json("store", "migrate")["applied"] == []
    assert empty.json("call", "list") == []
