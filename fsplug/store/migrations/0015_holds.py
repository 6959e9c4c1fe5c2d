"""Holds within recordings."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE recording_hold (
        id TEXT PRIMARY KEY,
        recording TEXT NOT NULL,
        company TEXT NOT NULL REFERENCES company (id),
        holder TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        until DOUBLE PRECISION
    )""",
    "CREATE INDEX recording_hold_of ON recording_hold (recording, at)",
)


def migrate(store: Database) -> None:
    """Who held a recorded call, from when until when."""
    for statement in _STATEMENTS:
        store.run(statement)
