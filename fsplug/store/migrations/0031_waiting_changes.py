"""Changes of people that wait for a second person or for a day."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE waiting_change (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        items TEXT NOT NULL,
        made_by TEXT NOT NULL,
        made_at DOUBLE PRECISION NOT NULL,
        due_at DOUBLE PRECISION NOT NULL,
        takes_second BOOLEAN NOT NULL,
        state TEXT NOT NULL,
        ended_at DOUBLE PRECISION,
        ended_by TEXT,
        reason TEXT
    )""",
    "CREATE INDEX waiting_change_of ON waiting_change (company, username)",
    "CREATE INDEX waiting_change_due ON waiting_change (due_at) WHERE state = 'waiting'",
)


def migrate(store: Database) -> None:
    """Make the table. Nothing waits yet."""
    for statement in _STATEMENTS:
        store.run(statement)
