"""Who is in a call on which node now."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE live_talk (
        node TEXT NOT NULL,
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        talks BOOLEAN NOT NULL,
        since DOUBLE PRECISION,
        version BIGINT,
        other TEXT NOT NULL,
        listeners TEXT NOT NULL,
        PRIMARY KEY (node, company, username)
    )""",
    "CREATE INDEX live_talk_of ON live_talk (company, username)",
)


def migrate(store: Database) -> None:
    """Make the table. Each node fills in its own part."""
    for statement in _STATEMENTS:
        store.run(statement)
