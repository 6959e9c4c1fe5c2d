"""The term that says how a recording begins."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """A column beside the other terms; a recording begins by itself, as it did before."""
    for table in ("department_policy", "group_policy"):
        store.run(f"ALTER TABLE {table} ADD COLUMN start TEXT NOT NULL DEFAULT 'automatic'")
    for table in ("recording", "decision"):
        store.run(f"ALTER TABLE {table} ADD COLUMN start TEXT")
