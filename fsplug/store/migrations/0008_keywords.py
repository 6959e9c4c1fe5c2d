"""What recordings are found by: people, departments, groups, numbers and any part of these, newest first in each."""

from collections.abc import Iterator
from functools import cache

from fsplug.store.migrations.keywords_of_0008 import Card, Talk, card
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
_STRETCH = 500
_RECORDINGS = """SELECT r.id, r.company, r.at, r.username, d.id, d.direction, d.grp, d.caller, d.answerer, d.inputs
    FROM recording r
    LEFT JOIN decision d ON d.id = r.decision AND d.company = r.company
    LEFT JOIN deletion x ON x.recording = r.id
    WHERE r.id > ? AND r.company IS NOT NULL AND x.recording IS NULL ORDER BY r.id LIMIT ?"""
_COUNTRY = "SELECT country FROM company_detail WHERE company = ? AND until IS NULL"
_KEYWORD = "INSERT INTO keyword (id, company, kind, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_PART = "INSERT INTO number_part (company, part, keyword) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_PLACE = """INSERT INTO recording_keyword (keyword, at, recording, direction, digits) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""
_FILED = "INSERT INTO filed_recording (recording, at, decided, keywords) VALUES (?, ?, ?, ?)"


def migrate(store: Database) -> None:
    """Make the tables, and file every recording there is."""
    for statement in _STATEMENTS:
        in_order = store.dialect == "sqlite" and statement.startswith(_IN_ORDER)
        store.run(f"{statement} WITHOUT ROWID" if in_order else statement)

    @cache
    def country_of(company: str) -> str | None:
        found = store.row(_COUNTRY, company)
        return found[0] if found else None

    for talks in _stretches(store):
        _file(store, [(talk, card(talk, country_of)) for talk in talks])


def _stretches(store: Database) -> Iterator[list[Talk]]:
    last = ""
    while found := [Talk(*row) for row in store.rows(_RECORDINGS, last, _STRETCH)]:
        yield found
        last = found[-1].recording


def _file(store: Database, cards: list[tuple[Talk, Card]]) -> None:
    words = {word.id(): word for _, its in cards for word in its.keywords}
    store.run_many(_KEYWORD, [(key, word.company, word.kind, word.text) for key, word in words.items()])
    parts = [(word.company, part, key) for key, word in words.items() for part in word.number_parts()]
    store.run_many(_PART, parts)
    for talk, its in cards:
        keys, direction = [word.id() for word in its.keywords], talk.direction or ""
        store.run_many(_PLACE, [(key, talk.at, talk.recording, direction, its.digits) for key in keys])
        store.run(_FILED, talk.recording, talk.at, talk.decision is not None, " ".join(map(str, keys)))
