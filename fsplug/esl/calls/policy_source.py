"""Policy as the call path reads it: from the store, from memory, and from the store's copy while the store is away."""

from collections.abc import Iterable, Sequence

from fsplug.errors import Invalid, Unavailable
from fsplug.policy.entities import PolicySnapshot, Talk, User
from fsplug.policy.recording.conference import part_of
from fsplug.policy.recording.legs import Leg, identified, talk_between, with_forwarders
from fsplug.store.config import inside, policies, users
from fsplug.store.config.inside import Inside
from fsplug.store.db.cache import Cache
from fsplug.store.db.database import Store

# A user's facts at one version never change, so they can be kept for as long as there is room.
USERS_REMEMBERED = 50_000


class PolicySource:
    """Reads a company's policy.

    A call that comes while the store is unavailable is decided by the last version read.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._latest: dict[str, int] = {}
        self._users: Cache[User | None] = Cache(USERS_REMEMBERED)

    def version(self, company: str) -> int:
        """The company's current policy version, or else the last one read; Unavailable if none was ever read."""
        try:
            self._latest[company] = self._store.read(lambda: policies.current_version(self._store, company))
        except Unavailable:
            if company not in self._latest:
                raise
        return self._latest[company]

    def version_at(self, company: str, at: float) -> int:
        """The company's policy version at epoch seconds; its first one before that."""
        try:
            return policies.version_at(self._store, company, at)
        except Invalid:
            return 1

    def snapshot(self, company: str, version: int) -> PolicySnapshot:
        """The company's recording policy as it was at this version."""
        return self._store.read(lambda: policies.snapshot(self._store, company, self._known(company, version)))

    def users(self, company: str, usernames: Iterable[str], version: int) -> dict[str, User]:
        """The company's users of these names as they were at this version; unknown names are left out."""
        found = (self._user(company, name, version) for name in usernames if name)
        return {user.username: user for user in found if user}

    def talk(self, caller: Leg, answerer: Leg, company: str, version: int) -> Talk:
        """The talk of these two legs, with the company's users as they were at this version.

        A user is known by the dialplan's mark, or else by signing in on the leg.
        """
        one, other = (self._identified(leg, company, version) for leg in (caller, answerer))
        return talk_between(one, other, self.users(company, (one.username, other.username), version))

    def part(self, own: Leg, others: Sequence[Leg], company: str, version: int) -> Talk | None:
        """The part of the user on the leg `own` in a conference with the other legs; None if there is no such user."""
        legs = [self._identified(one, company, version) for one in (own, *others)]
        users = self.users(company, (one.username for one in legs), version)
        return part_of(legs[0], legs[1:], company, users) if legs[0].username in users else None

    def with_forwarders(self, leg: Leg, company: str, version: int) -> Leg:
        """The leg with the numbers of the company's users who forwarded or transferred its call (Referred-By names a
        phone by its username).
        """
        return with_forwarders(leg, lambda names: self.users(company, names, version))

    def reached(self, company: str, dialled: str, version: int) -> Inside | None:
        """What this number reached inside the company at this version; None for what is outside."""
        return self._store.read(lambda: inside.reached(self._store, company, dialled, self._known(company, version)))

    def _identified(self, leg: Leg, company: str, version: int) -> Leg:
        """The leg with its user, known by the dialplan's mark or else by signing in, and with who sent its call on."""
        return self.with_forwarders(identified(leg, company), company, version)

    def _user(self, company: str, username: str, version: int) -> User | None:
        def load() -> User | None:
            return users.user_at(self._store, company, username, self._known(company, version))

        key = (company, username, version, self._store.is_away)
        return self._users.get(key, lambda: self._store.read(load))

    def _known(self, company: str, version: int) -> int:
        """The version, or the last one in the copy if the store went away before the copy had a younger one."""
        return min(version, policies.current_version(self._store, company)) if self._store.is_away else version
