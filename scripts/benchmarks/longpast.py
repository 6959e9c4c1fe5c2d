"""A company of 10,000 users with a million recordings, written quickly into a SQLite file."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fsplug.policy.recording import participants
from fsplug.store.change import planning
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.recordings.search import index

DOMAIN, COUNTRY = "acme.example", "DK"
USERS, DEPARTMENTS, GROUPS, CUSTOMERS = 10_000, 20, 100, 200_000
DAYS = 1_000
_STRETCH = 50_000
# Made again once all rows are written: sorting a million rows once is faster than inserting them one by one.
_LATER = ("recording_at", "recording_length", "recording_decision", "decision_at", "decision_call", "call_at")
_RECORDING = """INSERT INTO recording (id, company, call, decision, username, leg, path, decided_at, started_at,
    stopped_at, sealed_at, seconds, bytes, sha256, location, repaired)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"""
_DECISION = """INSERT INTO decision (id, company, call, talk, at, version, username, leg, record, rule, reason,
    direction, grp, caller, answerer, inputs, recording) VALUES (?, ?, ?, ?, ?, 1, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)"""
_CALL = """INSERT INTO call (id, company, switch, version, direction, caller, called, facts, started_at, ended_at)
    VALUES (?, ?, 'fs1', 1, ?, ?, ?, '{}', ?, ?)"""
_TALK_USER = "INSERT INTO talk_user (call, username, decision, company, version) VALUES (?, ?, ?, ?, 1)"
_FILED = "INSERT INTO filed_recording (recording, at, decided, keywords) VALUES (:recording, :at, :decided, :keywords)"
_KEYWORD = "INSERT INTO keyword (id, company, kind, text) VALUES (:id, :company, :kind, :text) ON CONFLICT DO NOTHING"
_PART = "INSERT INTO number_part (company, part, keyword) VALUES (:company, :part, :keyword) ON CONFLICT DO NOTHING"


def lay_out(folder: Path, count: int) -> Store:
    """A store with the company and `count` recordings, the newest of which is from just now."""
    store = Store(folder / "fsplug.db")
    store.migrate()
    planning.apply_plan(store, planning.plan(store, {"company": [_company()]}), by="bench")
    company = company_id(store, DOMAIN)
    store.close()
    with sqlite3.connect(folder / "fsplug.db", isolation_level=None) as file:
        for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -512000"):
            file.execute(f"PRAGMA {pragma}")
        _fill(file, company, count)
        file.execute("PRAGMA journal_mode = WAL")
    file.close()
    return store


def department(number: int) -> str:
    """The name of a department."""
    return f"Department {number:02d}"


def customer(number: int) -> str:
    """The number of a customer, from all of Denmark's, in E.164."""
    return f"+45{20_000_000 + number * 397 % 79_999_999:08d}"


def _company() -> dict[str, Any]:
    return {
        "domain": DOMAIN,
        "name": "Acme",
        "country": COUNTRY,
        "timezone": "Europe/Copenhagen",
        "department": [{"name": department(number)} for number in range(DEPARTMENTS)],
        "user": [_user(number) for number in range(USERS)],
        "group": [
            {"number": str(2_000 + number), "name": f"Group {number}", "members": []} for number in range(GROUPS)
        ],
    }


def _user(number: int) -> dict[str, Any]:
    named = {"username": f"u{number}", "extension": str(200_000 + number), "name": f"Person {number}"}
    return {**named, "department": department(number % DEPARTMENTS), "record": True, "email": f"u{number}@acme.example"}


