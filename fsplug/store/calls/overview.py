"""A company's day at a glance: calls and recordings by hour, gaps, mail. Every number is read from an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store

HOUR_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Hour:
    """From epoch seconds `at` on: so many calls began, and so many recordings."""

    at: float
    calls: int
    recordings: int


@dataclass(frozen=True, slots=True)
class Cause:
    """So many gaps have this cause, the last at epoch seconds."""

    code: str
    gaps: int
    last_at: float


def hours(store: Store, domain: str, since: float, until: float) -> list[Hour]:
    """Calls and recordings of every hour of a day that begins and ends at these epoch seconds."""
    company = company_id(store, domain)
    begins = [since + HOUR_SECONDS * number for number in range(round((until - since) / HOUR_SECONDS))]
    with store.connection():
        return [Hour(at, *(_count(store, company, table, at) for table in ("call", "recording"))) for at in begins]


def recorded_bytes(store: Store, domain: str, since: float) -> int:
    """What the recordings since epoch seconds take in the archive."""
    sql = """SELECT COALESCE(SUM(r.bytes), 0) FROM recording r WHERE r.company = ? AND r.at >= ? AND NOT EXISTS
        (SELECT 1 FROM deletion x WHERE x.recording = r.id AND x.destroyed_at IS NOT NULL)"""
    [(total,)] = store.rows(sql, company_id(store, domain), since)
    return int(total)


def gap_causes(store: Store, domain: str, since: float) -> list[Cause]:
    """Why there were gaps since epoch seconds, the most frequent cause first."""
    sql = """SELECT cause, COUNT(*), MAX(at) FROM gap WHERE company = ? AND at >= ? GROUP BY cause
        ORDER BY COUNT(*) DESC, cause"""
    return [Cause(*row) for row in store.rows(sql, company_id(store, domain), since)]


def mail_states(store: Store, domain: str, since: float) -> Mapping[str, int]:
    """How many mails since epoch seconds are in each state."""
    sql = "SELECT state, COUNT(*) FROM mail WHERE company = ? AND at >= ? GROUP BY state"
    return dict(store.rows(sql, company_id(store, domain), since))


def failed_mails(store: Store, domain: str, since: float, limit: int = 5) -> Sequence[tuple[float, str, str, str]]:
    """The last mails that will not be sent: time, kind, receiver, and what the server said."""
    sql = """SELECT at, kind, receiver, COALESCE(reason, '') FROM mail
        WHERE company = ? AND at >= ? AND state = 'failed' ORDER BY at DESC LIMIT ?"""
    return [
        (at, kind, receiver, why)
        for at, kind, receiver, why in store.rows(sql, company_id(store, domain), since, limit)
    ]


def _count(store: Store, company: str, table: str, at: float) -> int:
    sql = f"SELECT COUNT(*) FROM {table} WHERE company = ? AND at >= ? AND at < ?"
    [(count,)] = store.rows(sql, company, at, at + HOUR_SECONDS)
    return int(count)
