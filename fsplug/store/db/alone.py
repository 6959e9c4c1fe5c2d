"""One at a time: whoever reads a row, and then writes what follows from it, for a key that may have no row yet."""

import peewee
from peewee import fn

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given

# PostgreSQL's function gives nothing back, and waits until nobody else holds the key.
_ALONE = Select(str, lambda: peewee.Select([], [fn.pg_advisory_xact_lock(fn.hashtext(given.key)).alias("held")]))


def alone(store: Store, key: str) -> None:
    """Wait until no other transaction holds the key, and hold it until this one ends."""
    # In SQLite nobody else can write during a transaction.
    if store.dialect == "postgresql":
        _ALONE.row(store, key=key)
