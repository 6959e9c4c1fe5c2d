"""What the spelling of a host says about where it is."""

import ipaddress
import re

# The widest networks that still name somebody: 16 million IPv4 addresses, a provider's whole IPv6 allocation.
_WIDEST = {4: 8, 6: 19}
_NAME = re.compile(r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def source_network(source: str) -> Network | None:
    """The network that a source of calls names, an address as a network of one; None for a host name or nonsense."""
    try:
        return ipaddress.ip_network(source.strip("[]"), strict=False)
    except ValueError:
        return None


def source_trouble(source: str) -> str | None:
    """Why calls can't be told by this source, and what to write; None for a usable host name, address or network."""
    network = source_network(source)
    if network is None:
        if _NAME.fullmatch(source):
            return None
        return "calls can't come from that; write a host name, an address, or a network such as 192.0.2.0/28"
    if network.prefixlen < _WIDEST[network.version]:
        return f"nearly everybody is in it; write networks of /{_WIDEST[network.version]} or smaller"
    if network.network_address.is_unspecified or network.is_multicast:
        return "nobody calls from there; write the address that the provider names"
    return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
