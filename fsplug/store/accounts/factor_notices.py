"""Mail about what an account is signed in with: whoever adds a key of their own to it is not alone in knowing."""

from fsplug.store.accounts import accounts
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind


def tell(store: Store, domain: str, username: str, kind: MailKind) -> None:
    """Queue this mail to the account's address, in the caller's transaction."""
    email = accounts.get(store, domain, username).email
    mails.queue(store, domain, kind, username, email, accounts.language(store, domain, username))
