"""The audit trail's chain: each company's entries are numbered, and each holds the hash of the one before.

Somebody who can write to the database can also write a whole new chain, but can't sign its entries; and can make a
trail shorter, which only a checkpoint kept elsewhere reveals: the number and hash of an entry.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fsplug.store.audit import signing
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert, put
from fsplug.store.db.text import clean
from fsplug.store.schema.audit import AuditAbout, AuditEntries, AuditHeads
from fsplug.store.schema.companies import Companies

# The hash that the first entry has in place of an earlier entry's.
NOTHING_BEFORE = ""
LONGEST_TEXT = 500
# json.dumps makes an encoder for each entry.
_ENCODER = json.JSONEncoder(default=repr)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as stored. A forger may have stored values of any type, which SQLite allows."""

    number: int
    at: float
    actor: str
    act: str
    subject: str
    people: str
    facts: str
    before: str
    hash: str = ""
    signature: str | None = None

    def digest(self, company: str, number: int | None = None) -> str:
        """SHA-256, in hex, of the entry's contents, of the earlier entry's hash, and of `number`
        (by default its own).
        """
        said = (self.at, self.actor, self.act, self.subject, self.people, self.facts, self.before)
        text = _ENCODER.encode((company, self.number if number is None else number, *said))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The number and the hash of a trail's last entry."""

    number: int = 0
    hash: str = NOTHING_BEFORE


_INSERT = Write(lambda: insert(AuditEntries, "company number at actor act subject people facts before hash signature"))
_INSERT_ABOUT = Write(lambda: insert(AuditAbout, "company username number"))
_HEAD = Select(Head, lambda: AuditHeads.select(*columns(Head, AuditHeads)).where(AuditHeads.company == given.company))
_MOVE_HEAD = Write(lambda: put(AuditHeads, "company number hash"))
_COMPANY: Any = Companies.select(Companies.id).where(Companies.id == given.company)
_LOCK = Select(str, lambda: _COMPANY.for_update("FOR NO KEY UPDATE"))


def append(
    store: Store,
    company: str,
    by: str,
    act: str,
    subject: str = "",
    people: Iterable[str] = (),
    *,
    is_held: bool = False,
    **facts: object,
) -> int:
    """Add an entry to the trail of the company (an id), in the transaction around it; the entry's number.

    `people` are the usernames whose calls or rights the act is about. `is_held`: the transaction has changed the
    company's own row, so nobody else can add an entry before it ends.
    """
    if not is_held:
        _hold(store, company)
    last = head(store, company)
    number, about = last.number + 1, tuple(dict.fromkeys(people))
    said: dict[str, Any] = {
        "number": number,
        "at": float(store.now()),
        "actor": _short(by),
        "act": act,
        "subject": _short(subject),
        "people": json.dumps(about),
        "facts": _as_text(facts),
        "before": last.hash,
    }
    digest = Written(**said).digest(company)
    signature = signing.sign_entry(store.audit_keys, company, digest)
    _INSERT.run(store, company=company, **said, hash=digest, signature=signature)
    _MOVE_HEAD.run(store, company=company, number=number, hash=digest)
    _INSERT_ABOUT.run_many(store, [{"company": company, "username": one, "number": number} for one in about])
    return number


def head(store: Store, company: str) -> Head:
    """The last entry of the company (an id)."""
    return _HEAD.row(store, company=company) or Head()


def _hold(store: Store, company: str) -> None:
    if store.dialect == "postgresql":
        # One writer per company, even for the first entry, when there is no head to lock. Calls may still refer to the
        # company.
        _LOCK.rows(store, company=company)


def _as_text(facts: dict[str, object]) -> str:
    return json.dumps(facts, default=str, sort_keys=True, separators=(",", ":"))


def _short(text: str) -> str:
    return clean(text)[:LONGEST_TEXT]
