"""A worker over a store, a spool and a folder as archive."""

import pytest

from fsplug.media.archive import FolderArchive
from fsplug.media.spool import Spool
from fsplug.media.worker import Worker
from fsplug.store.calls import ledger
from tests.furnished import demo_store
from tests.media.worker.finished import BEGAN
from tests.store.accountcast import Clock


@pytest.fixture
def clock():
    """The database's."""
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    made = demo_store(tmp_path / "store.db", database_clock=clock)
    made.connect()
    return made


@pytest.fixture
def spool(tmp_path):
    (tmp_path / "spool").mkdir()
    return Spool(tmp_path / "spool")


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "archive").mkdir()
    return FolderArchive(tmp_path / "archive")


@pytest.fixture
def work(store, spool, archive):
    """One round of the worker, and what it says written down."""
    worker = Worker(store, spool, archive, "switch", clock=lambda: BEGAN + 100)

    def run():
        entries = worker.work()
        ledger.apply(store, entries)
        return [entry.kind for entry in entries]

    return run
