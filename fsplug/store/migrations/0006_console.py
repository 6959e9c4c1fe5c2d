"""What people choose for themselves in the console."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Everybody's language."""
    store.run("ALTER TABLE console_account ADD COLUMN language TEXT")
