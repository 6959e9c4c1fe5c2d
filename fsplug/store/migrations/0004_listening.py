"""Listening in: what a company says about it, and who listened to whom."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "ALTER TABLE company_detail ADD COLUMN listen_from_app BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE company_detail ADD COLUMN listen_consent BOOLEAN NOT NULL DEFAULT FALSE",
    # All but the id may be unknown: the end of a listen-in may be written before its beginning.
    """CREATE TABLE listen_session (
        id TEXT PRIMARY KEY,
        company TEXT REFERENCES company (id),
        switch TEXT,
        listener TEXT,
        target TEXT,
        dialled TEXT,
        door TEXT,
        call TEXT,
        target_leg TEXT,
        listener_leg TEXT,
        at DOUBLE PRECISION,
        began_at DOUBLE PRECISION,
        ended_at DOUBLE PRECISION,
        ending TEXT,
        reason TEXT
    )""",
    "CREATE INDEX listen_session_at ON listen_session (company, at, id)",
    "CREATE INDEX listen_session_target ON listen_session (company, target, at)",
    "CREATE INDEX listen_session_open ON listen_session (switch) WHERE began_at IS NOT NULL AND ended_at IS NULL",
)


def migrate(store: Database) -> None:
    """Make the table and the columns."""
    for statement in _STATEMENTS:
        store.run(statement)
