"""Facts about who is in a call in a company at this moment, as far as colleagues may know."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UserTalk:
    """A user in an answered call; `since` is in epoch seconds.

    `version` is the policy version the call began under, None if unknown; `other` the username of a colleague at the
    other end; `listeners` the usernames of the people who listen now, in the order in which they began.
    """

    username: str
    since: float | None = None
    version: int | None = None
    other: str = ""
    listeners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompanyCalls:
    """The talks of a company by username, and the users whose line is taken, even by a call that still rings."""

    talks: Mapping[str, UserTalk] = field(default_factory=dict)
    busy: frozenset[str] = frozenset()
