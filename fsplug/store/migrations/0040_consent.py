"""The ledger of consents: what was played to whom about being recorded, and what they answered."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE consent (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        call TEXT NOT NULL,
        leg TEXT NOT NULL,
        number TEXT NOT NULL,
        username TEXT,
        form TEXT NOT NULL,
        ivr TEXT,
        languages TEXT NOT NULL,
        hashes TEXT NOT NULL,
        prompt TEXT NOT NULL,
        pressed TEXT NOT NULL,
        result TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        until DOUBLE PRECISION,
        by_user TEXT,
        door TEXT
    )""",
    "CREATE INDEX consent_at ON consent (company, at, id)",
    "CREATE INDEX consent_call ON consent (call)",
)


def migrate(store: Database) -> None:
    """Nothing is known of the consents of earlier calls."""
    for statement in _STATEMENTS:
        store.run(statement)
