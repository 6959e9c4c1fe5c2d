"""Every store test runs on SQLite and on PostgreSQL, each time on a copy of a database with the cast in it."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fsplug.store.change import planning
from fsplug.store.db.database import Store
from tests.store.accountcast import Clock, Console
from tests.store.cast import CAST


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """A PostgreSQL server of our own."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    from tests.store.postgres import Cluster, find_binaries

    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    cluster = Cluster(binaries)
    try:
        cluster.make()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(scope="session")
def postgres_template(cluster: Any) -> str:
    """A database with today's tables and the cast, to be copied for each test."""
    name: str = cluster.new_database()
    _furnish(cluster.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with today's tables and the cast, to be copied for each test."""
    path = tmp_path_factory.mktemp("template") / "fsplug.db"
    _furnish(str(path))
    return path


def _furnish(url: str) -> None:
    store = Store(url)
    store.migrate()
    planning.apply_plan(store, planning.plan(store, CAST), "the cast")
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """The database this test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if dialect == "sqlite":
        yield str(tmp_path / "empty.db")
    else:
        cluster = request.getfixturevalue("cluster")
        name = cluster.new_database()
        yield cluster.url(name)
        cluster.drop(name)


@pytest.fixture
def url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with today's tables and the cast in it."""
    if dialect == "sqlite":
        yield str(shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "fsplug.db"))
    else:
        cluster, template = request.getfixturevalue("cluster"), request.getfixturevalue("postgres_template")
        name = cluster.copy_of(template)
        yield cluster.url(name)
        cluster.give_back(name, template)


@pytest.fixture
def open_store(url: str) -> Iterator[Callable[..., Store]]:
    """Opens Stores on the test's database."""
    opened = []

    def opener(**options: Any) -> Store:
        store = Store(url, **options)
        store.connect()
        opened.append(store)
        return store

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    """A Store with the cast."""
    return open_store()


@pytest.fixture
def console(open_store: Callable[..., Store]) -> Console:
    """The cast, with a clock to turn and quick passwords."""
    clock = Clock()
    return Console(open_store(clock=clock, database_clock=clock), clock)
