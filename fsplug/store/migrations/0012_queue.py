"""One queue for what leaves or is tried again: deletions are leased too, and so is the sealing of recordings."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "ALTER TABLE deletion ADD COLUMN leased_until DOUBLE PRECISION NOT NULL DEFAULT 0",
    "ALTER TABLE deletion ADD COLUMN reason TEXT",
    """CREATE TABLE sealing (
        recording TEXT PRIMARY KEY,
        switch TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        next_at DOUBLE PRECISION NOT NULL,
        tries BIGINT NOT NULL DEFAULT 0,
        leased_until DOUBLE PRECISION NOT NULL DEFAULT 0,
        code TEXT,
        reason TEXT
    )""",
    "CREATE INDEX sealing_switch ON sealing (switch)",
)


def migrate(store: Database) -> None:
    """Make the table and the columns. What is to be sealed is found by its state, and queued by the first look."""
    for statement in _STATEMENTS:
        store.run(statement)
