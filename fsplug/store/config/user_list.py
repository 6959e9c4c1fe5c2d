"""The users of a company for lists: found by name, a page at a time, each with numbers, grants and groups."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from peewee import SQL, fn

from fsplug.policy.entities import AdminScope, Licence, Right, Role
from fsplug.store.config import entitlements, policies
from fsplug.store.config.entitlements import Held
from fsplug.store.config.finding import meant
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each, rows
from fsplug.store.schema.history import is_current
from fsplug.store.schema.routes import GroupMembers, RingGroups
from fsplug.store.schema.users import LicenceGrants, Users

# What the list is sorted by of the last user on the page before, and their username.
Place = tuple[str, str]


class Sort(StrEnum):
    """What a list of users is sorted by; where that is the same, by username."""

    NAME = "name"
    EXTENSION = "extension"
    DEPARTMENT = "department"


_SORTED_BY: Mapping[Sort, Any] = {
    Sort.NAME: Users.name,
    Sort.EXTENSION: Users.extension,
    Sort.DEPARTMENT: fn.COALESCE(Users.department, ""),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A user as of now. `groups` are the names of the ring groups they are in; `profiles` say who allows listen-in."""

    username: str
    extension: str
    name: str
    email: str
    department: str | None
    records: bool
    role: Role
    admin: AdminScope
    groups: tuple[str, ...] = ()
    licences: frozenset[Licence] = frozenset()
    rights: frozenset[Right] = frozenset()
    profiles: Mapping[str, bool] = field(default_factory=dict)
    active: str | None = None

    @property
    def called(self) -> str:
        """The name, else the username."""
        return self.name or self.username

    def place(self, sort: Sort = Sort.NAME) -> Place:
        """The cursor of a page that ends with this user."""
        sorted_by = {Sort.NAME: self.name, Sort.EXTENSION: self.extension, Sort.DEPARTMENT: self.department or ""}
        return (sorted_by[sort], self.username)


@dataclass(frozen=True, slots=True)
class UserFilter:
    """The people a list holds; None for no limit. `text`: see `fsplug.store.config.finding`."""

    text: str = ""
    department: str | None = None
    group: str | None = None
    role: Role | None = None
    licence: Licence | None = None
    departments: frozenset[str] | None = None
    sort: Sort = Sort.NAME


EVERYBODY = UserFilter()


@dataclass(frozen=True, slots=True)
class _User:
    username: str
    extension: str
    name: str
    email: str
    department: str | None
    record: bool
    role: Role
    admin: AdminScope


@dataclass(frozen=True, slots=True)
class _Member:
    username: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class _Named:
    username: str
    name: str


def _memberships() -> Any:
    is_its = (RingGroups.company == GroupMembers.company) & (RingGroups.number == GroupMembers.group)
    which = (GroupMembers.company == given.company) & GroupMembers.username.in_(given_each.usernames)
    return (
        GroupMembers.select(GroupMembers.username, RingGroups.name, RingGroups.number)
        .join(RingGroups, on=is_its & is_current(RingGroups))
        .where(which & is_current(GroupMembers))
        .order_by(RingGroups.name, RingGroups.number)
    )


_MEMBERSHIPS = Select(_Member, _memberships)
_NAMES = Select(
    _Named,
    lambda: Users.select(Users.username, Users.name).where(
        (Users.company == given.company) & is_current(Users) & Users.username.in_(given_each.usernames)
    ),
)


def listed(
    store: Store, domain: str, wanted: UserFilter = EVERYBODY, limit: int = 50, after: Place | None = None
) -> list[Person]:
    """The people who match, sorted as they want."""
    which, column = _matching(store, domain, wanted), _SORTED_BY[wanted.sort]
    if after is not None:
        value, username = after
        which &= (column > value) | ((column == value) & (Users.username > username))
    query = Users.select(*columns(_User, Users)).where(which).order_by(column, Users.username).limit(limit)
    return _people(store, domain, rows(store, _User, query))


def count(store: Store, domain: str, wanted: UserFilter = EVERYBODY) -> int:
    """How many people match."""
    which = _matching(store, domain, wanted)
    [number] = rows(store, int, Users.select(fn.COUNT(SQL("*")).alias("number")).where(which))
    return number


def of(store: Store, domain: str, usernames: Iterable[str], departments: frozenset[str] | None = None) -> list[Person]:
    """The users with these usernames, sorted by name. Unknown usernames are left out, and so are users of other
    departments if `departments` is given.
    """
    found: list[_User] = []
    which = _matching(store, domain, UserFilter(departments=departments))
    for some in in_batches(dict.fromkeys(usernames)):
        query = Users.select(*columns(_User, Users)).where(which & Users.username.in_(some))
        found += rows(store, _User, query)
    return sorted(_people(store, domain, found), key=Person.place)


def sort_of(text: str) -> Sort:
    """What a list is to be sorted by; by name where the text says nothing that there is."""
    return Sort(text) if text in set(Sort) else Sort.NAME


def called(store: Store, domain: str, text: str) -> frozenset[str]:
    """The usernames of all who are meant by the text; see `fsplug.store.config.finding`."""
    query = Users.select(Users.username).where(_matching(store, domain, UserFilter(text)))
    return frozenset(rows(store, str, query))


def names(store: Store, domain: str, usernames: Iterable[str]) -> dict[str, str]:
    """The names of these users, by username."""
    found: dict[str, str] = {}
    for some in in_batches(dict.fromkeys(usernames)):
        users = _NAMES.rows(store, company=company_id(store, domain), usernames=some)
        found |= {user.username: user.name or user.username for user in users}
    return found


def _people(store: Store, domain: str, users: list[_User]) -> list[Person]:
    usernames = [user.username for user in users]
    held = entitlements.held(store, domain, usernames, policies.current_version(store, domain))
    groups = _groups(store, domain, usernames)
    return [_person(user, held[user.username], groups.get(user.username, ())) for user in users]


def _person(user: _User, held: Held, groups: tuple[str, ...]) -> Person:
    return Person(
        user.username,
        user.extension,
        user.name,
        user.email,
        user.department,
        user.record,
        user.role,
        user.admin,
        groups,
        frozenset(held.licences),
        frozenset(held.rights),
        dict(held.profiles),
        active=held.active,
    )


def _groups(store: Store, domain: str, usernames: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for some in in_batches(usernames):
        for one in _MEMBERSHIPS.rows(store, company=company_id(store, domain), usernames=some):
            found[one.username] = (*found.get(one.username, ()), one.name or one.number)
    return found


def _matching(store: Store, domain: str, wanted: UserFilter) -> Any:
    company = company_id(store, domain)
    which: Any = (Users.company == company) & is_current(Users)
    if wanted.text.strip():
        which &= meant(store, domain, wanted.text)
    if wanted.department is not None:
        which &= Users.department == wanted.department
    if wanted.role is not None:
        which &= Users.role == str(wanted.role)
    if wanted.group is not None:
        which &= Users.username.in_(_holding(GroupMembers, company, GroupMembers.group == wanted.group))
    if wanted.licence is not None:
        which &= Users.username.in_(_holding(LicenceGrants, company, LicenceGrants.licence == str(wanted.licence)))
    if wanted.departments is not None:
        which &= Users.department.in_(sorted(wanted.departments))
    return which


def _holding(table: Any, company: str, what: Any) -> Any:
    """The usernames of the users with a current row in the table that meets the condition."""
    return table.select(table.username).where((table.company == company) & what & is_current(table))
