"""Gaps: what should have been recorded and was not. And a place for ledger entries that no table would take."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE gap (
        decision TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        call TEXT,
        recording TEXT,
        cause TEXT NOT NULL,
        detail TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX gap_at ON gap (company, at, decision)",
    """INSERT INTO gap (decision, company, call, recording, cause, detail, at)
        SELECT decision, company, call, id, COALESCE(lost_cause, 'unknown'), COALESCE(lost_detail, ''), lost_at
        FROM recording WHERE lost_at IS NOT NULL AND decision IS NOT NULL AND company IS NOT NULL""",
    """CREATE TABLE ledger_reject (
        id TEXT PRIMARY KEY,
        entry TEXT NOT NULL,
        error TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL
    )""",
)


def migrate(store: Database) -> None:
    """Make the tables, with a gap for every recording lost so far."""
    for statement in _STATEMENTS:
        store.run(statement)
