"""Sources of wrong SIP passwords: counted, and refused for a while. What is known is bounded; time is an argument."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

# How many failures within how many seconds make a source one to refuse, and for how long it is refused. A phone with an
# old password tries every half minute; who guesses tries many times a second.
FAILURES, WITHIN_SECONDS, REFUSED_SECONDS = 10, 300.0, 900.0
# How many failures within that time refuse an account at a port from which its password was proven. A forger has to
# know that port, and to send so many; and nobody tries more passwords than that.
PROVEN_FAILURES = 1_000
# How long after its last proof an account still counts as one that works where it is.
WORKED_SECONDS = 86_400.0
# How many of each are known at most; the oldest are forgotten first.
MOST_SOURCES, MOST_ACCOUNTS, MOST_PHONES = 10_000, 10_000, 100_000
_NAMED = 5
# A provider may call from more than one port, and a phone's changes when it starts again.
_PORTS = 8
# A call has a Call-ID of its own; so have the registrations of each of a few phones with one account.
_CALL_IDS, _LONGEST_CALL_ID = 8, 200
# The addresses of one subscriber (RFC 6177).
_IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class SignIn:
    """A password given at a SIP profile of the switch: for which account, and from where.

    An empty account is one that nobody knows. `call_id` is the request's Call-ID, which a phone keeps as long as it is
    registered (RFC 3261, 10.2), and which nobody sees who only forges its address.
    """

    profile: str
    address: str
    port: str
    account: str
    call_id: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Where failures are counted: the profile and the source."""
        return self.profile, source_of(self.address)

    @property
    def kept(self) -> str:
        """The Call-ID, as far as it is kept: a phone may make one of any length."""
        return self.call_id[:_LONGEST_CALL_ID]


@dataclass(frozen=True, slots=True)
class RefusedSource:
    """A source that a profile refuses `until` then. `accounts` are some of those it tried."""

    profile: str
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


@dataclass(slots=True)
class _Proofs:
    """When an account last proved its password from one source, from which ports it did of late, and under which
    Call-IDs, each with the failures under it since.
    """

    at: float
    ports: dict[str, None] = field(default_factory=dict)
    call_ids: OrderedDict[str, _Count] = field(default_factory=OrderedDict)


class SignInFailures:
    """Counts what fails. A source that is refused stays so for its time, whatever it does; then it is as new.

    The source of a UDP packet can be forged. So an account that has proven its password from a source is not refused
    with it, only after failures of its own from there: few from another port, many from a port that it has used. Under
    a Call-ID with which it proved it, only those under that Call-ID count. That who answers a challenge was sent it is
    not known: the switch takes each nonce from anywhere, and tells of none whom it gave it to (mod_sofia, 1.11.1). And
    what fails at one profile refuses nobody at another. `now` is of a clock that nobody sets.
    """

    def __init__(self) -> None:
        self._sources: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self._accounts: OrderedDict[str, _Count] = OrderedDict()
        self._guesses: OrderedDict[tuple[str, str, str], _Count] = OrderedDict()
        self._refused: OrderedDict[tuple[str, str], RefusedSource] = OrderedDict()
        self._worked: OrderedDict[tuple[str, str, str], _Proofs] = OrderedDict()

    def failed(self, its: SignIn, now: float) -> RefusedSource | None:
        """Note a failure; the source, if that makes it one to refuse."""
        profile, source = its.place
        if its.account:
            _note(self._accounts, its.account, source, now, MOST_ACCOUNTS)
            _note(self._guesses, (*its.place, its.account), "", now, MOST_ACCOUNTS)
            proofs = self._worked.get((*its.place, its.account))
            if proofs is not None and its.kept in proofs.call_ids:
                _note(proofs.call_ids, its.kept, "", now, _CALL_IDS)
        if self._is_refused(its.place, now):
            return None
        count = _note(self._sources, its.place, its.account, now, MOST_SOURCES)
        if count.failures < FAILURES:
            return None
        del self._sources[its.place]
        found = RefusedSource(profile, source, count.failures, tuple(count.names), now + REFUSED_SECONDS)
        # The first of them is the one that ends first.
        self._refused[its.place] = found
        _keep_most(self._refused, MOST_SOURCES)
        return found

    def worked(self, its: SignIn, now: float) -> None:
        """Note that this account proved its password from there."""
        key = (*its.place, its.account)
        proofs = self._worked.setdefault(key, _Proofs(now))
        proofs.at = now
        # The one used last is the last to be forgotten.
        proofs.ports.pop(its.port, None)
        proofs.ports[its.port] = None
        if len(proofs.ports) > _PORTS:
            del proofs.ports[next(iter(proofs.ports))]
        if its.kept:
            proofs.call_ids.setdefault(its.kept, _Count(now))
            proofs.call_ids.move_to_end(its.kept)
            _keep_most(proofs.call_ids, _CALL_IDS)
        self._worked.move_to_end(key)
        _keep_most(self._worked, MOST_PHONES)

    def refuses(self, its: SignIn, now: float) -> bool:
        """Whether this account must not sign in from there now, whatever its password."""
        proofs = self._worked.get((*its.place, its.account))
        if proofs is None or now - proofs.at > WORKED_SECONDS:
            return self._is_refused(its.place, now)
        own = proofs.call_ids.get(its.kept)
        guesses = own or self._guesses.get((*its.place, its.account))
        if guesses is None or now - guesses.began > WITHIN_SECONDS:
            return False
        return guesses.failures >= (PROVEN_FAILURES if own or its.port in proofs.ports else FAILURES)

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
        source = None if address is None else source_of(address)
        known = [place for place in self._refused if source in (None, place[1])]
        for place in known:
            del self._refused[place]
        for key in [key for key in self._guesses if source in (None, key[1])]:
            del self._guesses[key]
        return len({found for _, found in known})

    def _is_refused(self, place: tuple[str, str], now: float) -> bool:
        found = self._refused.get(place)
        if found is not None and found.until <= now:
            del self._refused[place]
            return False
        return found is not None


def _note(counts: OrderedDict[Any, _Count], key: Any, name: str, now: float, most: int) -> _Count:
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
