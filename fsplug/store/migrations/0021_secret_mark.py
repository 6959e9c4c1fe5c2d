"""The fingerprint of the secrets that all consoles on this store share."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Make the table. The first console that serves, or the first init, puts its own there."""
    store.run(
        """CREATE TABLE secret_mark (
        name TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        host TEXT NOT NULL,
        data TEXT NOT NULL
    )"""
    )
