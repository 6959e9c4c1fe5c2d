"""What recordings are found by: people, departments, groups, numbers and any part of these, newest first in each."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "CREATE TABLE keyword (id BIGINT PRIMARY KEY, company TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)",
    "CREATE INDEX keyword_text ON keyword (company, kind, text)",
    """CREATE TABLE number_part (
        company TEXT NOT NULL,
        part TEXT NOT NULL,
        keyword BIGINT NOT NULL,
        PRIMARY KEY (company, part, keyword)
    )""",
    """CREATE TABLE recording_keyword (
        keyword BIGINT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        recording TEXT NOT NULL,
        direction TEXT NOT NULL,
        digits TEXT NOT NULL,
        PRIMARY KEY (keyword, at, recording)
    )""",
    """CREATE TABLE filed_recording (
        recording TEXT PRIMARY KEY,
        at DOUBLE PRECISION NOT NULL,
        decided BOOLEAN NOT NULL,
        keywords TEXT NOT NULL
    )""",
    "CREATE INDEX recording_decision ON recording (decision)",
)
# Rows that are little more than their key: kept in its order, they are read without a second look.
_IN_ORDER = ("CREATE TABLE number_part", "CREATE TABLE recording_keyword", "CREATE TABLE filed_recording")


def migrate(store: Database) -> None:
    """Make the tables, and file every recording there is."""
    from fsplug.store.recordings.search.index import file_everything

    for statement in _STATEMENTS:
        in_order = store.dialect == "sqlite" and statement.startswith(_IN_ORDER)
        store.run(f"{statement} WITHOUT ROWID" if in_order else statement)
    file_everything(store)
