"""The signature of a change that waits: whoever can only write the store has nothing made by a row of their own."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Changes that wait now have none: where there are keys, they are dropped."""
    store.run("ALTER TABLE waiting_change ADD COLUMN signature TEXT")
