"""Which conversation a call belongs to, and what people did in it beside talking."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "ALTER TABLE call ADD COLUMN conversation TEXT",
    "ALTER TABLE call ADD COLUMN joined_at DOUBLE PRECISION",
    "CREATE INDEX call_conversation ON call (conversation, company) WHERE conversation IS NOT NULL",
    """CREATE TABLE call_change (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        call TEXT NOT NULL,
        kind TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        until DOUBLE PRECISION,
        leg TEXT NOT NULL,
        other TEXT,
        username TEXT,
        number TEXT NOT NULL,
        how TEXT
    )""",
    "CREATE INDEX call_change_of ON call_change (call, at)",
    "CREATE INDEX listen_session_call ON listen_session (call)",
)


def migrate(store: Database) -> None:
    """Every call is a conversation of its own until something says that it is part of another."""
    for statement in _STATEMENTS:
        store.run(statement)
