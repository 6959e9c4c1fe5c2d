"""The audit trail: who did what to people's data and rights, company by company, and whether it is whole."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain as one_after_another
from typing import Any

from fsplug.errors import Invalid
from fsplug.store.audit import chain
from fsplug.store.audit.chain import NOTHING_BEFORE, hash_of
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.audit import AuditAbout, AuditEntries

# Entries that are read at once while they are checked.
_STRETCH = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `at` is in epoch seconds; `people` are the usernames it is about, `facts` what is told of it."""

    company: str
    number: int
    at: float
    actor: str
    act: str
    subject: str
    people: tuple[str, ...]
    facts: Mapping[str, Any]
    hash: str

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this entry ends."""
        return (self.at, self.number)  # type: ignore[return-value]


class Fault(StrEnum):
    """What can be wrong with an entry."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Trouble:
    """The first entry that is not as it was written. `detail` tells how that shows."""

    number: int
    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An entry's number and hash: up to there the trail was whole. Kept elsewhere, it shows a trail written anew."""

    number: int = 0
    hash: str = NOTHING_BEFORE

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """From `str`; Invalid("bad-checkpoint") if it is none."""
        number, colon, digest = text.partition(":")
        if not colon or not (number.isascii() and number.isdigit()) or len(number) > 18:
            remedy = "write it as fsplug audit verify printed it, NUMBER:HASH"
            raise Invalid("bad-checkpoint", f"{text[:80]!r} is no checkpoint; {remedy}")
        return cls(int(number), digest)


@dataclass(frozen=True, slots=True)
class Verified:
    """How many entries were checked, up to which all is well, and the first trouble if there is one."""

    checked: int
    checkpoint: Checkpoint
    trouble: Trouble | None = None


def add(
    store: Store, domain: str, by: str, act: str, subject: str = "", people: Iterable[str] = (), **facts: object
) -> int:
    """Add an entry to the company's trail, in the transaction around it if there is one; the entry's number."""
    return chain.append(store, company_id(store, domain), by, act, subject, people, **facts)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Entry]:
    """The company's entries, newest first. `person`: those about this user's calls and rights."""
    query = AuditEntries.select(*(getattr(AuditEntries, name) for name in _COLUMNS))
    query = query.where(AuditEntries.company == company_id(store, domain))
    if wanted.person is not None:
        theirs = (AuditAbout.company == AuditEntries.company) & (AuditAbout.number == AuditEntries.number)
        query = query.join(AuditAbout, on=theirs).where(AuditAbout.username == wanted.person)
    rows = store.query(page(query, AuditEntries, wanted, limit, before, key="number"))
    return [_entry(domain, row) for row in rows]


def plays(store: Store, domain: str, recording: str, person: str | None = None, limit: int = 50) -> list[Entry]:
    """Who played a recording, newest first; `person`: only if it is about this user's call."""
    sql = f"""SELECT {", ".join(_COLUMNS)} FROM audit_entry WHERE company = ? AND subject = ?
        AND act IN ('play', 'share-play') ORDER BY number DESC LIMIT ?"""
    found = (_entry(domain, row) for row in store.rows(sql, company_id(store, domain), recording, limit))
    return [entry for entry in found if person is None or person in entry.people]


def entries_of(
    store: Store,
    domain: str,
    source: str,
    whose: Sequence[object],
    conditions: Sequence[str],
    params: Sequence[object],
    limit: int,
) -> list[Entry]:
    """The entries `e` of an SQL source, which ends in a condition, that fit more conditions; newest first."""
    columns = ", ".join(f"e.{name}" for name in _COLUMNS)
    fitting = "".join(f" AND {condition}" for condition in conditions)
    sql = f"SELECT {columns} FROM {source}{fitting} ORDER BY e.number DESC LIMIT ?"
    return [_entry(domain, row) for row in store.rows(sql, *whose, *params, limit)]


def verify(
    store: Store,
    domain: str,
    since: Checkpoint | None = None,
    seen: Callable[[int], object] = lambda count: None,
    most: int | None = None,
) -> Verified:
    """Check every entry after `since`, or the first `most` of them; `seen` is told how many were checked so far.

    Its cost grows with the number of entries, and it holds no lock: what is written meanwhile may be checked or not.
    """
    company, good = company_id(store, domain), since or Checkpoint()
    begun = good.number
    if trouble := _before_the_first(store, company) or _checkpoint_trouble(store, company, since or Checkpoint()):
        return Verified(0, Checkpoint(), trouble)
    while True:
        for row in _rows(store, company, good.number):
            if trouble := _trouble(store, company, row, good):
                return Verified(good.number - begun, good, trouble)
            good = Checkpoint(row[0], row[-1])
            seen(good.number - begun)
            if good.number - begun == most and _is_there(store, company, good.number + 1):
                return Verified(most, good)
        head = _head(store, company)
        if head.number <= good.number or not _is_there(store, company, good.number + 1):
            return Verified(good.number - begun, good, _trouble_at_end(good, head))


_COLUMNS = ("number", "at", "actor", "act", "subject", "people", "facts", "before", "hash")


def _entry(domain: str, row: Row) -> Entry:
    number, at, actor, act, subject, people, facts, _, digest = row
    return Entry(domain, number, at, actor, act, subject, tuple(json.loads(people)), json.loads(facts), digest)


