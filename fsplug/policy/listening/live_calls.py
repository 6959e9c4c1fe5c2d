"""Who talks in a company at this moment, as far as colleagues may know: facts only."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UserTalk:
    """A user in an answered call, since epoch seconds.

    `version` is the policy version the call began under, None where it isn't known; `other` the username of a colleague
    at the other end; `listeners` the usernames of who listens now, in the order they came.
    """

    username: str
    since: float | None = None
    version: int | None = None
    other: str = ""
    listeners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompanyCalls:
    """The talks of a company by username, and whose line is taken, be it by a call that still rings."""

    talks: Mapping[str, UserTalk] = field(default_factory=dict)
    busy: frozenset[str] = frozenset()
