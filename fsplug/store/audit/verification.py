"""Whether a company's audit trail is whole: every entry fits its hash, follows the one before, and none is missing.

Where the store was given the keys, every entry must be signed too.
"""

import json
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain as one_after_another

from peewee import fn

from fsplug.errors import Invalid
from fsplug.store.audit import chain, signing
from fsplug.store.audit.chain import NOTHING_BEFORE, Head, Written
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.audit import AuditAbout, AuditEntries

# The number of entries read at once during a check.
_STRETCH = 5_000
_NOBODY: Set[str] = frozenset()


class Fault(StrEnum):
    """The ways in which an entry can be wrong."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    MOVED = "moved"
    UNSIGNED = "unsigned"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class TrailTrouble:
    """The first entry that is not as it was written; `detail` gives the evidence."""

    number: int
    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An entry's number and hash: up to there the trail was whole.

    Kept elsewhere, it reveals a trail that was rewritten.
    """

    number: int = 0
    hash: str = NOTHING_BEFORE

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Read what `str` wrote; Invalid("bad-checkpoint") for other text."""
        number, colon, digest = text.partition(":")
        if not colon or not (number.isascii() and number.isdigit()) or len(number) > 18:
            remedy = "write it as fsplug audit verify printed it, NUMBER:HASH"
            raise Invalid("bad-checkpoint", f"{text[:80]!r} is not a checkpoint; {remedy}")
        return cls(int(number), digest)


@dataclass(frozen=True, slots=True)
class Verified:
    """How many entries were checked, up to which the trail is whole, and the first trouble if there is one."""

    checked: int
    checkpoint: Checkpoint
    trouble: TrailTrouble | None = None


@dataclass(frozen=True, slots=True)
class _About:
    """A row by which an entry is found by user."""

    number: int
    username: str


_OURS = AuditEntries.company == given.company
_WRITTEN = AuditEntries.select(*columns(Written, AuditEntries)).where(_OURS)
_NUMBERS = AuditEntries.select(AuditEntries.number).where(_OURS).order_by(AuditEntries.number)
_AFTER = Select(
    Written,
    lambda: _WRITTEN.where(AuditEntries.number > given.after).order_by(AuditEntries.number).limit(given.limit),
)
_AT = Select(Written, lambda: _WRITTEN.where(AuditEntries.number == given.number))
_BEFORE_THE_FIRST = Select(int, lambda: _NUMBERS.where(AuditEntries.number < 1).limit(1))
_WITH_HASH = Select(int, lambda: _NUMBERS.where(AuditEntries.hash == given.hash).limit(1))
_LAST = Select(int, lambda: AuditEntries.select(fn.COALESCE(fn.MAX(AuditEntries.number), 0).alias("last")).where(_OURS))
_ABOUT = Select(
    _About,
    lambda: AuditAbout.select(*columns(_About, AuditAbout)).where(
        (AuditAbout.company == given.company) & (AuditAbout.number > given.after) & (AuditAbout.number <= given.last)
    ),
)


def verify(
    store: Store,
    domain: str,
    since: Checkpoint | None = None,
    seen: Callable[[int], object] = lambda count: None,
    most: int | None = None,
    signatures: bool = True,
) -> Verified:
    """Check every entry after `since`, or the first `most` of them; `seen` is called with the number checked so far.

    Without `signatures`, an entry may be signed by anybody or by nobody: before a new key signs what is there.

    The cost grows with the number of entries. No lock is held, so entries written meanwhile may or may not be checked.
    """
    company = company_id(store, domain)
    good: Checkpoint | Written = since or Checkpoint()
    begun, keys = good.number, store.audit_keys if signatures else ()
    if trouble := _before_the_first(store, company) or _checkpoint_trouble(store, company, since or Checkpoint()):
        return Verified(0, Checkpoint(), trouble)
    while True:
        for entry, about in _entries(store, company, good.number):
            if trouble := _trouble(store, company, entry, about, good) or _unsigned(keys, company, entry):
                return Verified(good.number - begun, Checkpoint(good.number, good.hash), trouble)
            good = entry
            seen(good.number - begun)
            if good.number - begun == most and _is_there(store, company, good.number + 1):
                return Verified(most, Checkpoint(good.number, good.hash))
        head = chain.head(store, company)
        if head.number <= good.number or not _is_there(store, company, good.number + 1):
            good = Checkpoint(good.number, good.hash)
            return Verified(good.number - begun, good, _trouble_at_end(good, head))


def _entries(store: Store, company: str, after: int) -> Iterator[tuple[Written, Set[str]]]:
    """Every entry after this number, with the users it is found by."""
    while stretch := _AFTER.rows(store, company=company, after=after, limit=_STRETCH):
        last = stretch[-1].number
        about: dict[int, set[str]] = {}
        for one in _ABOUT.rows(store, company=company, after=after, last=last):
            about.setdefault(one.number, set()).add(one.username)
        yield from ((entry, about.get(entry.number, _NOBODY)) for entry in stretch)
        after = last


def _is_there(store: Store, company: str, number: int) -> bool:
    return _AT.row(store, company=company, number=number) is not None


def _trouble_at_end(good: Checkpoint, head: Head) -> TrailTrouble | None:
    if head.number > good.number:
        return _missing(good.number + 1, f"there were {head.number} entries")
    if head.number < good.number:
        return TrailTrouble(head.number + 1, Fault.INSERTED, f"{head.number} entries were written")
    return (
        None if head.hash == good.hash else TrailTrouble(good.number, Fault.CHANGED, "it is not the one written last")
    )


def _trouble(
    store: Store, company: str, entry: Written, about: Set[str], good: Checkpoint | Written
) -> TrailTrouble | None:
    expected = good.number + 1
    if entry.digest(company) != entry.hash:
        return _misplaced(store, company, entry, expected)
    if entry.number != expected:
        return _missing(expected, f"after {good.number} comes {entry.number}")
    follows, is_found = entry.before == good.hash, set(json.loads(entry.people)) == about
    return None if follows and is_found else _disagreeing(store, company, entry.number, follows)


def _unsigned(keys: Sequence[str], company: str, entry: Written) -> TrailTrouble | None:
    if not keys or signing.is_entry_signed(keys, company, entry.hash, entry.signature):
        return None
    if entry.signature is None:
        return TrailTrouble(entry.number, Fault.UNSIGNED, "it was written without the key that signs the trail")
    return TrailTrouble(entry.number, Fault.FORGED, "none of audit_keys made its signature")


def _disagreeing(store: Store, company: str, number: int, follows: bool) -> TrailTrouble:
    """The trouble of an entry that fits its own hash, but not the entry before it or its list of users."""
    if _written_as(store, company, number + 1) == number:
        return TrailTrouble(number, Fault.INSERTED, f"entry {number + 1} was written as number {number}")
    if follows:
        return TrailTrouble(number, Fault.CHANGED, "the people it is found by are not those it names")
    return TrailTrouble(max(number - 1, 1), Fault.CHANGED, f"entry {number} remembers another before it")


def _misplaced(store: Store, company: str, entry: Written, expected: int) -> TrailTrouble:
    """The trouble of an entry that does not fit its hash: it was changed, or it had another number."""
    number, was = entry.number, _written_as(store, company, entry.number)
    if number != expected and was is None:
        return _missing(expected, f"after {expected - 1} comes {number}")
    if was is None:
        inserted = _written_as(store, company, number + 1) == number
        return TrailTrouble(number, Fault.INSERTED if inserted else Fault.CHANGED, "it does not fit its hash")
    if was == number - 1 == expected - 1:
        return TrailTrouble(was, Fault.INSERTED, f"entry {number} was written as number {was}")
    if was > number == expected and not _stands_elsewhere(store, company, entry.before):
        return _missing(number, f"entry {number} was written as number {was}")
    return TrailTrouble(number, Fault.MOVED, f"it was written as number {was}")


def _written_as(store: Store, company: str, number: int) -> int | None:
    """The number with which the entry now at `number` fits its hash, or None."""
    found = _AT.row(store, company=company, number=number)
    if found is None:
        return None
    last = _LAST.one(store, company=company)
    candidates = one_after_another((number - 1, number, number + 1), range(1, last + 2))
    return next((one for one in candidates if found.digest(company, one) == found.hash), None)


def _stands_elsewhere(store: Store, company: str, digest: str) -> bool:
    return digest == NOTHING_BEFORE or _WITH_HASH.row(store, company=company, hash=digest) is not None


def _missing(number: int, detail: str) -> TrailTrouble:
    return TrailTrouble(number, Fault.MISSING, detail)


def _before_the_first(store: Store, company: str) -> TrailTrouble | None:
    found = _BEFORE_THE_FIRST.row(store, company=company)
    return None if found is None else TrailTrouble(found, Fault.INSERTED, "the first entry is number 1")


def _checkpoint_trouble(store: Store, company: str, since: Checkpoint) -> TrailTrouble | None:
    if since.number == 0:
        return None
    found = _AT.row(store, company=company, number=since.number)
    if found is None:
        return _missing(since.number, "the checkpoint names it")
    is_same = found.hash == since.hash
    return None if is_same else TrailTrouble(since.number, Fault.CHANGED, "the checkpoint knows another hash")
