"""Which users talked in a call, so that a call is found by each of them, not only by the one it was decided for."""

import json
from collections.abc import Iterator
from typing import Any

from fsplug.store.migrations.port import Database

_TABLE = """CREATE TABLE talk_user (
    call TEXT NOT NULL,
    username TEXT NOT NULL,
    decision TEXT NOT NULL,
    company TEXT NOT NULL REFERENCES company (id),
    version BIGINT NOT NULL,
    PRIMARY KEY (call, username, decision)
)"""
_STRETCH = 500
_DECISIONS = "SELECT id, company, call, version, username, inputs FROM decision WHERE id > ? ORDER BY id LIMIT ?"
_ADD = "INSERT INTO talk_user (call, username, decision, company, version) VALUES (?, ?, ?, ?, ?)"


def migrate(store: Database) -> None:
    """Make the table, and write into it who talked in the talks there are."""
    # A row is little more than its key: kept in its order, it is read without a second look.
    store.run(f"{_TABLE} WITHOUT ROWID" if store.dialect == "sqlite" else _TABLE)
    last = ""
    while found := store.rows(_DECISIONS, last, _STRETCH):
        store.run_many(_ADD, [row for decision in found for row in _rows(*decision)])
        last = found[-1][0]


def _rows(
    decision: str, company: str, call: str, version: int, username: str | None, inputs: str
) -> Iterator[tuple[Any, ...]]:
    facts = json.loads(inputs)
    others = facts.get("others")
    ends = [facts.get("caller"), facts.get("answerer"), *(others if isinstance(others, list) else ())]
    users = [end.get("user") for end in ends if isinstance(end, dict)]
    named = {username, *(user.get("username") for user in users if isinstance(user, dict))}
    for one in sorted(filter(None, named)):
        yield (call, one, decision, company, version)