def _rows(store: Store, company: str, after: int) -> Iterator[Row]:
    sql = f"SELECT {', '.join(_COLUMNS)} FROM audit_entry WHERE company = ? AND number > ? ORDER BY number LIMIT ?"
    while stretch := store.rows(sql, company, after, _STRETCH):
        about = _about(store, company, after, stretch[-1][0])
        yield from ((*row[:-1], frozenset(about.get(row[0], ())), row[-1]) for row in stretch)
        after = stretch[-1][0]


def _about(store: Store, company: str, after: int, last: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    sql = "SELECT number, username FROM audit_about WHERE company = ? AND number > ? AND number <= ?"
    for number, username in store.rows(sql, company, after, last):
        found.setdefault(number, []).append(username)
    return found


def _head(store: Store, company: str) -> Checkpoint:
    found = store.row("SELECT number, hash FROM audit_head WHERE company = ?", company)
    return Checkpoint(*found) if found else Checkpoint()


def _is_there(store: Store, company: str, number: int) -> bool:
    return store.row("SELECT 1 FROM audit_entry WHERE company = ? AND number = ?", company, number) is not None


def _trouble_at_end(good: Checkpoint, head: Checkpoint) -> Trouble | None:
    if head.number > good.number:
        return _missing(good.number + 1, f"there were {head.number} entries")
    if head.number < good.number:
        return Trouble(head.number + 1, Fault.INSERTED, f"{head.number} entries were written")
    return None if head == good else Trouble(good.number, Fault.CHANGED, "it is not the one written last")


def _trouble(store: Store, company: str, row: Row, good: Checkpoint) -> Trouble | None:
    number, *said, before, about, digest = row
    expected = good.number + 1
    if hash_of(company, number, *said, before) != digest:
        return _misplaced(store, company, row, expected)
    if number != expected:
        return _missing(expected, f"after {good.number} comes {number}")
    follows, is_found = before == good.hash, set(json.loads(said[4])) == about
    return None if follows and is_found else _disagreeing(store, company, number, follows)


def _disagreeing(store: Store, company: str, number: int, follows: bool) -> Trouble:
    """An entry that fits its own hash, and not what stands before it or beside it."""
    if _written_as(store, company, number + 1) == number:
        return Trouble(number, Fault.INSERTED, f"entry {number + 1} was written as number {number}")
    if follows:
        return Trouble(number, Fault.CHANGED, "the people it is found by are not those it names")
    return Trouble(max(number - 1, 1), Fault.CHANGED, f"entry {number} remembers another before it")


def _misplaced(store: Store, company: str, row: Row, expected: int) -> Trouble:
    """An entry that does not fit its hash: it was changed, or it stood under another number."""
    number, before = row[0], row[-3]
    was = _written_as(store, company, number)
    if number != expected and was is None:
        return _missing(expected, f"after {expected - 1} comes {number}")
    if was is None:
        inserted = _written_as(store, company, number + 1) == number
        return Trouble(number, Fault.INSERTED if inserted else Fault.CHANGED, "it does not fit its hash")
    if was == number - 1 == expected - 1:
        return Trouble(was, Fault.INSERTED, f"entry {number} was written as number {was}")
    if was > number == expected and not _stands_elsewhere(store, company, before):
        return _missing(number, f"entry {number} was written as number {was}")
    return Trouble(number, Fault.MOVED, f"it was written as number {was}")


def _written_as(store: Store, company: str, number: int) -> int | None:
    """The number under which the entry that is at `number` now fits its hash, or None."""
    sql = f"SELECT {', '.join(_COLUMNS)} FROM audit_entry WHERE company = ? AND number = ?"
    found = store.row(sql, company, number)
    if found is None:
        return None
    _, *said, before, digest = found
    last = store.row("SELECT COALESCE(MAX(number), 0) FROM audit_entry WHERE company = ?", company) or (0,)
    candidates = one_after_another((number - 1, number, number + 1), range(1, last[0] + 2))
    return next((one for one in candidates if hash_of(company, one, *said, before) == digest), None)


def _stands_elsewhere(store: Store, company: str, digest: str) -> bool:
    sql = "SELECT 1 FROM audit_entry WHERE company = ? AND hash = ?"
    return digest == NOTHING_BEFORE or store.row(sql, company, digest) is not None


def _missing(number: int, detail: str) -> Trouble:
    return Trouble(number, Fault.MISSING, detail)


def _before_the_first(store: Store, company: str) -> Trouble | None:
    sql = "SELECT number FROM audit_entry WHERE company = ? AND number < 1 ORDER BY number LIMIT 1"
    found = store.row(sql, company)
    return Trouble(found[0], Fault.INSERTED, "the first entry is number 1") if found else None


def _checkpoint_trouble(store: Store, company: str, since: Checkpoint) -> Trouble | None:
    if since.number == 0:
        return None
    found = store.row("SELECT hash FROM audit_entry WHERE company = ? AND number = ?", company, since.number)
    if found is None:
        return _missing(since.number, "the checkpoint names it")
    return None if found[0] == since.hash else Trouble(since.number, Fault.CHANGED, "the checkpoint knows another hash")
