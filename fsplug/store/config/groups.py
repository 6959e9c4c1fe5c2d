"""Ring groups and their members."""

from dataclasses import dataclass
from typing import NamedTuple

from fsplug.store.config.destinations import Target, target
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Store


class GroupKey(NamedTuple):
    """A ring group by its number."""

    number: str


class GroupRow(NamedTuple):
    """See `RingGroup`; the two columns of `overflow` are a target."""

    name: str
    strategy: str
    ring_seconds: int
    overflow_kind: str | None
    overflow_to: str | None


class MemberKey(NamedTuple):
    """Who is a member of which ring group."""

    grp: str
    username: str


class MemberRow(NamedTuple):
    """The place in ringing order."""

    position: int


RING_GROUP = Noun("group", "ring_group", GroupKey, GroupRow)
MEMBER = Noun("group member", "group_member", MemberKey, MemberRow)

_GROUP = f"""SELECT g.number, g.name, g.strategy, g.ring_seconds, g.overflow_kind, g.overflow_to FROM ring_group g
    WHERE g.company = ? AND {HOLDS.format("g")}"""
_MEMBERS = f"""SELECT m.username FROM group_member m
    WHERE m.company = ? AND m.grp = ? AND {HOLDS.format("m")} ORDER BY m.position"""


@dataclass(frozen=True, slots=True)
class RingGroup:
    """A number answered by members (usernames, in ringing order); `overflow` takes who waited `ring_seconds`."""

    number: str
    name: str
    strategy: str
    ring_seconds: int
    members: tuple[str, ...]
    overflow: Target | None = None


def group_at(store: Store, domain: str, number: str, version: int) -> RingGroup | None:
    """The ring group with this number as of a policy version, or None."""
    company = company_id(store, domain)
    found = store.row(f"{_GROUP} AND g.number = ?", company, version, version, number)
    if found is None:
        return None
    members = store.rows(_MEMBERS, company, number, version, version)
    _, name, strategy, ring_seconds, *overflow = found
    usernames = tuple(username for (username,) in members)
    return RingGroup(number, name, strategy, ring_seconds, usernames, target(tuple(overflow)))


def groups(store: Store, domain: str, version: int) -> list[RingGroup]:
    """Every ring group of a policy version, by number."""
    found = store.rows(f"{_GROUP} ORDER BY g.number", company_id(store, domain), version, version)
    named = (group_at(store, domain, number, version) for number, *_ in found)
    return [group for group in named if group is not None]


def names(store: Store, domain: str) -> dict[str, str]:
    """The name of every ring group there is now, by number."""
    sql = "SELECT number, name FROM ring_group WHERE company = ? AND until IS NULL ORDER BY number"
    return dict(store.rows(sql, company_id(store, domain)))  # type: ignore[arg-type]
