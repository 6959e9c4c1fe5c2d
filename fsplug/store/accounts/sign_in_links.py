"""Links that sign somebody in once, made by an operator on the machine: for the demo, and for places without mail."""

from fsplug.policy.access.scopes import logged_name
from fsplug.store.accounts import accounts, sessions, tokens
from fsplug.store.accounts.accounts import Account
from fsplug.store.audit import trail
from fsplug.store.db.database import Store

LINK_SECONDS = 600.0


def make(store: Store, domain: str, username: str, by: str) -> str:
    """The token of a link that works once, within `LINK_SECONDS`; it replaces password and one-time code.

    Invalid("no-account") if the user has no account.
    """
    account, token = accounts.get(store, domain, username), tokens.new_token()
    with store.atomic():
        tokens.make(store, tokens.TokenKind.SIGN_IN, accounts.secret_of(store, domain, username), token, LINK_SECONDS)
        trail.add(store, domain, by, "sign-in-link", account.username, [account.username])
    return token


def account_of(store: Store, token: str) -> Account:
    """The account that a token signs in; Refused("link-not-good") if the token is no longer valid.

    Asking does not use it up.
    """
    return accounts.of_secret(store, tokens.look(store, tokens.TokenKind.SIGN_IN, token))


def use(store: Store, token: str, address: str, agent: str) -> str:
    """Sign the link's user in; returns the token for the browser's cookie.

    Refused("link-not-good") if the link is no longer valid.
    """
    with store.atomic():
        account = accounts.of_secret(store, tokens.use(store, tokens.TokenKind.SIGN_IN, token))
        by = logged_name(account.username, account.company)
        facts = {"address": address, "link": True}
        trail.add(store, account.company, by, "sign-in", account.username, [account.username], **facts)
        return sessions.begin(store, account.company, account.username, address, agent)
