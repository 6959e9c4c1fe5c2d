"""Who is notified of a change of a person: those it concerns, at their addresses from before the change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from fsplug.policy.access import waiting as waits
from fsplug.policy.access.scopes import logged_name
from fsplug.policy.addresses import normalised, same
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.accounts import accounts
from fsplug.store.change import planted, waiting_items
from fsplug.store.change.waiting_items import Held
from fsplug.store.config import companies, users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.companies import PolicyVersions
from fsplug.store.schema.history import ended_with, is_current
from fsplug.store.schema.users import Users

# An address that somebody had so long ago is notified too: it may have been changed to prepare for this.
_ADDRESS_SECONDS = 30 * waits.DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to tell, at one address."""

    username: str
    email: str


def _addresses() -> Any:
    return (
        Users.select(Users.username, Users.email)
        .join(PolicyVersions, JOIN.LEFT_OUTER, on=ended_with(Users))
        .where(
            (Users.company == given.company)
            & Users.username.in_(given_each.usernames)
            & (is_current(Users) | (PolicyVersions.at > given.since))
        )
        .distinct()
    )


def _with(column: Any, value: str) -> Any:
    which = (Users.company == given.company) & is_current(Users) & (column == value)
    return Users.select(Users.username, Users.email).where(which).order_by(Users.username)


_IS_NOW = (Users.company == given.company) & Users.username.in_(given_each.usernames) & is_current(Users)
_ADDRESSES = Select(Receiver, _addresses)
_NOW = Select(Receiver, lambda: Users.select(Users.username, Users.email).where(_IS_NOW).order_by(Users.username))
_SUPERUSERS = Select(Receiver, lambda: _with(Users.role, Role.SUPERUSER))
_ADMINS = Select(Receiver, lambda: _with(Users.admin, AdminScope.COMPANY_ADMIN))


def concerned(store: Store, domain: str, held: Held) -> list[Receiver]:
    """Whom a waiting change concerns: the user, whose phone it was, and all superusers if it lets somebody hear, or is
    of somebody who hears others.
    """
    found = addresses(store, domain, [held.username, *held.also])
    if held.of_hearer or any(waiting_items.hears(item) for item in held.items):
        found += superusers(store, domain)
    return list(_once(found))


def disappointed(store: Store, domain: str, held: Held, by: str, asked_at: float) -> list[Receiver]:
    """Who is notified that a waiting change is not made: those it concerns, and who asked for it (a logged name) then.

    Of a company that is removed nobody is notified: no mail can be written in its name.
    """
    if not companies.exists(store, domain):
        return []
    username, _, _ = by.rpartition("@")
    asker = now_at(store, domain, [username]) if users.tenure(store, domain, username).at <= asked_at else ()
    return list(_once([*asker, *concerned(store, domain, held)]))


def addresses(store: Store, domain: str, usernames: Iterable[str]) -> list[Receiver]:
    """The addresses that these users have, and had in the last month."""
    found: list[Receiver] = []
    since = store.now() - _ADDRESS_SECONDS
    for some in in_batches(usernames):
        found += _ADDRESSES.rows(store, company=company_id(store, domain), usernames=some, since=since)
    return list(_once(found))


def now_at(store: Store, domain: str, usernames: Iterable[str]) -> Iterator[Receiver]:
    """The addresses of these users as of now; without those of whom there is none that mail can be sent to."""
    for some in in_batches(usernames):
        found = _NOW.rows(store, company=company_id(store, domain), usernames=some)
        yield from (one for one in found if normalised(one.email) is not None)


def superusers(store: Store, domain: str) -> list[Receiver]:
    """The superusers as of now."""
    return list(_once(_SUPERUSERS.rows(store, company=company_id(store, domain))))


def administrators(store: Store, domain: str) -> list[Receiver]:
    """The company-admins as of now."""
    return list(_once(_ADMINS.rows(store, company=company_id(store, domain))))


def confirmers(store: Store, domain: str, username: str, by: str, besides: Iterable[Receiver]) -> list[Receiver]:
    """The administrators who may be the second person, but for those who are notified already."""
    known = {one.username for one in besides} | {username}
    others = [one for one in administrators(store, domain) if one.username not in known]
    return _without_tied(store, domain, others, by)


def has_witness(store: Store, domain: str, held: Held, receivers: Iterable[Receiver], by: str) -> bool:
    """Whether somebody is notified who would object: not the person who asks for it or somebody whom they have made so
    (`planted`), nor the one who gains a right.
    """
    by_right = any(map(waiting_items.is_right, held.items))
    allowed = {one.username for one in superusers(store, domain)} - {held.username} if by_right else None
    found = [one for one in receivers if allowed is None or one.username in allowed]
    return bool(_without_tied(store, domain, found, by))


def send(store: Store, domain: str, kind: MailKind, change: str, receivers: Iterable[Receiver]) -> None:
    """Queue the mail about this change to each, in their language."""
    for one in receivers:
        language = accounts.language(store, domain, one.username)
        mails.queue(store, domain, kind, f"{change}:{one.username}", one.email, language)


def _without_tied(store: Store, domain: str, found: list[Receiver], by: str) -> list[Receiver]:
    """These without `by`, and without whom is as good as `by` (`planted`)."""
    theirs = planted.tied(store, domain, by, [one.username for one in found], store.now())
    return [one for one in found if one.username not in theirs and logged_name(one.username, domain) != by]


def _once(found: Iterable[Receiver]) -> Iterator[Receiver]:
    """Each address once, without those that no mail can be sent to."""
    seen = set[str]()
    for one in found:
        if normalised(one.email) is not None and same(one.email) not in seen:
            seen.add(same(one.email))
            yield one
