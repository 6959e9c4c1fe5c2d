"""Each one-time code that was used is kept, in place of the last one alone."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE used_code (
        company TEXT NOT NULL REFERENCES company (id),
        username TEXT NOT NULL,
        step BIGINT NOT NULL,
        PRIMARY KEY (company, username, step)
    )""",
    """INSERT INTO used_code (company, username, step)
        SELECT company, username, totp_step FROM console_account WHERE totp_step > 0""",
    "ALTER TABLE console_account DROP COLUMN totp_step",
)


def migrate(store: Database) -> None:
    """The last code of each account stays used."""
    for statement in _STATEMENTS:
        store.run(statement)
