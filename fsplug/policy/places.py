"""The places of a server: who gets one when it is crowded, and whose connection is closed for it.

Everybody can open connections and send nothing. So a connection whose request is still to come can lose its place to a
newer one, and only browsers that are known to be signed in may take the last places.
"""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Generic, TypeVar

Holder = TypeVar("Holder", bound=Hashable)

# So many requests of one address may be arriving at a time without looking like silence.
_FEW_ARRIVING = 4


class Stage(Enum):
    """The stage of a connection: its request is still arriving, is being answered, or the next one is awaited."""

    ARRIVING = "arriving"
    WORKING = "working"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Limits:
    """The places in all, those of them that only known browsers may take, and those of one address and of one browser.

    Known browsers don't count against their address: a whole office may share one. One that has all its places counts
    as unknown with each further request.
    """

    total: int = 512
    reserve: int = 128
    per_address: int = 128
    per_browser: int = 48


@dataclass(frozen=True, slots=True)
class Admission(Generic[Holder]):
    """Whether a connection gets a place, and the connection to close for it, if any."""

    is_admitted: bool
    instead_of: Holder | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """`home` is the address of the connection, `address` that of its request; "" is no single visitor's.

    `browser` is the known browser that has the place, "" for a stranger's.
    """

    home: str
    address: str
    stage: Stage
    browser: str

    @property
    def is_known(self) -> bool:
        """Whether it is not a stranger's."""
        return self.browser != ""


class Places(Generic[Holder]):
    """The places of one server, each with its connection. It does no I/O: the caller closes what it is told to."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        # The connection that has been in its stage for the longest time comes first.
        self._held: dict[Holder, _Place] = {}

    def __len__(self) -> int:
        return len(self._held)

    def admit(self, holder: Holder, address: str) -> Admission[Holder]:
        """A new connection. The address "" has no limit of its own: many visitors share it, as behind a proxy."""
        closed: Holder | None = None
        if address and self._strangers(address) >= self._limits.per_address:
            closed = self._dispensable(address)
            if closed is None:
                return Admission(False)
        elif len(self._held) >= self._limits.total:
            closed = self._dispensable()
            if closed is None:
                return Admission(False)
        if closed is not None:
            self.leave(closed)
        self._held[holder] = _Place(address, address, Stage.ARRIVING, "")
        return Admission(True, closed)

    def work(self, holder: Holder, address: str, browser: str) -> bool:
        """The request has arrived, from this address and this known browser ("" is a stranger's): whether it may be
        answered.
        """
        before = self._held.pop(holder, None)
        if before is None:
            return False
        browser = browser if self._has_place(browser) else ""
        self._held[holder] = replace(before, address=address, browser=browser)
        if not browser and self._is_crowded(address):
            return False
        self._held[holder] = _Place(before.home, address, Stage.WORKING, browser)
        return True

    def know(self, holder: Holder, browser: str) -> None:
        """The request that is being answered has turned out to be of a signed-in browser."""
        before = self._held.get(holder)
        if before is not None and not before.is_known and self._has_place(browser):
            self._held[holder] = replace(before, browser=browser)

    def is_known(self, holder: Holder) -> bool:
        """Whether the connection has the place of a known browser."""
        held = self._held.get(holder)
        return held is not None and held.is_known

    def rest(self, holder: Holder) -> None:
        """The answer has been sent; the connection waits for another request."""
        self._put(holder, Stage.IDLE)

    def arrive(self, holder: Holder) -> None:
        """Another request has begun to arrive."""
        self._put(holder, Stage.ARRIVING)

    def leave(self, holder: Holder) -> None:
        """The connection has ended."""
        self._held.pop(holder, None)

    def _put(self, holder: Holder, stage: Stage) -> None:
        before = self._held.pop(holder, None)
        if before is not None:
            self._held[holder] = _Place(before.home, before.home, stage, before.browser)

    def _has_place(self, browser: str) -> bool:
        """Whether this known browser may have one more place as such."""
        has = sum(one.browser == browser for one in self._held.values()) if browser else 0
        return has < self._limits.per_browser

    def _strangers(self, address: str) -> int:
        return sum(not place.is_known and place.address == address for place in self._held.values())

    def _is_crowded(self, address: str) -> bool:
        """Whether visitors who are not known hold every place that is open to them."""
        busy = [one for one in self._held.values() if one.stage is Stage.WORKING and not one.is_known]
        of_address = sum(one.address == address for one in busy) if address else 0
        return len(busy) >= self._limits.total - self._limits.reserve or of_address >= self._limits.per_address

    def _dispensable(self, address: str | None = None) -> Holder | None:
        """The connection that is closed next: of all, or of the strangers of this address.

        An idle browser opens another connection without anybody noticing, and an honest request arrives within moments:
        many that are still arriving from one address are none.
        """
        if address is not None:
            idle, arriving = self._waiting(address)
            return next(iter(idle or arriving), None)
        idle, arriving = self._waiting(None)
        crowds = Counter(arriving.values())
        largest, count = crowds.most_common(1)[0] if crowds else ("", 0)
        oldest = next((holder for holder, home in arriving.items() if home == largest), None)
        strangers = (holder for holder in idle if not self._held[holder].is_known)
        first = next(strangers, None)
        if first is not None or count > _FEW_ARRIVING:
            return first if first is not None else oldest
        return next(iter(idle), oldest)

    def _waiting(self, address: str | None) -> tuple[dict[Holder, str], dict[Holder, str]]:
        """The idle connections and those whose request is arriving, with their addresses, the longest waiting first."""
        idle: dict[Holder, str] = {}
        arriving: dict[Holder, str] = {}
        for holder, one in self._held.items():
            if one.stage is not Stage.WORKING and (address is None or (one.home == address and not one.browser)):
                (idle if one.stage is Stage.IDLE else arriving)[holder] = one.home
        return idle, arriving
