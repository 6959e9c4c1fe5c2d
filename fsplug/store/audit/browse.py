"""The audit trail as people browse it: by time, act, actor and the people concerned; from either end, in pages.

Entries are numbered in order, so every page costs the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from fsplug.store.audit import chain
from fsplug.store.audit.trail import ENTRY, AuditEntry
from fsplug.store.audit.verification import Checkpoint, Fault, TrailTrouble, verify
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Filtered, Select, Write, given, given_each, put
from fsplug.store.schema.audit import AuditAbout, AuditChecks, AuditEntries

# The number of entries that one step of a check reads, in a second or two.
CHECKED_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; None for no limit.

    Times are epoch seconds, `actors` are names as the trail has them. `people` are the usernames an entry is about;
    acts of the actor `not_by` are left out. With `oldest`, the oldest are first.
    """

    since: float | None = None
    until: float | None = None
    acts: tuple[str, ...] | None = None
    actors: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    not_by: str | None = None
    oldest: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """How far the trail was checked, when (epoch seconds), up to which entry it is whole, of how many, and what is
    wrong.

    A long trail is checked in several steps; `is_whole`: the last step reached the end.
    """

    at: float
    checkpoint: Checkpoint
    entries: int
    trouble: TrailTrouble | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the trail was checked to its end and nothing is wrong."""
        return self.trouble is None and self.checkpoint.number >= self.entries


@dataclass(frozen=True, slots=True)
class _Kept:
    """A check as stored; `wrong_number`, `fault` and `detail` describe its trouble."""

    at: float
    number: int
    hash: str
    entries: int
    wrong_number: int | None
    fault: Fault | None
    detail: str | None


_FITTING: dict[str, Any] = {
    "first": AuditEntries.number >= given.first,
    "since": AuditEntries.at >= given.since,
    "until": AuditEntries.at < given.until,
    "not_by": AuditEntries.actor != given.not_by,
    "acts": AuditEntries.act.in_(given_each.acts),
    "actors": AuditEntries.actor.in_(given_each.actors),
}


def _from_either_end(build: Callable[[], Any]) -> tuple[Filtered[AuditEntry], Filtered[AuditEntry]]:
    """The query with the newest entries first, and with the oldest first."""
    return (
        Filtered(
            AuditEntry,
            lambda: build().order_by(AuditEntries.number.desc()).limit(given.limit),
            before=AuditEntries.number < given.before,
            **_FITTING,
        ),
        Filtered(
            AuditEntry,
            lambda: build().order_by(AuditEntries.number.asc()).limit(given.limit),
            before=AuditEntries.number > given.before,
            **_FITTING,
        ),
    )


_EVERYBODY = _from_either_end(lambda: AuditEntries.select(*ENTRY).where(AuditEntries.company == given.company))
# The entries about one user are read in order. CROSS JOIN makes SQLite keep the order of the tables.
_ONE_USER = _from_either_end(
    lambda: (
        AuditAbout.select(*ENTRY)
        .join(AuditEntries, JOIN.CROSS)
        .where(
            (AuditAbout.company == given.company)
            & (AuditAbout.username == given.person)
            & (AuditEntries.company == AuditAbout.company)
            & (AuditEntries.number == AuditAbout.number)
        )
    )
)
# Several users may share an entry.
_USERS = _from_either_end(
    lambda: AuditEntries.select(*ENTRY).where(
        (AuditEntries.company == given.company)
        & AuditEntries.number.in_(
            AuditAbout.select(AuditAbout.number).where(
                (AuditAbout.company == given.company) & AuditAbout.username.in_(given_each.people)
            )
        )
    )
)
_FIRST_SINCE = Select(
    int,
    lambda: (
        AuditEntries.select(AuditEntries.number)
        .where((AuditEntries.company == given.company) & (AuditEntries.at >= given.since))
        .order_by(AuditEntries.at, AuditEntries.number)
        .limit(1)
    ),
)
_CHECK = Select(
    _Kept, lambda: AuditChecks.select(*columns(_Kept, AuditChecks)).where(AuditChecks.company == given.company)
)
_KEEP = Write(lambda: put(AuditChecks, "company at number hash entries wrong_number fault detail"))


def search(
    store: Store, domain: str, wanted: AuditFilter, limit: int = 50, before: int | None = None
) -> list[AuditEntry]:
    """The company's entries that match, beyond the number `before`."""
    if () in (wanted.acts, wanted.actors, wanted.people):
        return []
    company = company_id(store, domain)
    asked = {
        "before": before,
        "first": _first_since(store, company, wanted.since),
        "since": wanted.since,
        "until": wanted.until,
        "not_by": wanted.not_by,
        "acts": wanted.acts,
        "actors": wanted.actors,
    }
    values = {"company": company, "domain": domain, "limit": limit}
    if wanted.people is None:
        return _EVERYBODY[wanted.oldest].rows(store, asked, **values)
    if len(wanted.people) == 1:
        return _ONE_USER[wanted.oldest].rows(store, asked, **values, person=wanted.people[0])
    return _USERS[wanted.oldest].rows(store, asked, **values, people=wanted.people)


def last_check(store: Store, domain: str) -> Check | None:
    """The last check of the company's trail in the console, or None."""
    found = _CHECK.row(store, company=company_id(store, domain))
    if found is None:
        return None
    trouble = None
    if found.wrong_number is not None and found.fault is not None:
        trouble = TrailTrouble(found.wrong_number, found.fault, found.detail or "")
    return Check(found.at, Checkpoint(found.number, found.hash), found.entries, trouble)


def check(store: Store, domain: str, most: int = CHECKED_AT_ONCE) -> Check:
    """Check the company's trail: from its beginning, or from where the last step ended if that was not the end."""
    last = last_check(store, domain)
    goes_on = last is not None and last.trouble is None and not last.is_whole
    found = verify(store, domain, last.checkpoint if last and goes_on else None, most=most)
    company = company_id(store, domain)
    made = Check(store.now(), found.checkpoint, chain.head(store, company).number, found.trouble)
    trouble = found.trouble
    with store.atomic():
        _KEEP.run(
            store,
            company=company,
            at=made.at,
            number=made.checkpoint.number,
            hash=made.checkpoint.hash,
            entries=made.entries,
            wrong_number=trouble and trouble.number,
            fault=trouble and trouble.fault,
            detail=trouble and trouble.detail,
        )
    return made


def _first_since(store: Store, company: str, since: float | None) -> int | None:
    """The number of the first entry of that time or later, so that older entries need not be read."""
    if since is None:
        return None
    found = _FIRST_SINCE.row(store, company=company, since=since)
    # There are no such entries: return a number that no entry has yet.
    return 1 << 60 if found is None else found
