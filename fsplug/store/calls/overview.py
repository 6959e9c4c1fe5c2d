"""A company's day at a glance: calls and recordings by hour, gaps, mail. Every figure is read from an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import SQL, fn

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, constant, given
from fsplug.store.schema.calls import Calls, Gaps
from fsplug.store.schema.outbox import Mails
from fsplug.store.schema.recordings import Deletions, Recordings

HOUR_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Hour:
    """The numbers of calls and recordings that began in the hour from epoch seconds `at`."""

    at: float
    calls: int
    recordings: int


@dataclass(frozen=True, slots=True)
class Cause:
    """The number of gaps with this cause, and the time of the last one (epoch seconds)."""

    code: str
    gaps: int
    last_at: float


@dataclass(frozen=True, slots=True)
class FailedMails:
    """Mails to one address that will not be sent: the code of what went wrong, their number, and when the last one was
    written (epoch seconds).
    """

    receiver: str
    code: str
    mails: int
    last_at: float


@dataclass(frozen=True, slots=True)
class Growth:
    """The bytes of recordings since a time, the first of them in epoch seconds, and the bytes of the earlier ones that
    people deleted since.
    """

    recorded: int
    first_at: float | None
    freed: int


@dataclass(frozen=True, slots=True)
class _Recorded:
    bytes: int
    first_at: float | None


@dataclass(frozen=True, slots=True)
class _State:
    state: str
    mails: int


_ALL = SQL("*")


def _in_an_hour(table: Any) -> Select[int]:
    return Select(
        int,
        lambda: table.select(fn.COUNT(_ALL).alias("rows")).where(
            (table.company == given.company) & (table.at >= given.since) & (table.at < given.until)
        ),
    )


_CALLS, _RECORDINGS = _in_an_hour(Calls), _in_an_hour(Recordings)
_DESTROYED = Deletions.select(SQL("1")).where(
    (Deletions.recording == Recordings.id) & Deletions.destroyed_at.is_null(False)
)
_BYTES = Select(
    int,
    lambda: Recordings.select(fn.COALESCE(fn.SUM(Recordings.bytes), 0).alias("bytes")).where(
        (Recordings.company == given.company) & (Recordings.at >= given.since) & ~fn.EXISTS(_DESTROYED)
    ),
)
_RECORDED = Select(
    _Recorded,
    lambda: Recordings.select(
        fn.COALESCE(fn.SUM(Recordings.bytes), 0).alias("bytes"), fn.MIN(Recordings.at).alias("first_at")
    ).where((Recordings.company == given.company) & (Recordings.at >= given.since) & ~fn.EXISTS(_DESTROYED)),
)
_FREED = Select(
    int,
    lambda: (
        Deletions.select(fn.COALESCE(fn.SUM(Recordings.bytes), 0).alias("bytes"))
        .join(Recordings, on=(Recordings.id == Deletions.recording))
        .where(
            (Deletions.company == given.company)
            & (Deletions.at >= given.since)
            & Deletions.destroyed_at.is_null(False)
            & (Recordings.at < given.since)
        )
    ),
)
_CAUSES = Select(
    Cause,
    lambda: (
        Gaps.select(Gaps.cause.alias("code"), fn.COUNT(_ALL).alias("gaps"), fn.MAX(Gaps.at).alias("last_at"))
        .where((Gaps.company == given.company) & (Gaps.at >= given.since))
        .group_by(Gaps.cause)
        .order_by(fn.COUNT(_ALL).desc(), Gaps.cause)
    ),
)
_STATES = Select(
    _State,
    lambda: (
        Mails.select(Mails.state, fn.COUNT(_ALL).alias("mails"))
        .where((Mails.company == given.company) & (Mails.at >= given.since))
        .group_by(Mails.state)
    ),
)
_CODE = fn.COALESCE(Mails.code, constant(""))
_FAILED = Select(
    FailedMails,
    lambda: (
        Mails.select(
            Mails.receiver, _CODE.alias("code"), fn.COUNT(_ALL).alias("mails"), fn.MAX(Mails.at).alias("last_at")
        )
        .where((Mails.company == given.company) & (Mails.at >= given.since) & (Mails.state == "failed"))
        .group_by(Mails.receiver, _CODE)
        .order_by(fn.MAX(Mails.at).desc(), Mails.receiver, _CODE)
        .limit(given.limit)
    ),
)


def hours(store: Store, domain: str, since: float, until: float) -> list[Hour]:
    """Calls and recordings of every hour of a day that begins and ends at these epoch seconds."""
    company = company_id(store, domain)
    begins = [since + HOUR_SECONDS * number for number in range(round((until - since) / HOUR_SECONDS))]
    with store.connection():
        return [_hour(store, company, at) for at in begins]


def recorded_bytes(store: Store, domain: str, since: float) -> int:
    """How many bytes the recordings since epoch seconds take in the archive."""
    return int(_BYTES.one(store, company=company_id(store, domain), since=since))


def growth(store: Store, domain: str, since: float) -> Growth:
    """How much the company's recordings grew since epoch seconds."""
    asked = {"company": company_id(store, domain), "since": since}
    recorded = _RECORDED.one(store, **asked)
    return Growth(int(recorded.bytes), recorded.first_at, int(_FREED.one(store, **asked)))


def gap_causes(store: Store, domain: str, since: float) -> list[Cause]:
    """Why there were gaps since epoch seconds, the most frequent cause first."""
    return _CAUSES.rows(store, company=company_id(store, domain), since=since)


def mail_states(store: Store, domain: str, since: float) -> Mapping[str, int]:
    """How many mails since epoch seconds are in each state."""
    return {one.state: one.mails for one in _STATES.rows(store, company=company_id(store, domain), since=since)}


def failed_mails(store: Store, domain: str, since: float, limit: int = 5) -> list[FailedMails]:
    """The mails since epoch seconds that will not be sent, by address and trouble; those that failed last are first."""
    return _FAILED.rows(store, company=company_id(store, domain), since=since, limit=limit)


def _hour(store: Store, company: str, at: float) -> Hour:
    hour = {"company": company, "since": at, "until": at + HOUR_SECONDS}
    return Hour(at, _CALLS.one(store, **hour), _RECORDINGS.one(store, **hour))
