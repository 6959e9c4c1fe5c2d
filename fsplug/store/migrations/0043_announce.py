"""The term that says who is told of a recording before it begins, or asked."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """A column beside the other terms; nobody is told, as it was before."""
    for table in ("department_policy", "group_policy"):
        store.run(f"ALTER TABLE {table} ADD COLUMN announce TEXT NOT NULL DEFAULT 'nobody'")
    store.run("ALTER TABLE recording ADD COLUMN announce TEXT")
