"""Signatures for entries that were written while no key was there, or with a key that is lost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from fsplug.store.audit.signing import is_entry_signed, sign_entry
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given
from fsplug.store.schema.audit import AuditEntries

# The number of entries signed in one transaction.
_STRETCH = 5_000


@dataclass(frozen=True, slots=True)
class UnsignedEntry:
    """An entry that has no signature, or one that none of the keys made. `at` is in epoch seconds."""

    number: int
    at: float
    actor: str
    act: str
    hash: str
    signature: str | None


_ENTRIES = Select(
    UnsignedEntry,
    lambda: (
        AuditEntries.select(*columns(UnsignedEntry, AuditEntries))
        .where((AuditEntries.company == given.company) & (AuditEntries.number > given.after))
        .order_by(AuditEntries.number)
        .limit(_STRETCH)
    ),
)
_SIGN = Write(
    lambda: AuditEntries.update(signature=given.signature).where(
        (AuditEntries.company == given.company) & (AuditEntries.number == given.number)
    )
)


def unsigned(store: Store, domain: str, last: int, again: bool = False) -> Iterator[UnsignedEntry]:
    """The company's entries without a signature up to number `last`, the oldest first; `again`: and those with a
    signature that none of the store's keys made.
    """
    company, after = company_id(store, domain), 0
    while found := _ENTRIES.rows(store, company=company, after=after):
        for one in found:
            if one.number > last:
                return
            is_there = one.signature is not None
            if is_there and (not again or is_entry_signed(store.audit_keys, company, one.hash, one.signature)):
                continue
            yield one
        after = found[-1].number


def sign(store: Store, domain: str, entries: Iterable[UnsignedEntry]) -> int:
    """Sign these entries of the company with the newest key; how many they were.

    Only their hashes say whether they are as they were written: verify them before.
    """
    company, count = company_id(store, domain), 0
    rest = iter(entries)
    while some := list(islice(rest, _STRETCH)):
        signatures = [sign_entry(store.audit_keys, company, one.hash) for one in some]
        rows = [
            {"company": company, "number": one.number, "signature": signature}
            for one, signature in zip(some, signatures, strict=True)
        ]
        with store.atomic():
            _SIGN.run_many(store, rows)
        count += len(rows)
    return count
