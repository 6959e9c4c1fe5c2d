"""Failures of people who are not signed in, counted by company and window of time."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE failed_try (
        company TEXT NOT NULL REFERENCES company (id),
        act TEXT NOT NULL,
        time_window BIGINT NOT NULL,
        first_at DOUBLE PRECISION NOT NULL,
        last_at DOUBLE PRECISION NOT NULL,
        tries BIGINT NOT NULL,
        summary TEXT NOT NULL,
        entry BIGINT,
        PRIMARY KEY (company, act, time_window)
    )""",
    "CREATE INDEX failed_try_open ON failed_try (time_window) WHERE entry IS NULL",
)


def migrate(store: Database) -> None:
    """Make the table. It counts from now on; earlier failures stay in the trail, each for itself."""
    for statement in _STATEMENTS:
        store.run(statement)
