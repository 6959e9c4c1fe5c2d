"""The term that ends a recording after its first seconds."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """A column beside the other terms; none is the whole talk, as it was before."""
    for table in ("department_policy", "group_policy", "recording"):
        store.run(f"ALTER TABLE {table} ADD COLUMN max_seconds BIGINT")
