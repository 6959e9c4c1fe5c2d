"""Whom somebody has lately made, raised, given another address or invited: no witness to what that person asks for."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from fsplug.policy.access import waiting as waits
from fsplug.policy.access.scopes import logged_name
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given, given_each
from fsplug.store.schema.audit import AuditAbout, AuditEntries
from fsplug.store.schema.companies import PolicyVersions
from fsplug.store.schema.history import began_with
from fsplug.store.schema.users import RightGrants, Users


@dataclass(frozen=True, slots=True)
class _Said:
    username: str
    role: str
    admin: str
    email: str
    since: int
    until: int | None
    author: str
    at: float

    def follows(self, before: "_Said | None") -> bool:
        """Whether the user is the same, with the same account, as the row before."""
        if before is None or before.username != self.username or before.until != self.since:
            return False
        return (before.role, before.admin, before.email) == (self.role, self.admin, self.email)


@dataclass(frozen=True, slots=True)
class _Made:
    username: str
    author: str


def _begun(table: Any, *which: Any) -> Any:
    return table.select(*which).join(PolicyVersions, on=began_with(table))


def _theirs(table: Any) -> Any:
    return (table.company == given.company) & table.username.in_(given_each.usernames)


_IS_LATE = PolicyVersions.at > given.after
_SAID = Select(
    _Said,
    lambda: (
        _begun(Users, *columns(_Said, Users, author=PolicyVersions.author, at=PolicyVersions.at))
        .where(_theirs(Users))
        .order_by(Users.username, Users.since)
    ),
)
_GRANTED = Select(
    _Made,
    lambda: _begun(RightGrants, *columns(_Made, RightGrants, author=PolicyVersions.author)).where(
        _theirs(RightGrants), _IS_LATE
    ),
)
# What somebody does to another person's account that the trail alone knows of.
_ACTS = ("invite", "password-reset", "password-set", "sign-in-link", "totp-off", "passkey-remove")
_DONE_TO = Select(
    _Made,
    lambda: (
        AuditEntries.select(*columns(_Made, AuditAbout, author=AuditEntries.actor))
        .join(AuditAbout, on=(AuditAbout.company == AuditEntries.company) & (AuditAbout.number == AuditEntries.number))
        .where(
            _theirs(AuditAbout),
            AuditEntries.act.in_([constant(act) for act in _ACTS]) & (AuditEntries.at > given.after),
        )
    ),
)


def tied(store: Store, domain: str, maker: str, usernames: Collection[str], asked_at: float) -> set[str]:
    """Those of these users who are no second person to `maker` (a logged name): one of the two has added the other,
    changed the other's role, admin scope, address, rights or second factor, or sent the other an invitation or a new
    password, within the longest wait before `asked_at` (epoch seconds) or since.
    """
    asker = maker.rpartition("@")[0]
    made = _made(store, domain, {*usernames, asker}, asked_at - waits.LONGEST_SECONDS)
    by_maker = {one.username for one in made if one.author == maker}
    makers = {one.author for one in made if one.username == asker}
    return {one for one in usernames if one in by_maker or logged_name(one, domain) in makers}


def _made(store: Store, domain: str, usernames: Collection[str], after: float) -> list[_Made]:
    found = list[_Made]()
    for some in in_batches(usernames):
        which = {"company": company_id(store, domain), "usernames": some}
        changed = _changed(_SAID.rows(store, **which))
        found += (_Made(one.username, one.author) for one in changed if one.at > after)
        found += _GRANTED.rows(store, **which, after=after)
        found += _DONE_TO.rows(store, **which, after=after)
    return found


def _changed(rows: list[_Said]) -> Iterator[_Said]:
    before: _Said | None = None
    for one in rows:
        if not one.follows(before):
            yield one
        before = one
