"""Whether a change that waits is of somebody who hears others: a superuser confirms it then."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Changes that wait already are confirmed as they were before."""
    store.run("ALTER TABLE waiting_change ADD COLUMN of_hearer BOOLEAN NOT NULL DEFAULT FALSE")
