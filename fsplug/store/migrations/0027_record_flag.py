"""Whether administrators may set who is recorded."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Who is recorded is up to those who set the policy, unless they say otherwise."""
    store.run("ALTER TABLE company_detail ADD COLUMN admins_set_record BOOLEAN NOT NULL DEFAULT FALSE")
