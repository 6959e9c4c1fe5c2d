"""Companies and their versioned configuration; calls, decisions and recordings."""

from fsplug.store.migrations.port import Database

_COMPANIES = (
    "CREATE TABLE company (id TEXT PRIMARY KEY, domain TEXT NOT NULL UNIQUE, version BIGINT NOT NULL)",
    """CREATE TABLE policy_version (
        company TEXT NOT NULL REFERENCES company (id),
        version BIGINT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        author TEXT NOT NULL,
        what TEXT NOT NULL,
        PRIMARY KEY (company, version)
    )""",
)

_TERMS = "on_failure TEXT NOT NULL, channels TEXT NOT NULL, purpose TEXT NOT NULL"
# Configuration: table, key columns, the key's part of an index, other columns. A row holds for the policy versions
# from `since` up to, but not including, `until`; the current rows have no `until`.
_CONFIGURATION = (
    (
        "company_detail",
        "",
        "",
        "name TEXT NOT NULL, country TEXT NOT NULL, language TEXT NOT NULL, timezone TEXT NOT NULL",
    ),
    ("department", "name TEXT NOT NULL", "name", ""),
    (
        "user",
        "username TEXT NOT NULL",
        "username",
        "extension TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, department TEXT, record BOOLEAN NOT NULL",
    ),
    (
        "user_number",
        "number TEXT NOT NULL",
        "number",
        "username TEXT NOT NULL, kind TEXT NOT NULL, position BIGINT NOT NULL",
    ),
    (
        "ring_group",
        "number TEXT NOT NULL",
        "number",
        "name TEXT NOT NULL, strategy TEXT NOT NULL, ring_seconds BIGINT NOT NULL",
    ),
    ("group_member", "grp TEXT NOT NULL, username TEXT NOT NULL", "grp, username", "position BIGINT NOT NULL"),
    ("number", "number TEXT NOT NULL", "number", "username TEXT, grp TEXT"),
    (
        "department_policy",
        "department TEXT NOT NULL",
        "department",
        f"outgoing BOOLEAN NOT NULL, internal BOOLEAN NOT NULL, incoming BOOLEAN NOT NULL, {_TERMS}",
    ),
    ("group_policy", "grp TEXT NOT NULL", "grp", f"mode TEXT NOT NULL, {_TERMS}"),
    ("excluded_number", "number TEXT NOT NULL", "number", "note TEXT NOT NULL"),
)

_CONFIGURATION_INDEXES = (
    # Nobody shares an extension, and a number dialled from outside leads to one company.
    'CREATE UNIQUE INDEX user_extension ON "user" (company, extension) WHERE until IS NULL',
    'CREATE INDEX user_extension_at ON "user" (company, extension, since)',
    "CREATE INDEX user_number_username ON user_number (company, username, since)",
    "CREATE UNIQUE INDEX number_owner ON number (number) WHERE until IS NULL",
)

# Entries about them come in any order, so every column but the id may be unknown for a while. `state` and `at` follow
# from what is known: they can't contradict it.
_CALLS = (
    """CREATE TABLE call (
        id TEXT PRIMARY KEY,
        company TEXT REFERENCES company (id),
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
        at DOUBLE PRECISION GENERATED ALWAYS AS (COALESCE(started_at, answered_at, ended_at)) STORED
    )""",
    "CREATE INDEX call_at ON call (company, at, id)",
    "CREATE INDEX call_open ON call (switch) WHERE ended_at IS NULL",
    """CREATE TABLE decision (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        call TEXT NOT NULL,
        talk TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        version BIGINT NOT NULL,
        username TEXT,
        leg TEXT,
        record BOOLEAN NOT NULL,
        rule TEXT NOT NULL,
        reason TEXT NOT NULL,
        direction TEXT NOT NULL,
        grp TEXT,
        caller TEXT NOT NULL,
        answerer TEXT NOT NULL,
        inputs TEXT NOT NULL,
        recording TEXT,
        UNIQUE (company, talk)
    )""",
    "CREATE INDEX decision_at ON decision (company, at, id)",
    "CREATE INDEX decision_call ON decision (call)",
    """CREATE TABLE recording (
        id TEXT PRIMARY KEY,
        company TEXT REFERENCES company (id),
        call TEXT,
        decision TEXT,
        username TEXT,
        leg TEXT,
        path TEXT,
        channels TEXT,
        purpose TEXT,
        on_failure TEXT,
        decided_at DOUBLE PRECISION,
        started_at DOUBLE PRECISION,
        stopped_at DOUBLE PRECISION,
        stop_cause TEXT,
        talk_seconds DOUBLE PRECISION,
        sealed_at DOUBLE PRECISION,
        seconds DOUBLE PRECISION,
        bytes BIGINT,
        sha256 TEXT,
        location TEXT,
        repaired BOOLEAN,
        lost_at DOUBLE PRECISION,
        lost_cause TEXT,
        lost_detail TEXT,
        state TEXT GENERATED ALWAYS AS (CASE
            WHEN sealed_at IS NOT NULL THEN 'sealed'
            WHEN lost_at IS NOT NULL THEN 'lost'
            WHEN stopped_at IS NOT NULL THEN 'stopped'
            WHEN started_at IS NOT NULL THEN 'recording'
            ELSE 'expected' END) STORED,
        at DOUBLE PRECISION
            GENERATED ALWAYS AS (COALESCE(decided_at, started_at, stopped_at, sealed_at, lost_at)) STORED
    )""",
    "CREATE INDEX recording_at ON recording (company, at, id)",
    "CREATE INDEX recording_unfinished ON recording (state) WHERE state IN ('expected', 'recording', 'stopped')",
)

_DECISIONS_ARE_FINAL = {
    "sqlite": (
        """CREATE TRIGGER decision_is_final BEFORE UPDATE ON decision
        BEGIN SELECT RAISE(ABORT, 'a decision is never updated'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION refuse_decision_update() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'a decision is never updated'; END $$""",
        """CREATE TRIGGER decision_is_final BEFORE UPDATE ON decision
        FOR EACH ROW EXECUTE FUNCTION refuse_decision_update()""",
    ),
}


def migrate(store: Database) -> None:
    """Make every table."""
    for statement in _COMPANIES:
        store.run(statement)
    for table, key, key_names, others in _CONFIGURATION:
        for statement in _versioned(table, key, key_names, others):
            store.run(statement)
    for statement in (*_CONFIGURATION_INDEXES, *_CALLS, *_DECISIONS_ARE_FINAL[store.dialect]):
        store.run(statement)


def _versioned(table: str, key: str, key_names: str, others: str) -> tuple[str, ...]:
    columns = ", ".join(filter(None, ("company TEXT NOT NULL REFERENCES company (id)", key, others)))
    indexed = ", ".join(filter(None, ("company", key_names)))
    return (
        f'CREATE TABLE "{table}" ({columns}, since BIGINT NOT NULL, until BIGINT)',
        f'CREATE UNIQUE INDEX {table}_current ON "{table}" ({indexed}) WHERE until IS NULL',
        f'CREATE INDEX {table}_at ON "{table}" ({indexed}, since, until)',
    )
