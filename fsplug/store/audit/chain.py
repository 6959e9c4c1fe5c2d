"""The audit trail's chain: each company's entries are numbered, and each holds the hash of the one before.

Who can write to the database can also write a whole new chain. What then tells is a checkpoint kept elsewhere: the
number and hash of an entry as `fsplug audit verify` printed them.
"""

import hashlib
import json
from collections.abc import Iterable

from fsplug.store.db.database import Store
from fsplug.store.db.text import clean

# What the first entry has for the hash of the one before.
NOTHING_BEFORE = ""
LONGEST_TEXT = 500
_INSERT = """INSERT INTO audit_entry (company, number, at, actor, act, subject, people, facts, before, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_HEAD = "SELECT number, hash FROM audit_head WHERE company = ?"
_MOVE_HEAD = """INSERT INTO audit_head (company, number, hash) VALUES (?, ?, ?)
    ON CONFLICT (company) DO UPDATE SET number = excluded.number, hash = excluded.hash"""


def append(
    store: Store, company: str, by: str, act: str, subject: str = "", people: Iterable[str] = (), **facts: object
) -> int:
    """Add an entry to the trail of the company (an id), in the transaction around it; the entry's number.

    `people` are the usernames whose calls or rights the act is about.
    """
    with store.atomic():
        number, before = _next(store, company)
        about = tuple(dict.fromkeys(people))
        texts = (_short(by), act, _short(subject), json.dumps(about), _as_text(facts))
        at = float(store.now())
        digest = hash_of(company, number, at, *texts, before)
        store.run(_INSERT, company, number, at, *texts, before, digest)
        store.run(_MOVE_HEAD, company, number, digest)
        names = [(company, username, number) for username in about]
        store.run_many("INSERT INTO audit_about (company, username, number) VALUES (?, ?, ?)", names)
    return number


def hash_of(
    company: str, number: int, at: float, actor: str, act: str, subject: str, people: str, facts: str, before: str
) -> str:
    """SHA-256, in hex, of everything an entry says and of the entry before.

    SQLite keeps values of any type in any column: what was put there by others gets a hash as well, that fits nothing.
    """
    said = json.dumps((company, number, at, actor, act, subject, people, facts, before), default=repr)
    return hashlib.sha256(said.encode("ascii")).hexdigest()


def _next(store: Store, company: str) -> tuple[int, str]:
    if store.dialect == "postgresql":
        # One writer per company, also of its first entry, which has no head to lock; calls may refer to it meanwhile.
        store.rows("SELECT 1 FROM company WHERE id = ? FOR NO KEY UPDATE", company)
    number, before = store.row(_HEAD, company) or (0, NOTHING_BEFORE)
    return number + 1, before


def _as_text(facts: dict[str, object]) -> str:
    return json.dumps(facts, default=str, sort_keys=True, separators=(",", ":"))


def _short(text: str) -> str:
    return clean(text)[:LONGEST_TEXT]
