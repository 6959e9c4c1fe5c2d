"""The secrets of one-time codes stand in a table of their own: they stay with the user when the account ends."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE authenticator (
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        secret TEXT NOT NULL,
        confirmed BOOLEAN NOT NULL DEFAULT FALSE,
        PRIMARY KEY (company, username)
    )""",
    """INSERT INTO authenticator (company, username, secret, confirmed)
        SELECT company, username, totp_secret, totp_confirmed FROM console_account WHERE totp_secret IS NOT NULL""",
    "ALTER TABLE console_account DROP COLUMN totp_secret",
    "ALTER TABLE console_account DROP COLUMN totp_confirmed",
)


def migrate(store: Database) -> None:
    """Every account keeps its secret."""
    for statement in _STATEMENTS:
        store.run(statement)
