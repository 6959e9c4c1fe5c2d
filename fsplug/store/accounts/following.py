"""Console accounts follow the users: made, moved and removed with the role."""

from collections.abc import Collection, Mapping

from fsplug.policy.addresses import same
from fsplug.policy.entities import Role
from fsplug.store.accounts import accounts, factors, known_browsers, open_access, saved_filters, sessions, tokens
from fsplug.store.accounts.accounts import BOTH_MAILS
from fsplug.store.accounts.tokens import Secret
from fsplug.store.config import users
from fsplug.store.config.nouns import Change, Row
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Write, given, insert
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.accounts import ConsoleAccounts

_IS_THEIRS = (ConsoleAccounts.company == given.company) & (ConsoleAccounts.username == given.username)
_MAKE = Write(lambda: insert(ConsoleAccounts, "company username address made_at"))
_MOVE = Write(lambda: ConsoleAccounts.update({ConsoleAccounts.address: given.address}).where(_IS_THEIRS))
_END = Write(lambda: ConsoleAccounts.delete().where(_IS_THEIRS))


def follow(store: Store, domain: str, changes: Collection[Change], by: str) -> None:
    """Make, change and remove accounts as these changes of users require, in the caller's transaction. A new account
    gets two mails: the user ID, and a link to set a password. A new address gets the first mail, and also the second if
    there is no password yet. Another role, admin scope or address ends every session and every open link. Second
    factors and saved filters stay until the user is removed.
    """
    for change in changes:
        if change.noun is users.USER and change.after is None:
            factors.forget(store, company_id(store, domain), change.key.username)
            saved_filters.forget(store, company_id(store, domain), change.key.username)
    ours = [
        (change.key.username, _address(change.before), _address(change.after))
        for change in changes
        if change.noun is users.USER
    ]
    for username, before, after in ours:
        if before is not None and after is None:
            _end(store, domain, username, by)
    stay = [(username, before, after) for username, before, after in ours if before is not None and after is not None]
    _move(store, domain, {username: after for username, before, after in stay if before != after})
    staying = {username for username, _, _ in stay}
    for change in changes:
        if change.noun is users.USER and change.key.username in staying:
            was_invited = accounts.get(store, domain, change.key.username).password_at is None
            open_access.follow(store, domain, change, by, keeps_invitation=was_invited)
    for username, before, after in ours:
        if before is None and after is not None:
            _make(store, domain, username, after)


def _address(row: Row | None) -> str | None:
    """The e-mail address that the user signs in with; None without a role."""
    return row.email if row is not None and row.role != Role.NONE else None


def _make(store: Store, domain: str, username: str, email: str) -> None:
    row = {"company": company_id(store, domain), "username": username, "address": same(email)}
    _MAKE.run(store, made_at=store.now(), **row)
    accounts.send_welcome(store, domain, username, email)


def _move(store: Store, domain: str, moved: Mapping[str, str]) -> None:
    company = company_id(store, domain)
    # First release the old addresses: two users may have exchanged theirs.
    away = ({"address": f"?{username}", "company": company, "username": username} for username in moved)
    _MOVE.run_many(store, away)
    for username, email in moved.items():
        _MOVE.run(store, address=same(email), company=company, username=username)
        tokens.void(store, tokens.TokenKind.PASSWORD, Secret(company, username))
        kinds = (MailKind.USER_ID,) if accounts.get(store, domain, username).password_at is not None else BOTH_MAILS
        accounts.send_welcome(store, domain, username, email, kinds)


def _end(store: Store, domain: str, username: str, by: str) -> None:
    company = company_id(store, domain)
    sessions.end_all(store, domain, username, by)
    accounts.void_links(store, Secret(company, username))
    known_browsers.forget_all(store, company, username)
    _END.run(store, company=company, username=username)
