"""A call that the dialplan leads from one company to another is a call of each: with a row, and a page, in both."""

from fsplug.store.migrations.port import Database

_COLUMNS = """id, company, switch, version, direction, grp, caller, called, facts, facts_at, started_at, answered_at,
    ended_at, cause, conversation, joined_at"""
# SQLite can't change the key of a table.
_SQLITE = (
    """CREATE TABLE call_by_company (
        id TEXT NOT NULL,
        company TEXT NOT NULL REFERENCES company (id),
        switch TEXT,
        version BIGINT,
        direction TEXT,
        grp TEXT,
        caller TEXT,
        called TEXT,
        facts TEXT,
        facts_at DOUBLE PRECISION,
        started_at DOUBLE PRECISION,
        answered_at DOUBLE PRECISION,
        ended_at DOUBLE PRECISION,
        cause TEXT,
        at DOUBLE PRECISION GENERATED ALWAYS AS (COALESCE(started_at, answered_at, ended_at)) STORED,
        conversation TEXT,
        joined_at DOUBLE PRECISION,
        PRIMARY KEY (id, company)
    )""",
    f"INSERT INTO call_by_company ({_COLUMNS}) SELECT {_COLUMNS} FROM call",
    "DROP TABLE call",
    "ALTER TABLE call_by_company RENAME TO call",
    "CREATE INDEX call_at ON call (company, at, id)",
    "CREATE INDEX call_open ON call (switch) WHERE ended_at IS NULL",
    "CREATE INDEX call_conversation ON call (conversation, company) WHERE conversation IS NOT NULL",
)
_POSTGRESQL = (
    "ALTER TABLE call ALTER COLUMN company SET NOT NULL",
    "ALTER TABLE call DROP CONSTRAINT call_pkey",
    "ALTER TABLE call ADD PRIMARY KEY (id, company)",
)
# The first talk that a company decided in a call of another.
_LED_ON = """INSERT INTO call
        (id, company, switch, version, direction, grp, caller, called, started_at, answered_at, ended_at, cause)
    SELECT own.call, own.company, call.switch, own.version, own.direction, own.grp, own.caller, own.answerer, own.at,
        own.at, call.ended_at, call.cause
    FROM decision AS own JOIN call ON call.id = own.call
    WHERE call.company <> own.company AND NOT EXISTS (
        SELECT 1 FROM decision AS earlier
        WHERE earlier.call = own.call AND earlier.company = own.company
            AND (earlier.at < own.at OR (earlier.at = own.at AND earlier.id < own.id))
    )"""


def migrate(store: Database) -> None:
    """Calls of which no company was ever known have been nobody's, and are seen nowhere: they go."""
    store.run("DELETE FROM call WHERE company IS NULL")
    for statement in _SQLITE if store.dialect == "sqlite" else _POSTGRESQL:
        store.run(statement)
    store.run(_LED_ON)
