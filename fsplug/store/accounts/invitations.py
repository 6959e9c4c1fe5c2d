"""The state of the mails that invite people to their accounts."""

from collections.abc import Collection

from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import Mail, MailKind

_KINDS = frozenset({MailKind.USER_ID, MailKind.PASSWORD, MailKind.RESET})


def latest(store: Store, domain: str, usernames: Collection[str]) -> dict[str, list[Mail]]:
    """The last mail of each kind to each of these users, by username."""
    sent = mails.about(store, domain, usernames)
    return {
        username: list({one.kind: one for one in its if one.kind in _KINDS}.values()) for username, its in sent.items()
    }
