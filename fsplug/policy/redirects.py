"""Where a call goes on when a phone answers it with other addresses (SIP 300, 301 and 302).

What a phone answers is text from outside. Of an address only the number is taken, as a person would dial it; whether it
is the company's, the caller of these functions looks up.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from fsplug.policy.header_values import LONGEST_VALUE, subscriber
from fsplug.policy.numbers import compact

# Phones that send a call on to one another would do so for ever. Each user's phones do it once in a row.
MOST_REDIRECTS = 5
MOST_CONTACTS = 10
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ANGLED = re.compile(r"<([^<>]*)>(.*)", re.DOTALL)
_URI = re.compile(r"\s*(?:sips?|(tel)):", re.IGNORECASE)
_PREFERENCE = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)
_DIALLED = re.compile(r"\+?[0-9]{1,15}")


def contacts_inside(contacts: Iterable[str], hosts: Collection[str]) -> tuple[str, ...]:
    """The numbers that these Contact values name at one of `hosts`, the most preferred first (RFC 3261, 20.10).

    A tel: URI has no host and counts. Whatever else is not digits with or without a plus is left out, star codes too.
    """
    read = [_read(contact) for contact in list(contacts)[:MOST_CONTACTS] if len(contact) <= LONGEST_VALUE]
    ranked = sorted(read, key=lambda one: -one[1])
    known = {host.lower() for host in hosts if host}
    numbers = (_number(address, known) for address, _ in ranked)
    return tuple(dict.fromkeys(number for number in numbers if number))


def may_redirect(user: str, chain: Sequence[str]) -> bool:
    """Whether this user's phone may send the call on. `chain`: whose phones have done so since anybody answered."""
    return bool(user) and user not in chain and len(chain) < MOST_REDIRECTS


def may_be_rung(user: str | None, redirecting: str, chain: Sequence[str], caller: str) -> bool:
    """Whether the call may go on to this user (None: to no single user): not to its caller, and not round in a ring."""
    return user is None or user not in (redirecting, caller, *chain)


def _read(contact: str) -> tuple[str, float]:
    """The address of a Contact value, and how much it is preferred (1 if that is not said)."""
    unquoted = _QUOTED.sub("", contact)
    angled = _ANGLED.search(unquoted)
    # Without brackets, what follows the first semicolon belongs to the header (RFC 3261, 20).
    address, parameters = angled.groups() if angled else (unquoted.partition(";")[0], unquoted)
    preference = _PREFERENCE.search(parameters)
    return address, float(preference[1]) if preference else 1.0


def _number(address: str, hosts: Collection[str]) -> str:
    scheme = _URI.match(address)
    if scheme is None or not (scheme[1] or _host(address) in hosts):
        return ""
    number = compact(subscriber(address)) or ""
    return number if _DIALLED.fullmatch(number) else ""


def _host(address: str) -> str:
    """The host of a SIP URI, in small letters."""
    at = address.rpartition("?")[0] or address
    host = at.rpartition("@")[2].strip()
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[").lower()
    return re.split(r"[:;]", host, maxsplit=1)[0].strip().lower()
