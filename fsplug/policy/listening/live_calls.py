"""Facts about who is in a call in a company at this moment, as far as colleagues may know."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UserTalk:
    """A user in an answered call; `since` is in epoch seconds.

    `version` is the policy version the call began under, None if unknown; `other` the username of a colleague at the
    other end; `listeners` the usernames of the people who listen now, in the order in which they began. `node` is the
    node that has the call, empty for the one that was asked.
    """

    username: str
    since: float | None = None
    version: int | None = None
    other: str = ""
    listeners: tuple[str, ...] = ()
    node: str = ""


@dataclass(frozen=True, slots=True)
class CompanyCalls:
    """The talks of a company by username, and the users whose line is taken, even by a call that still rings.

    `node` is the name of the node that was asked, empty if there is none. `controlled` counts what was done there to
    the recordings of the company's calls: that they began, ended or were paused is for those alone to know who talk.
    """

    talks: Mapping[str, UserTalk] = field(default_factory=dict)
    busy: frozenset[str] = frozenset()
    node: str = ""
    controlled: int = 0

    def listens(self, username: str) -> bool:
        """Whether this user listens in to anybody."""
        return any(username in talk.listeners for talk in self.talks.values())

    def beside(self, others: "CompanyCalls") -> "CompanyCalls":
        """These calls, and those of other nodes. Of a user's talks on several nodes, the one that began last counts."""
        talks = dict(self.talks)
        for one in others.talks.values():
            here = talks.get(one.username)
            if here is None or (here.since or 0.0) < (one.since or 0.0):
                talks[one.username] = one
        return CompanyCalls(talks, self.busy | others.busy, self.node, self.controlled)
