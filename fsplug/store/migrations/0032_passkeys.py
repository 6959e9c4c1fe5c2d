"""Passkeys: what people sign in with in place of a password, or after it."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE passkey (
        id TEXT PRIMARY KEY,
        credential TEXT NOT NULL UNIQUE,
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        name TEXT NOT NULL,
        public_key TEXT NOT NULL,
        sign_count BIGINT NOT NULL,
        made_at DOUBLE PRECISION NOT NULL,
        used_at DOUBLE PRECISION
    )""",
    "CREATE INDEX passkey_of ON passkey (company, username, made_at)",
)


def migrate(store: Database) -> None:
    """Make the table; nobody has one yet."""
    for statement in _STATEMENTS:
        store.run(statement)
