"""What somebody has open in the console, and how it ends when they become somebody else to it."""

from fsplug.store.accounts import known_browsers, sessions, tokens
from fsplug.store.accounts.tokens import Secret
from fsplug.store.config.nouns import Change
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store

_ENDS_IT = ("role", "admin", "email")


def follow(store: Store, domain: str, change: Change, by: str, keeps_invitation: bool) -> None:
    """End sessions, links and known browsers if the change gives the user another role, admin scope or address.

    `keeps_invitation`: a link that still has to be answered stays good, for it went to the address that stays.
    """
    before, after, username = change.before, change.after, change.key.username
    if all(getattr(before, name) == getattr(after, name) for name in _ENDS_IT):
        return
    whose = Secret(company_id(store, domain), username)
    sessions.end_all(store, domain, username, by)
    tokens.void(store, tokens.TokenKind.SIGN_IN, whose)
    if not keeps_invitation:
        tokens.void(store, tokens.TokenKind.PASSWORD, whose)
    known_browsers.forget_all(store, whose.company, username)
