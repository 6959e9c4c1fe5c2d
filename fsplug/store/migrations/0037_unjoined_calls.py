"""Calls of before there were conversations are joined in the background, from the talks that they had."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE unjoined_calls (
        company TEXT PRIMARY KEY REFERENCES company (id),
        until_at DOUBLE PRECISION NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        decision TEXT NOT NULL
    )""",
    """INSERT INTO unjoined_calls (company, until_at, at, decision)
        SELECT company, MAX(at), 0, '' FROM decision GROUP BY company""",
)


def migrate(store: Database) -> None:
    """Note for each company up to which talk it has to be done."""
    for statement in _STATEMENTS:
        store.run(statement)
