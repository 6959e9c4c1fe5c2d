"""Where a trunk's calls come from, how the trunk proves who it is, and how its calls travel."""

from fsplug.store.migrations.port import Database


def migrate(store: Database) -> None:
    """Trunks are known by their host, and travel over UDP in the clear, as before."""
    store.run("ALTER TABLE trunk ADD COLUMN sources TEXT NOT NULL DEFAULT ''")
    store.run("ALTER TABLE trunk ADD COLUMN transport TEXT NOT NULL DEFAULT 'udp'")
    store.run("ALTER TABLE trunk ADD COLUMN srtp BOOLEAN NOT NULL DEFAULT FALSE")
    store.run("ALTER TABLE trunk ADD COLUMN inbound_digest BOOLEAN NOT NULL DEFAULT FALSE")
    store.run("ALTER TABLE trunk ADD COLUMN inbound_password TEXT")
