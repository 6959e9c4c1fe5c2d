"""Ring groups and their members."""

from dataclasses import dataclass
from typing import Any

from fsplug.store.config.destinations import Target, target
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.history import holds, is_current
from fsplug.store.schema.routes import GroupMembers, RingGroups

# The two columns of `overflow` are a target.
RING_GROUP = Noun("group", RingGroups)
MEMBER = Noun("group member", GroupMembers)


@dataclass(frozen=True, slots=True)
class RingGroup:
    """A number answered by members (usernames, in ringing order); `overflow` takes who waited `ring_seconds`."""

    number: str
    name: str
    strategy: str
    ring_seconds: int
    members: tuple[str, ...]
    overflow: Target | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    number: str
    name: str
    strategy: str
    ring_seconds: int
    overflow_kind: str | None
    overflow_to: str | None


@dataclass(frozen=True, slots=True)
class _Named:
    number: str
    name: str


def _groups_at() -> Any:
    which = (RingGroups.company == given.company) & holds(RingGroups, given.version)
    return RingGroups.select(*columns(_Group, RingGroups)).where(which).order_by(RingGroups.number)


def _members() -> Any:
    which = (GroupMembers.company == given.company) & (GroupMembers.group == given.group)
    members = GroupMembers.select(GroupMembers.username).where(which & holds(GroupMembers, given.version))
    return members.order_by(GroupMembers.position)


_GROUPS = Select(_Group, _groups_at)
_GROUP = Select(_Group, lambda: _groups_at().where(RingGroups.number == given.number))
_MEMBERS = Select(str, _members)
_NAMED = Select(
    _Named,
    lambda: (
        RingGroups.select(RingGroups.number, RingGroups.name)
        .where((RingGroups.company == given.company) & is_current(RingGroups))
        .order_by(RingGroups.number)
    ),
)


def group_at(store: Store, domain: str, number: str, version: int) -> RingGroup | None:
    """The ring group with this number as of a policy version, or None."""
    company = company_id(store, domain)
    found = _GROUP.row(store, company=company, version=version, number=number)
    return None if found is None else _with_members(store, company, found, version)


def groups(store: Store, domain: str, version: int) -> list[RingGroup]:
    """Every ring group of a policy version, by number."""
    company = company_id(store, domain)
    found = _GROUPS.rows(store, company=company, version=version)
    return [_with_members(store, company, group, version) for group in found]


def names(store: Store, domain: str) -> dict[str, str]:
    """The name of every ring group there is now, by number."""
    return {group.number: group.name for group in _NAMED.rows(store, company=company_id(store, domain))}


def _with_members(store: Store, company: str, group: _Group, version: int) -> RingGroup:
    members = tuple(_MEMBERS.rows(store, company=company, version=version, group=group.number))
    overflow = target(group.overflow_kind, group.overflow_to)
    return RingGroup(group.number, group.name, group.strategy, group.ring_seconds, members, overflow)
