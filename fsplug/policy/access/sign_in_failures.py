"""Sources of wrong SIP passwords: counted, and refused for a while. What is known is bounded; time is an argument."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

# How many failures within how many seconds make a source one to refuse, and for how long it is refused. A phone with an
# old password tries every half minute; who guesses tries many times a second.
FAILURES, WITHIN_SECONDS, REFUSED_SECONDS = 10, 300.0, 900.0
# How long after its last sign-in a phone still counts as one that works where it is.
WORKED_SECONDS = 86_400.0
# How many of each are known at most; the oldest are forgotten first.
MOST_SOURCES, MOST_ACCOUNTS, MOST_PHONES = 10_000, 10_000, 100_000
_NAMED = 5
# The addresses of one subscriber (RFC 6177).
_IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class RefusedSource:
    """A source that is refused `until` then. `accounts` are some of those it tried."""

    source: str
    failures: int
    accounts: tuple[str, ...]
    until: float


@dataclass(frozen=True, slots=True)
class TriedAccount:
    """An account with failures from several sources."""

    account: str
    failures: int
    sources: int


@dataclass(slots=True)
class _Count:
    """Failures since `began`, and some names of what they concerned."""

    began: float
    failures: int = 0
    names: dict[str, None] = field(default_factory=dict)


class SignInFailures:
    """Counts what fails. A source that is refused stays so for its time, whatever it does; then it is as new.

    The source of a UDP packet can be forged. So an account that has worked from a source goes on working from there:
    nobody can lock a phone out by failing in its name. `now` is of a clock that nobody sets.
    """

    def __init__(self) -> None:
        self._sources: OrderedDict[str, _Count] = OrderedDict()
        self._accounts: OrderedDict[str, _Count] = OrderedDict()
        self._refused: OrderedDict[str, RefusedSource] = OrderedDict()
        self._worked: OrderedDict[tuple[str, str], float] = OrderedDict()

    def failed(self, address: str, account: str, now: float) -> RefusedSource | None:
        """Note a failure; the source, if that makes it one to refuse. An empty account is one that nobody knows."""
        source = source_of(address)
        if account:
            _note(self._accounts, account, source, now, MOST_ACCOUNTS)
        if self._is_refused(source, now):
            return None
        count = _note(self._sources, source, account, now, MOST_SOURCES)
        if count.failures < FAILURES:
            return None
        del self._sources[source]
        found = RefusedSource(source, count.failures, tuple(count.names), now + REFUSED_SECONDS)
        # The first of them is the one that ends first.
        self._refused[source] = found
        _keep_most(self._refused, MOST_SOURCES)
        return found

    def worked(self, address: str, account: str, now: float) -> None:
        """Note that this account signed in from there."""
        pair = (source_of(address), account)
        self._worked[pair] = now
        self._worked.move_to_end(pair)
        _keep_most(self._worked, MOST_PHONES)

    def refuses(self, address: str, account: str, now: float) -> bool:
        """Whether this account must not sign in from there now, whatever its password."""
        source = source_of(address)
        if not self._is_refused(source, now):
            return False
        worked_at = self._worked.get((source, account))
        return worked_at is None or now - worked_at > WORKED_SECONDS

    def refused(self, now: float) -> list[RefusedSource]:
        """The sources that are refused now, those that are longest refused first."""
        return [one for one in self._refused.values() if one.until > now]

    def tried(self, now: float) -> list[TriedAccount]:
        """The accounts that failed often of late from several sources, the most often tried first."""
        found = [
            TriedAccount(account, count.failures, len(count.names))
            for account, count in self._accounts.items()
            if count.failures >= FAILURES and len(count.names) > 1 and now - count.began <= WITHIN_SECONDS
        ]
        return sorted(found, key=lambda one: -one.failures)

    def forgive(self, address: str | None = None) -> int:
        """Refuse this source no more, or none; returns how many were refused."""
        known = [*self._refused] if address is None else [source_of(address)]
        return sum(1 for source in known if self._refused.pop(source, None) is not None)

    def _is_refused(self, source: str, now: float) -> bool:
        found = self._refused.get(source)
        if found is not None and found.until <= now:
            del self._refused[source]
            return False
        return found is not None


def _note(counts: OrderedDict[str, _Count], key: str, name: str, now: float, most: int) -> _Count:
    count = counts.get(key)
    if count is None or now - count.began > WITHIN_SECONDS:
        count = counts[key] = _Count(now)
    counts.move_to_end(key)
    count.failures += 1
    if name and len(count.names) < _NAMED:
        count.names[name] = None
    _keep_most(counts, most)
    return count


def _keep_most(known: OrderedDict[Any, Any], most: int) -> None:
    if len(known) > most:
        known.popitem(last=False)


def source_of(address: str) -> str:
    """The source that an address belongs to: itself, or the /64 of an IPv6 address."""
    try:
        known = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, _IPV6_PREFIX), strict=False))
    return str(known)


def account_of(username: str, realm: str) -> str:
    """The account as it is counted: a phone's name at its domain."""
    return f"{username[:64]}@{realm[:253].lower()}"
