"""Entries of the audit trail are signed with a key that the store does not have."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Earlier entries have no signature until the key is made."""
    store.run("ALTER TABLE audit_entry ADD COLUMN signature TEXT")
