"""Policy as the call path reads it: from the store, and from memory for as long as the store does not answer."""

from collections.abc import Iterable

from fsplug.errors import Unavailable
from fsplug.policy.entities import PolicySnapshot, User
from fsplug.store import people, policies
from fsplug.store.database import Store


class PolicySource:
    """Reads a company's policy. A call that comes while the store is away is decided by the last version read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._latest: dict[str, int] = {}

    def version(self, company: str) -> int:
        """The company's policy version now, or the last one known; Unavailable when there never was one."""
        try:
            self._latest[company] = policies.current_version(self._store, company)
        except Unavailable:
            if company not in self._latest:
                raise
        return self._latest[company]

    def snapshot(self, company: str, version: int) -> PolicySnapshot:
        """The company's recording policy as it was at this version."""
        return policies.snapshot(self._store, company, version)

    def users(self, company: str, usernames: Iterable[str], version: int) -> dict[str, User]:
        """The company's users of these names as they were at this version; unknown names are left out."""
        found = (people.user_at(self._store, company, name, version) for name in usernames if name)
        return {user.username: user for user in found if user}
