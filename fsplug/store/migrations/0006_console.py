"""What people choose for themselves in the console."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsplug.store.db.database import Store


def migrate(store: "Store") -> None:
    """Everybody's language."""
    store.run("ALTER TABLE console_account ADD COLUMN language TEXT")
