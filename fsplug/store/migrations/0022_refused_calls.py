"""Calls that the switch refused before its dialplan, so that no company is known of them."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE refused_call (
        id TEXT PRIMARY KEY,
        switch TEXT NOT NULL,
        profile TEXT NOT NULL,
        cause TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX refused_call_at ON refused_call (at)",
)


def migrate(store: Database) -> None:
    """Make the table. It tells of the calls from now on."""
    for statement in _STATEMENTS:
        store.run(statement)
