"""The term that says what the recorded user may do to the recording of a call that goes on."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """A column beside the other terms; it says nothing, as it was before."""
    for table in ("department_policy", "group_policy"):
        store.run(f"ALTER TABLE {table} ADD COLUMN agent_may TEXT NOT NULL DEFAULT 'nothing'")
    store.run("ALTER TABLE recording ADD COLUMN agent_may TEXT")
