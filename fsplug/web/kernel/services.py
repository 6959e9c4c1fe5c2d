"""What the pages need of the house: the store, the archive, passwords and secrets, and the live calls."""

from dataclasses import dataclass

from fsplug.media.archive import Archive
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import Vault
from fsplug.store.db.database import Store
from fsplug.web.kernel.live import AWAY, Live

# In a request's environ: when it may be answered (time.monotonic).
NOT_BEFORE = "fsplug.not-before"
# In a request's environ: what is answered as it happens, instead of a page.
FEED = "fsplug.feed"


@dataclass(frozen=True, slots=True)
class Services:
    """`url` is the console's address as people type it.

    `behind_proxy`: the last address in X-Forwarded-For is whose request it is.
    """

    store: Store
    archive: Archive
    passwords: Passwords
    vault: Vault
    url: str
    behind_proxy: bool = False
    live: Live = AWAY

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the console by TLS."""
        return self.url.startswith("https://")