def _fill(file: sqlite3.Connection, company: str, count: int) -> None:
    made = dict(
        file.execute(f"SELECT name, sql FROM sqlite_master WHERE name IN ({', '.join('?' * len(_LATER))})", _LATER)
    )
    file.execute("BEGIN")
    for name in made:
        file.execute(f"DROP INDEX {name}")
    file.execute("CREATE TEMP TABLE place (keyword, at, recording, direction, digits)")
    seen: dict[int, Any] = {}
    for begun in range(0, count, _STRETCH):
        talks = list(_talks(company, begun, min(begun + _STRETCH, count), count))
        file.executemany(_DECISION, [decision for decision, _, _ in talks])
        file.executemany(_CALL, [_call(decision) for decision, _, _ in talks])
        file.executemany(_TALK_USER, [row for decision, _, facts in talks for row in _talk_users(decision, facts)])
        file.executemany(_RECORDING, [recording for _, recording, _ in talks])
        cards = [index.card(facts, lambda _: COUNTRY) for _, _, facts in talks]
        places = [place for one in cards for place in index.place_rows(one)]
        file.executemany("INSERT INTO place VALUES (:keyword, :at, :recording, :direction, :digits)", places)
        file.executemany(_FILED, [index.filed_row(one) for one in cards])
        seen |= dict(key for one in cards for key in one.keywords)
    named = sorted(seen.items())
    file.executemany(_KEYWORD, [index.keyword_row(key, company, one) for key, one in named])
    parts = [part for key, one in named for part in index.part_rows(key, company, one)]
    file.executemany(_PART, sorted(parts, key=_place))
    columns = "keyword, at, recording, direction, digits"
    file.execute(
        f"INSERT INTO recording_keyword ({columns}) SELECT {columns} FROM place ORDER BY keyword, at, recording"
    )
    for sql in made.values():
        file.execute(sql)
    file.execute("COMMIT")
    file.execute("ANALYZE")


def _talks(company: str, first: int, end: int, count: int) -> Iterator[tuple[Row, Row, index.Facts]]:
    """The decision, the recording, and the facts that filing reads from both."""
    chance = random.Random(first)
    now = time.time()
    for number in range(first, end):
        recording, decision, call = (f"{chance.getrandbits(128):032x}" for _ in range(3))
        at = now - DAYS * 86_400.0 * (count - number) / count
        direction = chance.choices(("incoming", "outgoing", "internal"), (55, 35, 10))[0]
        user, group = (
            chance.randrange(USERS),
            str(2_000 + chance.randrange(GROUPS)) if direction == "incoming" else None,
        )
        inside, other = _inside(user), _other(direction, chance)
        caller, answerer = (other, inside) if direction == "incoming" else (inside, other)
        texts = (caller["numbers"][0], answerer["numbers"][0])
        inputs = json.dumps({"company": DOMAIN, "caller": caller, "answerer": answerer, "groups": [], "forwarders": []})
        leg, username, ends = f"{call}-b", f"u{user}", at + 60 + user % 400
        verdict = ("group-always", "group-says-always", direction, group, *texts, inputs, recording)
        decision_row = (decision, company, call, f"{call}:{leg}:0", at, username, leg, *verdict)
        file = (f"/spool/{recording}.wav", at, at, ends, ends + 1, ends - at, 1_000_000, recording, f"{recording}.wav")
        row = (recording, company, call, decision, username, leg, *file)
        facts = index.Facts(recording, company, at, username, decision, direction, group, *texts, json.loads(inputs))
        yield decision_row, row, facts


def _call(decision: Row) -> Row:
    _, company, call, _, at, _, _, _, _, direction, _, caller, answerer, *_ = decision
    return call, company, direction, caller, answerer, at - 5, at + 60


def _talk_users(decision: Row, facts: index.Facts) -> Iterator[Row]:
    ends = participants.everybody(facts.inputs or {}, facts.caller, facts.answerer)
    for username in participants.people(ends, facts.user):
        yield decision[2], username, decision[0], decision[1]


def _inside(user: int) -> dict[str, Any]:
    named = {"username": f"u{user}", "extension": str(200_000 + user), "name": f"Person {user}", "records": True}
    return {"user": {**named, "department": department(user % DEPARTMENTS), "numbers": []}, "numbers": [f"u{user}"]}


def _other(direction: str, chance: random.Random) -> dict[str, Any]:
    if direction == "internal":
        return _inside(chance.randrange(USERS))
    return {"user": None, "numbers": [customer(int(CUSTOMERS * chance.random() ** 2))]}


def _place(row: Any) -> tuple[str, int]:
    """Where the row stands in its table."""
    return row["part"], row["keyword"]
