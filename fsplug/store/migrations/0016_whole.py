"""Whether a sealed recording holds all of its talk."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """A column beside the length; it is unknown for earlier recordings."""
    store.run("ALTER TABLE recording ADD COLUMN whole BOOLEAN")
