"""The audit trail: who did what to people's data and rights, company by company."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.store.audit import chain
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given
from fsplug.store.schema.audit import AuditAbout, AuditEntries


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. `at` is in epoch seconds; `people` are the usernames it is about, `facts` are its details."""

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
        return (self.at, self.number)


# The columns of an entry of the company with the domain `given.domain`.
ENTRY = columns(AuditEntry, AuditEntries, company=given.domain.cast("text"))
_ENTRIES = AuditEntries.select(*ENTRY).where(AuditEntries.company == given.company)
_THEIRS = (AuditAbout.company == AuditEntries.company) & (AuditAbout.number == AuditEntries.number)
_LISTED = Listing(AuditEntry, AuditEntries, lambda: _ENTRIES, key="number")
_ABOUT = Listing(
    AuditEntry,
    AuditEntries,
    lambda: _ENTRIES.join(AuditAbout, on=_THEIRS),
    key="number",
    person=AuditAbout.username == given.person,
)
# Word for word the condition of the index audit_entry_plays.
_IS_PLAY = AuditEntries.act.in_([constant("play"), constant("share-play")])
_PLAYS = Select(
    AuditEntry,
    lambda: (
        _ENTRIES.where((AuditEntries.subject == given.recording) & _IS_PLAY)
        .order_by(AuditEntries.number.desc())
        .limit(given.limit)
    ),
)


def add(
    store: Store, domain: str, by: str, act: str, subject: str = "", people: Iterable[str] = (), **facts: object
) -> int:
    """Add an entry to the company's trail, in the caller's transaction if there is one; returns the entry's number."""
    with store.atomic():
        return chain.append(store, company_id(store, domain), by, act, subject, people, is_held=False, **facts)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[AuditEntry]:
    """The company's entries, newest first. `person`: only entries about this user's calls and rights."""
    listing = _LISTED if wanted.person is None else _ABOUT
    return listing.page(store, wanted, limit, before, company=company_id(store, domain), domain=domain)


def plays(store: Store, domain: str, recording: str, person: str | None = None, limit: int = 50) -> list[AuditEntry]:
    """The entries about playing a recording, newest first. `person`: only if the recording is of this user's call."""
    company = company_id(store, domain)
    found = _PLAYS.rows(store, company=company, domain=domain, recording=recording, limit=limit)
    return [entry for entry in found if person is None or person in entry.people]
