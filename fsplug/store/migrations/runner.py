"""Numbered steps from an empty database to today's tables: forward only, each in a transaction of its own.

A step is a module `NNNN_name` with `migrate(store)`. A released step is never edited: what comes later is a new step.
"""

import importlib
import pkgutil
import re
from functools import cache

from fsplug.errors import Invalid
from fsplug.store import migrations
from fsplug.store.migrations.port import Database

# Any number will do, as long as every fsplug takes the same one (PostgreSQL, "Advisory Locks").
_ADVISORY_LOCK = 7_375_847
_STEP = re.compile(r"[0-9]{4}_[a-z_]+")
_TABLE = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL)"


@cache
def names() -> tuple[str, ...]:
    """Every step this fsplug knows, first to last."""
    return tuple(sorted(filter(_STEP.fullmatch, (module.name for module in pkgutil.iter_modules(migrations.__path__)))))


def applied(store: Database) -> list[str]:
    """The steps this database has taken, first to last; none if it is empty."""
    if not _has_table(store):
        return []
    return [name for (name,) in store.rows("SELECT name FROM migration ORDER BY name")]


def pending(store: Database) -> list[str]:
    """The steps this database still lacks."""
    taken = set(applied(store))
    return [name for name in names() if name not in taken]


def refuse_newer(store: Database) -> None:
    """Invalid("store-newer") when the database has taken a step this fsplug doesn't know."""
    unknown = [name for name in applied(store) if name not in names()]
    if unknown:
        text = (
            f"{store.place} was made by a newer fsplug (it has {', '.join(unknown)}); "
            f"upgrade fsplug or use another store"
        )
        raise Invalid("store-newer", text, store=store.place, migrations=unknown)


def apply_pending(store: Database) -> list[str]:
    """Take every step that is lacking; the names of those taken now."""
    refuse_newer(store)
    return [name for name in names() if _take(store, name)]


def _take(store: Database, name: str) -> bool:
    with store.atomic():
        _alone(store)
        store.run(_TABLE)
        if store.row("SELECT 1 FROM migration WHERE name = ?", name):
            return False
        importlib.import_module(f"{migrations.__name__}.{name}").migrate(store)
        store.run("INSERT INTO migration (name, at) VALUES (?, ?)", name, store.now())
    return True


def _alone(store: Database) -> None:
    if store.dialect == "postgresql":
        store.rows("SELECT pg_advisory_xact_lock(?)", _ADVISORY_LOCK)


def _has_table(store: Database) -> bool:
    if store.dialect == "sqlite":
        return store.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'") is not None
    return store.row("SELECT 1 WHERE to_regclass('migration') IS NOT NULL") is not None
