"""What a right, a licence or a role will reach: the address, phones and numbers of who gets it, who set them, and when.

An admin of less power may have set them long before, in the hope of the grant. Only what was there before the change is
listed: what the change itself sets, its author knows.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.audit import wording
from fsplug.store.audit.wording import Grant
from fsplug.store.config import users
from fsplug.store.config.devices import DEVICE
from fsplug.store.config.nouns import Change, Noun
from fsplug.store.config.users import USER_NUMBER
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.companies import PolicyVersions
from fsplug.store.schema.users import Devices, UserNumbers, Users

_NOTHING = (None, str(Role.NONE), str(AdminScope.NONE))


class ReachedKind(StrEnum):
    """What kind of thing is reached."""

    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Reached:
    """One thing: by whom it was set, and when (epoch seconds).

    `by_granter` is whether who set it could have granted too; a number that is not `verified` counts for nothing.
    """

    kind: ReachedKind
    name: str
    set_by: str
    set_at: float
    by_granter: bool
    verified: bool = True

    @property
    def is_doubtful(self) -> bool:
        """Whether to look twice."""
        return not (self.by_granter and self.verified)


@dataclass(frozen=True, slots=True)
class Grantee:
    """A user who gets `grants`, each in words such as "right listen-in", and what these will reach."""

    domain: str
    username: str
    grants: tuple[str, ...]
    things: tuple[Reached, ...]


def grantees(store: Store, domain: str, changes: Sequence[Change]) -> list[Grantee]:
    """Every user of the company who gets something in these changes and has an address, a phone or a number already.

    `changes` are made from what the store has now.
    """
    granted: dict[str, list[Grant]] = {}
    for grant in (one for change in changes for one in wording.grants(change)):
        if grant.after not in _NOTHING:
            granted.setdefault(grant.username, []).append(grant)
    new = {one.key.username for one in changes if one.noun is users.USER and one.before is None}
    usernames = [one for one in granted if one not in new]
    if not usernames:
        return []
    reading = _Reading(store, domain, usernames, changes)
    found = (
        Grantee(domain, username, _said(granted[username]), tuple(reading.things(username))) for username in usernames
    )
    return [one for one in found if one.things]


def seen(found: Iterable[Grantee]) -> str:
    """A word that is another as soon as anything in the list is."""
    return hashlib.sha256(repr(list(found)).encode()).hexdigest()


def _said(grants: Iterable[Grant]) -> tuple[str, ...]:
    return tuple(f"{grant.what} {grant.after}" for grant in grants)


@dataclass(frozen=True, slots=True)
class _Email:
    username: str
    email: str
    role: str
    admin: str
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class _Phone:
    username: str
    name: str
    kind: str
    number: str | None
    sip_username: str | None
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class _Number:
    username: str
    number: str
    kind: str
    verified: bool
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class _Version:
    version: int
    at: float
    author: str


def _of_users(table: Any, shape: Any) -> Any:
    its = (table.company == given.company) & table.username.in_(given_each.usernames)
    return table.select(*columns(shape, table)).where(its).order_by(table.since)


_EMAILS = Select(_Email, lambda: _of_users(Users, _Email))
_PHONES = Select(_Phone, lambda: _of_users(Devices, _Phone))
_NUMBERS = Select(_Number, lambda: _of_users(UserNumbers, _Number))
_VERSIONS = Select(
    _Version,
    lambda: PolicyVersions.select(*columns(_Version, PolicyVersions)).where(
        (PolicyVersions.company == given.company) & PolicyVersions.version.in_(given_each.versions)
    ),
)
_Row = _Email | _Phone | _Number
# What of a row must stay the same, for it to be the same thing.
_SAME: dict[type, Callable[[Any], object]] = {
    _Email: lambda row: row.email,
    _Phone: lambda row: (row.name, row.kind, row.number, row.sip_username),
    _Number: lambda row: (row.number, row.kind),
}


class _Reading:
    def __init__(self, store: Store, domain: str, usernames: Sequence[str], changes: Sequence[Change]) -> None:
        self._store = store
        self._domain = domain
        self._company = company_id(store, domain)
        self._replaced = {(one.noun, one.key) for one in changes if one.noun in (DEVICE, USER_NUMBER)}
        self._moved = {
            one.key.username
            for one in changes
            if one.noun is users.USER and one.before and one.after and one.before.email != one.after.email
        }
        self._rows: dict[str, list[_Row]] = {username: [] for username in usernames}
        for statement in (_EMAILS, _PHONES, _NUMBERS):
            for some in in_batches(usernames):
                for row in statement.rows(store, company=self._company, usernames=some):
                    self._rows[row.username].append(row)

    def things(self, username: str) -> Iterator[Reached]:
        """What the user has and keeps."""
        for row in self._rows[username]:
            if row.until is None and not self._is_replaced(row):
                since = self._set_in(row)
                version = self._versions[since]
                by, at = version.author, version.at
                yield Reached(*_named(row), by, at, self._may_grant(by, since), getattr(row, "verified", True))

    def _is_replaced(self, row: _Row) -> bool:
        if isinstance(row, _Email):
            return not row.email or row.username in self._moved
        noun: Noun = DEVICE if isinstance(row, _Phone) else USER_NUMBER
        key = noun.key_type(row.username, row.name) if isinstance(row, _Phone) else noun.key_type(row.number)
        return (noun, key) in self._replaced

    def _set_in(self, row: _Row) -> int:
        """The version since which it is the same, however often its row has changed for something else."""
        same = _SAME[type(row)]
        since = row.since
        for earlier in reversed([one for one in self._rows[row.username] if type(one) is type(row)]):
            if earlier.until == since and same(earlier) == same(row):
                since = earlier.since
        return since

    @cached_property
    def _versions(self) -> dict[int, _Version]:
        wanted = {row.since for rows in self._rows.values() for row in rows}
        found = (
            one
            for some in in_batches(wanted)
            for one in _VERSIONS.rows(self._store, company=self._company, versions=some)
        )
        return {one.version: one for one in found}

    def _may_grant(self, author: str, version: int) -> bool:
        """Whether the author of this version could grant when they made it."""
        username, at, domain = author.rpartition("@")
        if not at:
            return True
        if domain != self._domain:
            return False
        if username not in self._authors:
            self._authors[username] = _EMAILS.rows(self._store, company=self._company, usernames=[username])
        then = (
            Actor(username, AdminScope(one.admin), Role(one.role), domain)
            for one in self._authors[username]
            if one.since < version and (one.until is None or one.until >= version)
        )
        return any(one.may_grant for one in then)

    @cached_property
    def _authors(self) -> dict[str, list[_Email]]:
        return {}


def _named(row: _Row) -> tuple[ReachedKind, str]:
    if isinstance(row, _Email):
        return ReachedKind.EMAIL, row.email
    if isinstance(row, _Phone):
        return ReachedKind.PHONE, f"{row.name} ({row.number or row.sip_username})"
    return ReachedKind.NUMBER, row.number
