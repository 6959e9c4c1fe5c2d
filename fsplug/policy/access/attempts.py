"""What a visitor may try without a session, and how often: one table for every such act.

An attempt passes several doors: that of its address, of the networks around it, of the company that was named, and of
everybody. Each has its own count of failures. A browser that somebody has signed in with passes its own door alone, so
no guessing elsewhere can shut it out.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fsplug.policy.access.throttle import ThrottleTerms


class Act(StrEnum):
    """What is tried. NOTHING reads a form or a file, or changes nothing but the browser's own cookies."""

    NOTHING = "nothing"
    SIGN_IN = "sign-in"
    ASK_MAIL = "ask-mail"
    OPEN_LINK = "open-link"
    OPEN_SHARE = "open-share"
    GIVE_CODE = "give-code"
    PASSKEY = "passkey"
    STEP_UP = "step-up"


class Level(StrEnum):
    """Whose failures a door counts. HOST: an IPv4 address or an IPv6 /64; SHARED: an address that many may have."""

    BROWSER = "browser"
    HOST = "host"
    SHARED = "shared"
    NET_56 = "/56"
    NET_48 = "/48"
    NET_24 = "/24"
    COMPANY = "company"
    ALL = "all"


# How many failures of an act are free for one address.
FREE: Mapping[Act, int] = {
    Act.SIGN_IN: 30,
    Act.ASK_MAIL: 10,
    Act.OPEN_LINK: 30,
    Act.OPEN_SHARE: 60,
    Act.GIVE_CODE: 30,
    Act.PASSKEY: 30,
    Act.STEP_UP: 30,
}
# These count whether or not they succeed, since each costs something, and the answer must not show what it was.
ALWAYS_COUNTED = frozenset({Act.ASK_MAIL})
# A known browser has a door of its own for these.
_FOR_KNOWN = frozenset({Act.SIGN_IN, Act.ASK_MAIL, Act.PASSKEY, Act.STEP_UP})
_OF_HOST = ThrottleTerms(free=1, first_seconds=2.0, last_seconds=900.0, forgive_seconds=900.0)
# The wider a level, the more honest people it has: it slows all of them down a little, and shuts nobody out.
TERMS: Mapping[Level, ThrottleTerms] = {
    Level.BROWSER: _OF_HOST,
    Level.HOST: _OF_HOST,
    Level.SHARED: ThrottleTerms(free=1, first_seconds=1.0, last_seconds=5.0, forgive_seconds=30.0),
    Level.NET_56: ThrottleTerms(free=2, first_seconds=2.0, last_seconds=300.0, forgive_seconds=300.0),
    Level.NET_48: ThrottleTerms(free=4, first_seconds=2.0, last_seconds=30.0, forgive_seconds=60.0),
    Level.NET_24: ThrottleTerms(free=4, first_seconds=2.0, last_seconds=30.0, forgive_seconds=60.0),
    Level.COMPANY: ThrottleTerms(free=4, first_seconds=1.0, last_seconds=5.0, forgive_seconds=10.0),
    Level.ALL: ThrottleTerms(free=10, first_seconds=0.5, last_seconds=2.0, forgive_seconds=2.0),
}
# Levels of many people have two doors, so that those who keep failing don't stand in the way of those who come first.
_WIDE = frozenset({Level.SHARED, Level.COMPANY, Level.ALL})
# Addresses of proxies and of local networks, from which anybody may come (RFC 1122, 1918, 3927, 4193, 4291, 6598).
_SHARED = tuple(
    ipaddress.ip_network(one)
    for one in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "::1/128",
        "fe80::/10",
        "fc00::/7",
    )
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An act, and what is known of its visitor: the address, and the company and person that were typed, or for
    `person` the link or the cookies that the visitor brought.

    `browser` is the mark of a browser that this person has signed in with, else "".
    """

    act: Act
    address: str
    company: str = ""
    person: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class AttemptDoor:
    """The count that an attempt needs to pass, by its key, and the terms of that count."""

    key: str
    terms: ThrottleTerms


def own_door(attempt: Attempt) -> AttemptDoor:
    """The door of the visitor alone. Behind it are those who have failed lately."""
    if attempt.browser and attempt.act in _FOR_KNOWN:
        return _door(attempt, Level.BROWSER, attempt.browser)
    host = _host(attempt.address)
    if not _is_shared(attempt):
        return _door(attempt, Level.HOST, host)
    # Behind an address of many, people are told apart by what they brought.
    if attempt.company or attempt.person:
        return _door(attempt, Level.HOST, f"{host} {attempt.company} {attempt.person}")
    return _door(attempt, Level.SHARED, host)


def doors(attempt: Attempt, has_failed: bool) -> tuple[AttemptDoor, ...]:
    """The doors that an attempt must pass, all of them. `has_failed`: there are failures behind its `own_door`."""
    own = own_door(attempt)
    if attempt.browser and attempt.act in _FOR_KNOWN:
        return (own,)
    levels = [*_around(attempt)]
    if attempt.company:
        levels.append((Level.COMPANY, attempt.company))
    levels.append((Level.ALL, ""))
    lot = "again" if has_failed else "first"
    return (own, *(_door(attempt, level, f"{lot} {value}" if level in _WIDE else value) for level, value in levels))


def _around(attempt: Attempt) -> list[tuple[Level, str]]:
    found = _parsed(attempt.address)
    if found is None or _is_shared(attempt):
        return [(Level.SHARED, _host(attempt.address))]
    if isinstance(found, ipaddress.IPv6Address):
        return [(Level.NET_56, _network(found, 56)), (Level.NET_48, _network(found, 48))]
    return [(Level.NET_24, _network(found, 24))]


def _is_shared(attempt: Attempt) -> bool:
    """Whether many visitors may come from this address. Of one that can't be read, nothing is known."""
    found = _parsed(attempt.address)
    return found is None or any(found in network for network in _SHARED)


def _host(address: str) -> str:
    """The addresses that one visitor has at least: an IPv4 address, or the 64 bits of a network (RFC 6177)."""
    found = _parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return _network(found, 64)
    return str(found or "")


def _network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    return str(ipaddress.ip_network((address, bits), strict=False))


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _door(attempt: Attempt, level: Level, value: str) -> AttemptDoor:
    terms = TERMS[level]
    free = terms.free * FREE[attempt.act]
    # Hashed, so that what somebody typed makes no key longer.
    digest = hashlib.blake2b(value.encode("utf-8", "replace"), digest_size=12).hexdigest()
    key = f"{attempt.act} {level} {digest}"
    return AttemptDoor(key, ThrottleTerms(free, terms.first_seconds, terms.last_seconds, terms.forgive_seconds))
