"""Proxies in front of the console: whose word about a visitor's address counts, and settings that can't be right."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from fsplug.policy.hosts import is_loopback

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: tuple[Network, ...] = (ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Network("::1/128"))
# The part of an IPv6 address that one customer of a provider gets at least (RFC 6177).
_SITE_BITS = 64
# A network with a shorter prefix is no place for proxies alone.
_SHORTEST_PREFIX = 8


def networks(text: str) -> tuple[Network, ...]:
    """The addresses and networks in a text, separated by spaces; ValueError names the one that is malformed."""
    found = []
    for word in text.split():
        try:
            network = ipaddress.ip_network(word)
        except ValueError:
            raise ValueError(f"{word!r} is not an address or a network such as 192.0.2.7 or 192.0.2.0/28") from None
        if network.prefixlen < _SHORTEST_PREFIX:
            raise ValueError(f"{word} is almost every address; give the addresses of your proxies")
        found.append(network)
    return tuple(found)


def is_within(address: str, known: Sequence[Network]) -> bool:
    """Whether the address lies in one of the networks."""
    found = _parsed(address)
    return found is not None and any(found in network for network in known)


def visitor(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The visitor's address: the connection's own, unless that is a proxy's.

    `forwarded` is the X-Forwarded-For, to which each proxy adds the address that it was asked from. Only what proxies
    of ours have added counts: from the right, up to the first address that is not theirs.
    """
    found = peer
    for word in reversed(forwarded.split(",")):
        if not is_within(found, proxies):
            break
        named = _parsed(word.strip())
        if named is None:
            break
        found = str(named)
    return found


def neighbourhood(address: str) -> str:
    """The addresses that one visitor may have as easily as this one: an IPv6 network of 64 bits, an IPv4 address."""
    found = _parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, _SITE_BITS), strict=False))
    return str(found) if found is not None else address


@dataclass(frozen=True, slots=True)
class Front:
    """What the settings say about the way to the console."""

    url: str
    host: str
    behind_proxy: bool
    proxies: str


class Trouble(Enum):
    """Whether the console can be served in spite of what is wrong."""

    REFUSED = "refused"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the way to the console, and the remedy."""

    trouble: Trouble
    code: str
    text: str
    remedy: str


def fault(front: Front) -> Fault | None:
    """The worst fault of these settings, if there is one. fsplug itself speaks no TLS."""
    if not front.url:
        return None
    return _claims(front) or _missing_proxy(front) or _unencrypted(front)


def _claims(front: Front) -> Fault | None:
    """The settings speak of a proxy that can't be told from a visitor."""
    if front.proxies and not front.behind_proxy:
        text = f"web_proxies = {front.proxies} means nothing while web_behind_proxy is not true"
        return Fault(Trouble.REFUSED, "proxies-unused", text, "set web_behind_proxy = true, or remove web_proxies")
    if front.behind_proxy and not front.proxies and not is_loopback(front.host):
        text = (
            f"other machines reach the console at web_host = {front.host} without the proxy, and could claim addresses"
        )
        remedy = "set web_host = 127.0.0.1, or web_proxies to the proxy's address if it is on another machine"
        return Fault(Trouble.REFUSED, "proxy-passed-by", text, remedy)
    return None


def _missing_proxy(front: Front) -> Fault | None:
    """There must be a proxy, and the settings don't say so: all visitors would have one address, the proxy's."""
    if front.behind_proxy:
        return None
    where = urlsplit(front.url)
    one = "all visitors would count as one address, so that one who guesses passwords would shut out everybody"
    if where.scheme == "https":
        text = f"web_url = {front.url} needs a proxy with TLS in front, and web_behind_proxy is not true: {one}"
    elif is_loopback(front.host) and not is_loopback(where.hostname or ""):
        text = (
            f"only a proxy leads from {front.url} to web_host = {front.host}, and web_behind_proxy is not true: {one}"
        )
    else:
        return None
    remedy = "set web_behind_proxy = true, and let the proxy set X-Forwarded-For (scripts/proxy shows how)"
    if not is_loopback(front.host):
        remedy += "; set web_proxies to its address"
    return Fault(Trouble.REFUSED, "proxy-unset", text, remedy)


def _unencrypted(front: Front) -> Fault | None:
    where = urlsplit(front.url)
    if where.scheme == "https" or is_loopback(where.hostname or ""):
        return None
    remedy = "put a proxy with TLS in front of it (scripts/proxy shows how), and set web_url = https://..."
    return Fault(Trouble.UNSAFE, "not-encrypted", f"{front.url} sends passwords unencrypted", remedy)


def _parsed(text: str) -> _Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
