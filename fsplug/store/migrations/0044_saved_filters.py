"""Filters of a list that somebody keeps by a name."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE saved_filter (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        tenure BIGINT NOT NULL,
        list TEXT NOT NULL,
        name TEXT NOT NULL,
        query TEXT NOT NULL
    )""",
    "CREATE INDEX saved_filter_of ON saved_filter (company, username)",
)


def migrate(store: Database) -> None:
    """Make the table; nobody has saved one yet."""
    for statement in _STATEMENTS:
        store.run(statement)
