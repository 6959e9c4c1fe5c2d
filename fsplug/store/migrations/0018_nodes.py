"""The nodes that share the store, each the only holder of its name."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE node (
        name TEXT PRIMARY KEY,
        token TEXT NOT NULL,
        host TEXT NOT NULL,
        data TEXT NOT NULL,
        archive TEXT NOT NULL,
        seen_at DOUBLE PRECISION NOT NULL,
        leased_until DOUBLE PRECISION NOT NULL,
        stopped_at DOUBLE PRECISION
    )""",
)


def migrate(store: Database) -> None:
    """Make the table. Each node enters itself when it serves."""
    for statement in _STATEMENTS:
        store.run(statement)
