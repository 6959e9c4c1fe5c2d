"""Console accounts, their sessions and one-time links; mail; shared recordings; the audit trail."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "ALTER TABLE company_detail ADD COLUMN superuser_totp BOOLEAN NOT NULL DEFAULT FALSE",
    # An entry can't go when its company does: the trail outlives what it tells of.
    """CREATE TABLE audit_entry (
        company TEXT NOT NULL REFERENCES company (id),
        number BIGINT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        actor TEXT NOT NULL,
        act TEXT NOT NULL,
        subject TEXT NOT NULL,
        people TEXT NOT NULL,
        facts TEXT NOT NULL,
        before TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (company, number)
    )""",
    "CREATE INDEX audit_entry_at ON audit_entry (company, at, number)",
    """CREATE TABLE audit_head (
        company TEXT PRIMARY KEY REFERENCES company (id),
        number BIGINT NOT NULL,
        hash TEXT NOT NULL
    )""",
    # Whose calls an entry is about, to find it by.
    """CREATE TABLE audit_about (
        company TEXT NOT NULL,
        username TEXT NOT NULL,
        number BIGINT NOT NULL,
        PRIMARY KEY (company, username, number)
    )""",
    "CREATE INDEX audit_about_number ON audit_about (company, number)",
    """CREATE TABLE console_account (
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        address TEXT NOT NULL,
        made_at DOUBLE PRECISION NOT NULL,
        password_hash TEXT,
        password_at DOUBLE PRECISION,
        totp_secret TEXT,
        totp_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
        totp_step BIGINT NOT NULL DEFAULT 0,
        PRIMARY KEY (company, username)
    )""",
    "CREATE UNIQUE INDEX console_account_address ON console_account (company, address)",
    """CREATE TABLE console_session (
        id TEXT PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        made_at DOUBLE PRECISION NOT NULL,
        seen_at DOUBLE PRECISION NOT NULL,
        address TEXT NOT NULL,
        agent TEXT NOT NULL,
        ended_at DOUBLE PRECISION,
        ended_by TEXT
    )""",
    "CREATE INDEX console_session_of ON console_session (company, username, made_at)",
    # A browser that signed in once: guessing elsewhere does not lock it out.
    """CREATE TABLE known_browser (
        token_hash TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        made_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX known_browser_of ON known_browser (company, username)",
    """CREATE TABLE throttle (
        key TEXT PRIMARY KEY,
        failures BIGINT NOT NULL,
        last_at DOUBLE PRECISION NOT NULL,
        closed_until DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX throttle_last_at ON throttle (last_at)",
    """CREATE TABLE one_time (
        hash TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        made_at DOUBLE PRECISION NOT NULL,
        expires_at DOUBLE PRECISION NOT NULL,
        used_at DOUBLE PRECISION
    )""",
    "CREATE INDEX one_time_of ON one_time (company, kind, subject)",
    """CREATE TABLE mail (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        receiver TEXT NOT NULL,
        language TEXT NOT NULL,
        state TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        next_at DOUBLE PRECISION NOT NULL,
        tries BIGINT NOT NULL DEFAULT 0,
        leased_until DOUBLE PRECISION NOT NULL DEFAULT 0,
        sent_at DOUBLE PRECISION,
        code TEXT,
        reason TEXT
    )""",
    "CREATE INDEX mail_at ON mail (company, at, id)",
    "CREATE INDEX mail_due ON mail (next_at) WHERE state = 'queued'",
    """CREATE TABLE share_link (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        recording TEXT NOT NULL,
        made_by TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        email TEXT NOT NULL,
        subject TEXT NOT NULL,
        language TEXT NOT NULL,
        code_by TEXT NOT NULL,
        expires_at DOUBLE PRECISION NOT NULL,
        plays BIGINT NOT NULL,
        played BIGINT NOT NULL DEFAULT 0,
        wrong_codes BIGINT NOT NULL DEFAULT 0,
        revoked_at DOUBLE PRECISION,
        revoked_by TEXT
    )""",
    "CREATE INDEX share_link_at ON share_link (company, at, id)",
    """CREATE TABLE share_visit (
        token_hash TEXT PRIMARY KEY,
        share TEXT NOT NULL REFERENCES share_link (id),
        at DOUBLE PRECISION NOT NULL,
        address TEXT NOT NULL,
        agent TEXT NOT NULL,
        proved_at DOUBLE PRECISION,
        hearing_until DOUBLE PRECISION
    )""",
    "CREATE INDEX share_visit_of ON share_visit (share, at)",
)
# People who had a console role before there were accounts: they are invited by hand, not by a migration.
_HOLDERS = """SELECT u.company, u.username, u.email FROM "user" u
    WHERE u.until IS NULL AND u.role <> 'none' AND u.email <> '' ORDER BY u.company, u.username"""
_ACCOUNT = "INSERT INTO console_account (company, username, address, made_at) VALUES (?, ?, ?, ?)"


def migrate(store: Database) -> None:
    """Make the tables, and an account without a password for everybody who holds a console role."""
    for statement in _STATEMENTS:
        store.run(statement)
    holders = store.rows(_HOLDERS)
    store.run_many(_ACCOUNT, [(company, user, email.casefold(), store.now()) for company, user, email in holders])
