"""The state of the mails that invite people to their accounts."""

from collections.abc import Collection

from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import Kind, Mail

_KINDS = frozenset({Kind.USER_ID, Kind.PASSWORD, Kind.RESET})


def latest(store: Store, domain: str, usernames: Collection[str]) -> dict[str, list[Mail]]:
    """The last mail of each kind to each of these users, by username."""
    sent = mails.about(store, domain, usernames)
    return {
        username: list({one.kind: one for one in its if one.kind in _KINDS}.values()) for username, its in sent.items()
    }
