"""Stores with companies in them: each document is brought in once, and every test works on a copy of the file."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fsplug.store.change import planning
from fsplug.store.db.database import Store
from tests.store.cast import CAST

DEMO = Path(__file__).parents[1] / "fixtures" / "demo.toml"
# Long before any clock that a test turns.
_MADE_AT = 1_700_000_000.0


def cast_store(path: Path, **clocks: Callable[[], float]) -> Store:
    """A store with the cast; `clocks` as Store takes them."""
    path.write_bytes(_with_cast())
    return Store(path, **clocks)


def demo_store(path: Path, **clocks: Callable[[], float]) -> Store:
    """A store with the demo's companies; `clocks` as Store takes them."""
    path.write_bytes(_with_demo())
    return Store(path, **clocks)


@cache
def _with_cast() -> bytes:
    return _brought_in(CAST)


@cache
def _with_demo() -> bytes:
    return _brought_in(tomllib.loads(DEMO.read_text(encoding="utf-8")))


def _brought_in(document: Mapping[str, Any]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fsplug.db"
        store = Store(path, clock=lambda: _MADE_AT, database_clock=lambda: _MADE_AT)
        store.migrate()
        planning.apply_plan(store, planning.plan(store, document), by="test")
        store.close()
        return path.read_bytes()
