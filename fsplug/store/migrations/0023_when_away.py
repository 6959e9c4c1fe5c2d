"""What happens to a company's calls while fsplug is away."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """A company's calls go on unrecorded, as before."""
    store.run("ALTER TABLE company_detail ADD COLUMN when_away TEXT NOT NULL DEFAULT 'unrecorded'")
