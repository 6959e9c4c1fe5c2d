"""The services that pages need: the store, the archive, passwords and secrets, and the live calls."""

from dataclasses import dataclass, field

from fsplug.media.archive import Archive
from fsplug.policy.access.plays import USUAL_PER_HOUR
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.db.database import Store
from fsplug.web.kernel.limiter import Limiter
from fsplug.web.kernel.live import AWAY, Live

# Key in a request's environ: the earliest time of the answer (time.monotonic).
NOT_BEFORE = "fsplug.not-before"
# Key in a request's environ: the stream to send instead of a page.
FEED = "fsplug.feed"
# Keys in a request's environ: the connection it came on, and whether its browser is known to be signed in.
CONNECTION, IS_KNOWN = "fsplug.connection", "fsplug.is-known"
# Keys in a request's environ, set by its answer: whether its session is open, that the answer is read as it is played
# or shown, and what is `Played` by it.
SIGNED_IN, STREAMED, PLAYED = "fsplug.signed-in", "fsplug.streamed", "fsplug.played"


@dataclass(frozen=True, slots=True)
class Played:
    """Audio that is sent to a person, who has one name in all their browsers."""

    listener: str
    bytes_per_second: float


@dataclass(frozen=True, slots=True)
class Services:
    """`url` is the console's address as people type it.

    When a person has played more than `plays_per_hour` different recordings within an hour, people are notified.
    """

    store: Store
    archive: Archive
    passwords: Passwords
    secret_keys: SecretKeys
    url: str
    live: Live = AWAY
    limiter: Limiter = field(default_factory=Limiter)
    plays_per_hour: int = USUAL_PER_HOUR

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the console by TLS."""
        return self.url.startswith("https://")
