"""Outages: times in which calls were missed, one for each company that missed calls."""

from collections.abc import Iterator
from dataclasses import dataclass

from peewee import SQL, fn

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.calls import Outages, WitnessedTalks

STOPPED, AWAY, FROZEN, STARVED = "stopped", "away", "frozen", "starved"
LINK_DOWN, STORE_AWAY = "link-down", "store-away"
# Of one that is starved, or has no store, calls may be missed, but it sees what the switch does.
_BLIND = frozenset({STOPPED, AWAY, FROZEN, LINK_DOWN})


@dataclass(frozen=True, slots=True)
class Outage:
    """The company's talks that were missed between `at` and `until` (epoch seconds; None while it lasts), and why."""

    id: str
    company: str
    switch: str
    cause: str
    at: float
    until: float | None
    talks: int

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this outage ends."""
        return (self.at, self.id)


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which calls of a switch may have been missed; `until_at` is None while it lasts."""

    id: str
    cause: str
    from_at: float
    until_at: float | None

    @property
    def is_blind(self) -> bool:
        """Whether nothing of what the switch did in this time was seen."""
        return self.cause in _BLIND


@dataclass(frozen=True, slots=True)
class _Missed:
    id: str
    switch: str
    cause: str
    from_at: float | None
    until_at: float | None
    first_at: float
    last_at: float
    talks: int


_MISSED = Select(
    _Missed,
    lambda: (
        WitnessedTalks.select(
            *columns(
                _Missed,
                Outages,
                first_at=fn.MIN(WitnessedTalks.at),
                last_at=fn.MAX(WitnessedTalks.until_at),
                talks=fn.COUNT(SQL("*")),
            )
        )
        .join(Outages, on=(Outages.id == WitnessedTalks.outage))
        .where((WitnessedTalks.company == given.company) & WitnessedTalks.outage.is_null(False))
        .group_by(Outages.id, Outages.switch, Outages.cause, Outages.from_at, Outages.until_at)
    ),
)
_SPANS = Select(
    Span,
    lambda: (
        Outages.select(*columns(Span, Outages))
        .where(
            (Outages.switch == given.switch)
            & (Outages.from_at <= given.until)
            & (Outages.until_at.is_null() | (Outages.until_at >= given.since))
        )
        .order_by(Outages.from_at, Outages.id)
    ),
)
_OPEN = Select(
    Span,
    lambda: Outages.select(*columns(Span, Outages)).where(
        (Outages.switch == given.switch) & Outages.from_at.is_null(False) & Outages.until_at.is_null()
    ),
)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Outage]:
    """The company's outages, newest first. An outage is wanted if it lies wholly or partly in the time asked for."""
    found = sorted(_of(store, domain), key=lambda one: one.cursor, reverse=True)
    fitting = (one for one in found if _is_wanted(one, wanted) and (before is None or one.cursor < before))
    return [one for one, _ in zip(fitting, range(limit), strict=False)]


def spans(store: Store, switch: str, since: float, until: float) -> list[Span]:
    """The times in which calls of this switch may have been missed, as far as they touch these epoch seconds."""
    return _SPANS.rows(store, switch=switch, since=since, until=until)


def open_spans(store: Store, switch: str) -> list[Span]:
    """Those of this switch that are not over, as far as the store knows."""
    return _OPEN.rows(store, switch=switch)


def _of(store: Store, domain: str) -> Iterator[Outage]:
    for one in _MISSED.rows(store, company=company_id(store, domain)):
        at, until = one.from_at, one.until_at
        if at is None:
            at, until = one.first_at, one.last_at
        yield Outage(one.id, domain, one.switch, one.cause, at, until, one.talks)


def _is_wanted(outage: Outage, wanted: Wanted) -> bool:
    ended_before = wanted.since is not None and outage.until is not None and outage.until < wanted.since
    began_after = wanted.until is not None and outage.at >= wanted.until
    return not (ended_before or began_after)
