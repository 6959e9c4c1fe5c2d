"""Deletions of recordings: wanted first, then done, so that a row and its file never tell different stories."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE deletion (
        recording TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        batch TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        deleted_by TEXT NOT NULL,
        undo_until DOUBLE PRECISION NOT NULL,
        next_at DOUBLE PRECISION NOT NULL,
        begun_at DOUBLE PRECISION,
        tries BIGINT NOT NULL DEFAULT 0,
        trouble TEXT,
        destroyed_at DOUBLE PRECISION
    )""",
    "CREATE INDEX deletion_at ON deletion (company, at, recording)",
    "CREATE INDEX deletion_batch ON deletion (company, batch)",
    "CREATE INDEX deletion_due ON deletion (next_at) WHERE destroyed_at IS NULL",
    "CREATE INDEX deletion_open ON deletion (company, at) WHERE destroyed_at IS NULL",
)


def migrate(store: Database) -> None:
    """Make the table."""
    for statement in _STATEMENTS:
        store.run(statement)
