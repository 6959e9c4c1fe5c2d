"""How fast somebody has recordings played, as they chose it last."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """A column beside the language; nobody has chosen yet."""
    store.run("ALTER TABLE console_account ADD COLUMN speed DOUBLE PRECISION")
