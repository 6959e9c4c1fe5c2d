"""Recordings in the order of their length."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Make the index, of recordings that have a length."""
    store.run("CREATE INDEX recording_length ON recording (company, seconds, id, at) WHERE seconds IS NOT NULL")
