"""Numbers dialled from outside (DIDs) and where they lead."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fsplug.policy.hours import Opening, opening
from fsplug.store.config.destinations import Target, target
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Store


class NumberKey(NamedTuple):
    """A number by itself (E.164)."""

    number: str


class NumberRow(NamedTuple):
    """Where it leads: to one of user, group and IVR; the two columns of `closed` are a target."""

    username: str | None
    grp: str | None
    ivr: str | None
    closed_kind: str | None
    closed_to: str | None


class HoursKey(NamedTuple):
    """`days` is one day or a range of them, such as mon-fri; times are hh:mm in the company's time zone."""

    number: str
    days: str
    opens: str


class HoursRow(NamedTuple):
    """When they end."""

    closes: str


NUMBER = Noun("number", "number", NumberKey, NumberRow)
HOURS = Noun("opening hours", "number_hours", HoursKey, HoursRow)

_HOURS = f"""SELECT h.days, h.opens, h.closes FROM number_hours h
    WHERE h.company = ? AND h.number = ? AND {HOLDS.format("h")} ORDER BY h.days, h.opens"""


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


def route_at(store: Store, domain: str, e164: str, version: int) -> Route | None:
    """Where the number led at a policy version, or None if it was not the company's."""
    sql = f"""SELECT n.username, n.grp, n.ivr, n.closed_kind, n.closed_to FROM number n
        WHERE n.company = ? AND n.number = ? AND {HOLDS.format("n")}"""
    which = (company_id(store, domain), e164, version, version)
    found = store.row(sql, *which)
    if found is None:
        return None
    user, group, ivr, *closed = found
    texts = (f"{days} {opens}-{closes}" for days, opens, closes in store.rows(_HOURS, *which))
    hours = tuple(filter(None, map(opening, texts)))
    return Route(e164, user, group, ivr, target(tuple(closed)), hours)


def routes(store: Store, domain: str, version: int) -> Iterator[Route]:
    """Where every number of a policy version leads, by number."""
    sql = f"""SELECT n.number FROM number n WHERE n.company = ? AND {HOLDS.format("n")} ORDER BY n.number"""
    for (e164,) in store.rows(sql, company_id(store, domain), version, version):
        route = route_at(store, domain, e164, version)
        if route is not None:
            yield route


def owners(store: Store) -> list[tuple[str, str]]:
    """Every number of every company now, with the domain of its company, by number."""
    sql = """SELECT n.number, c.domain FROM number n JOIN company c ON c.id = n.company
        WHERE n.until IS NULL ORDER BY n.number"""
    return [(number, domain) for number, domain in store.rows(sql)]


def owner(store: Store, e164: str) -> str | None:
    """The domain of the company that has this number now, or None."""
    sql = "SELECT c.domain FROM number n JOIN company c ON c.id = n.company WHERE n.number = ? AND n.until IS NULL"
    found = store.row(sql, e164)
    return str(found[0]) if found else None
