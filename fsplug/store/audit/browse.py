"""The audit trail as people look through it: by time, act, who did it and whom it is about; newest first, in pages.

Entries are numbered as they come, so a page costs the same wherever it is.
"""

from dataclasses import dataclass

from fsplug.store.audit.trail import Checkpoint, Entry, Fault, Trouble, entries_of, verify
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store

# One step of a check reads so many entries: a second or two.
CHECKED_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Sought:
    """What people look for; None for no limit. Times are epoch seconds, `actors` as they stand in the trail.

    `people` are the usernames an entry is about; `not_by` is an actor whose own acts are left out.
    """

    since: float | None = None
    until: float | None = None
    acts: tuple[str, ...] | None = None
    actors: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    not_by: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """How far the trail was checked, at epoch seconds: up to which entry all is well, of how many, and what is wrong.

    A long trail is checked in several steps; `is_whole` when the last step came to the end.
    """

    at: float
    checkpoint: Checkpoint
    entries: int
    trouble: Trouble | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it was checked to its end, and nothing is wrong."""
        return self.trouble is None and self.checkpoint.number >= self.entries


def search(store: Store, domain: str, sought: Sought, limit: int = 50, before: int | None = None) -> list[Entry]:
    """The company's entries that fit, with a number below `before`."""
    if () in (sought.acts, sought.actors, sought.people):
        return []
    company = company_id(store, domain)
    conditions: list[str] = []
    params: list[object] = []
    for sql, value in (
        ("e.number < ?", before),
        ("e.number >= ?", _first_since(store, company, sought.since)),
        ("e.at >= ?", sought.since),
        ("e.at < ?", sought.until),
        ("e.actor <> ?", sought.not_by),
    ):
        if value is not None:
            conditions.append(sql)
            params.append(value)
    for column, values in (("e.act", sought.acts), ("e.actor", sought.actors)):
        if values is not None:
            conditions.append(f"{column} IN ({_marks(values)})")
            params += values
    return entries_of(store, domain, *_about(company, sought.people), conditions, params, limit)


def last_check(store: Store, domain: str) -> Check | None:
    """The last check of the company's trail in the console, or None."""
    sql = "SELECT at, number, hash, entries, wrong_number, fault, detail FROM audit_check WHERE company = ?"
    found = store.row(sql, company_id(store, domain))
    if found is None:
        return None
    at, number, digest, entries, wrong, fault, detail = found
    trouble = Trouble(wrong, Fault(fault), detail) if wrong is not None else None
    return Check(at, Checkpoint(number, digest), entries, trouble)


def check(store: Store, domain: str, most: int = CHECKED_AT_ONCE) -> Check:
    """Check the company's trail: from its beginning, or from where the last step ended if that was not the end."""
    last = last_check(store, domain)
    goes_on = last is not None and last.trouble is None and not last.is_whole
    found = verify(store, domain, last.checkpoint if last and goes_on else None, most=most)
    company = company_id(store, domain)
    head = store.row("SELECT number FROM audit_head WHERE company = ?", company)
    made = Check(store.now(), found.checkpoint, head[0] if head else 0, found.trouble)
    trouble = (found.trouble.number, str(found.trouble.fault), found.trouble.detail) if found.trouble else (None,) * 3
    sql = """INSERT INTO audit_check (company, at, number, hash, entries, wrong_number, fault, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (company) DO UPDATE SET at = excluded.at, number = excluded.number,
        hash = excluded.hash, entries = excluded.entries, wrong_number = excluded.wrong_number,
        fault = excluded.fault, detail = excluded.detail"""
    with store.atomic():
        store.run(sql, company, made.at, made.checkpoint.number, made.checkpoint.hash, made.entries, *trouble)
    return made


def _first_since(store: Store, company: str, since: float | None) -> int | None:
    """The number of the first entry of that time or later; so entries of long ago are not looked through."""
    if since is None:
        return None
    sql = "SELECT number FROM audit_entry WHERE company = ? AND at >= ? ORDER BY at, number LIMIT 1"
    found = store.row(sql, company, since)
    # There are none: a number that no entry has yet.
    return int(found[0]) if found else 1 << 60


def _about(company: str, people: tuple[str, ...] | None) -> tuple[str, list[object]]:
    """Where the entries are read from. Of one user's they are read in order; several users may share an entry."""
    if people is None:
        return "audit_entry e WHERE e.company = ?", [company]
    if len(people) == 1:
        # CROSS JOIN: SQLite keeps the order of the tables.
        sql = """audit_about b CROSS JOIN audit_entry e
            WHERE b.company = ? AND b.username = ? AND e.company = b.company AND e.number = b.number"""
        return sql, [company, people[0]]
    numbers = f"SELECT b.number FROM audit_about b WHERE b.company = ? AND b.username IN ({_marks(people)})"
    return f"audit_entry e WHERE e.company = ? AND e.number IN ({numbers})", [company, company, *people]


def _marks(some: tuple[str, ...]) -> str:
    return ", ".join("?" * len(some))
