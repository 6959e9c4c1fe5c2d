"""Where the switch reaches a phone: where its REGISTER came from, whatever its Contact or Path say.

Who knows a phone's password could else name a provider's address there, and calls to that phone would be calls out.
"""

import ipaddress
import re
import urllib.parse

_USER = re.compile(r"[A-Za-z0-9_.+~*=-]{1,64}")
_TRANSPORTS = ("udp", "tcp", "tls", "ws", "wss")


def contact(user: str, address: str, port: str, transport: str) -> str:
    """The contact that the switch keeps (`sip-force-contact`) for a phone whose own Contact has this user.

    Empty for what is no address or port: the switch sends none.
    """
    known = _address(address)
    if known is None or not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        return ""
    # A phone knows itself by that name, and may have made it up.
    name = user if _USER.fullmatch(user) else "phone"
    its = transport if transport in _TRANSPORTS else "udp"
    if its in ("udp", "tcp", "tls") and known.version == 4:
        return f"<sip:{name}@{known}:{port}{'' if its == 'udp' else f';transport={its}'}>"
    # mod_sofia makes " of [ and ] (sofia_reg.c, 1.11.1), so an IPv6 address stands where they can be encoded. A browser
    # has no address, and calls the secure WebSocket "ws" too.
    host = known if known.version == 4 else f"[{known}]"
    path = urllib.parse.quote(f"sip:{name}@{host}:{port};transport={its}", safe="")
    said = "ws" if its == "wss" else its
    return f"<sip:{name}@phone.invalid;transport={said};fs_nat=yes;fs_path={path}>"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
