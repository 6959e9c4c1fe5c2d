"""The audit trail as people look through it, and how far it was checked."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "CREATE INDEX audit_entry_act ON audit_entry (company, act, number)",
    "CREATE INDEX audit_entry_actor ON audit_entry (company, actor, number)",
    # One for a company: the last check in the console, which goes through a long trail in several steps.
    """CREATE TABLE audit_check (
        company TEXT PRIMARY KEY REFERENCES company (id),
        at DOUBLE PRECISION NOT NULL,
        number BIGINT NOT NULL,
        hash TEXT NOT NULL,
        entries BIGINT NOT NULL,
        wrong_number BIGINT,
        fault TEXT,
        detail TEXT
    )""",
)


def migrate(store: Database) -> None:
    """Indexes by act and by actor, and the last check of each trail."""
    for statement in _STATEMENTS:
        store.run(statement)
