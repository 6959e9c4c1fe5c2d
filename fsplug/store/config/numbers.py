"""Numbers dialled from outside (DIDs) and where they lead."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.policy.hours import Opening, opening
from fsplug.store.config.destinations import Target, target
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.history import holds, is_current
from fsplug.store.schema.routes import NumberHours, Numbers

# It leads to a user, a group or an IVR. The two columns of `closed` are a target.
NUMBER = Noun("number", Numbers)
# `days` is one day or a range of them, such as mon-fri; times are hh:mm in the company's time zone.
HOURS = Noun("opening hours", NumberHours)


@dataclass(frozen=True, slots=True)
class Route:
    """Where an E.164 number leads: to a user (username), a ring group or an IVR (its number), one of them.

    Outside its `hours` it leads to `closed`; without hours it is always open.
    """

    number: str
    user: str | None = None
    group: str | None = None
    ivr: str | None = None
    closed: Target | None = None
    hours: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberRow:
    """The columns of a number that say where it leads."""

    number: str
    username: str | None
    group: str | None
    ivr: str | None
    closed_kind: str | None
    closed_to: str | None


@dataclass(frozen=True, slots=True)
class _Hours:
    days: str
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class _Led:
    number: str
    username: str | None


@dataclass(frozen=True, slots=True)
class _Owned:
    number: str
    domain: str


def _numbers_at() -> Any:
    which = (Numbers.company == given.company) & holds(Numbers, given.version)
    return Numbers.select(*columns(NumberRow, Numbers)).where(which).order_by(Numbers.number)


def _hours() -> Any:
    which = (NumberHours.company == given.company) & (NumberHours.number == given.number)
    hours = NumberHours.select(*columns(_Hours, NumberHours)).where(which & holds(NumberHours, given.version))
    return hours.order_by(NumberHours.days, NumberHours.opens)


def _led() -> Any:
    which = (Numbers.company == given.company) & Numbers.number.in_(given_each.numbers) & is_current(Numbers)
    return Numbers.select(Numbers.number, Numbers.username).where(which)


def _owned() -> Any:
    owned = Numbers.select(Numbers.number, Companies.domain).join(Companies, on=(Companies.id == Numbers.company))
    return owned.where(is_current(Numbers)).order_by(Numbers.number)


_NUMBERS = Select(NumberRow, _numbers_at)
_NUMBER = Select(NumberRow, lambda: _numbers_at().where(Numbers.number == given.number))
_HOURS_OF = Select(_Hours, _hours)
_LED = Select(_Led, _led)
_OWNERS = Select(_Owned, _owned)
_OWNER = Select(_Owned, lambda: _owned().where(Numbers.number == given.number))


def route_at(store: Store, domain: str, e164: str, version: int) -> Route | None:
    """Where the number led at a policy version, or None if it was not the company's."""
    found = row_at(store, domain, e164, version)
    return None if found is None else _route(store, company_id(store, domain), found, version)


def row_at(store: Store, domain: str, e164: str, version: int) -> NumberRow | None:
    """The number's row at a policy version, or None if it was not the company's."""
    return _NUMBER.row(store, company=company_id(store, domain), version=version, number=e164)


def routes(store: Store, domain: str, version: int) -> Iterator[Route]:
    """Where every number of a policy version leads, by number."""
    company = company_id(store, domain)
    for found in _NUMBERS.rows(store, company=company, version=version):
        yield _route(store, company, found, version)


def answerers(store: Store, domain: str, e164s: Iterable[str]) -> Mapping[str, str]:
    """Who answers each of these numbers that is led somewhere now: a username, or "" where several people may."""
    company = company_id(store, domain)
    found = (one for some in in_batches(e164s) for one in _LED.rows(store, company=company, numbers=some))
    return {one.number: one.username or "" for one in found}


def owners(store: Store) -> list[tuple[str, str]]:
    """Every number of every company now, with the domain of its company, by number."""
    return [(one.number, one.domain) for one in _OWNERS.rows(store)]


def owner(store: Store, e164: str) -> str | None:
    """The domain of the company that has this number now, or None."""
    found = _OWNER.row(store, number=e164)
    return found.domain if found else None


def _route(store: Store, company: str, found: NumberRow, version: int) -> Route:
    its = _HOURS_OF.rows(store, company=company, version=version, number=found.number)
    hours = tuple(filter(None, (opening(f"{one.days} {one.opens}-{one.closes}") for one in its)))
    closed = target(found.closed_kind, found.closed_to)
    return Route(found.number, found.username, found.group, found.ivr, closed, hours)
