"""Whose phone will no longer be able to sign in once fsplug is installed. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Registration:
    """A phone that is signed in: the address it is found under, and the name and realm it proved its password for."""

    user: str
    host: str
    username: str
    realm: str


@dataclass(frozen=True, slots=True)
class LockedOut:
    """A user whose phone will be refused, the domain it signs in with ('' where nobody knows), and why."""

    user: str
    domain: str
    why: str


def locked_out(
    registrations: Iterable[Registration],
    companies: Collection[str],
    is_phone: Callable[[str, str], bool],
    must_match: bool,
) -> Iterator[LockedOut]:
    """Those of the phones that are signed in. `is_phone` knows the companies' phones: domain, SIP username.

    `must_match`: from now on a phone's address must be the name that it proves.
    """
    for one in registrations:
        domain = one.realm or one.host
        if domain.lower() in companies and not is_phone(domain.lower(), one.username):
            yield LockedOut(one.user, domain, f"{domain} is a company of fsplug, which has no such phone")
        elif must_match and one.username and one.user.lower() != one.username.lower():
            why = f"it signs in as {one.user} with the password of {one.username}"
            yield LockedOut(one.user, domain, why)
