"""What other nodes wrote down of a node that is gone, so that it can take that back when it returns."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "ALTER TABLE node ADD COLUMN settled_at DOUBLE PRECISION",
    "ALTER TABLE node ADD COLUMN settled TEXT NOT NULL DEFAULT '{}'",
)


def migrate(store: Database) -> None:
    """Add the columns. No node is settled yet."""
    for statement in _STATEMENTS:
        store.run(statement)
