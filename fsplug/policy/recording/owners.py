"""Whose a leg is, and whose call a phone may take over or connect with another (SIP Replaces)."""

from collections.abc import Iterator
from dataclasses import dataclass

from fsplug.policy.recording.legs import Leg


def owner(leg: Leg) -> tuple[str, str] | None:
    """Company and username of the user on this leg; None for somebody outside."""
    if leg.company and leg.username:
        return leg.company, leg.username
    username, _, domain = leg.signed_in.rpartition("@")
    return (domain, username) if username and domain else None


def is_partners(whose: tuple[str, str], own: Leg, partner: Leg) -> bool:
    """Whether what is recorded on the leg `own` is the part of its partner: of this user, who is not on `own`."""
    return owner(own) != whose and owner(partner) == whose


def may_connect(connecting: Leg, other: Leg) -> bool:
    """Whether the phone on the leg `connecting` may connect its partner with the partner of the other leg.

    Both must be the same user's. Who names the other call knows its Call-ID, which proves nothing.
    """
    whose = owner(connecting)
    return whose is not None and whose == owner(other)


def may_take_over(proved: tuple[str, str] | None, replaced: Leg | None, rings_in: str) -> bool:
    """Whether a call that asks to take the place of another may (INVITE with Replaces).

    `proved`: company and username whose password the phone has proved. It may take over its own user's call, which the
    leg `replaced` has, or pick up one that rings in its own company; `rings_in` is that company, empty if none rings.
    """
    if proved is None:
        return False
    return proved[0] == rings_in or (replaced is not None and owner(replaced) == proved)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a company's audit trail says of a phone that may not have the call that it named.

    `person` is the user whose call it was and `by` the phone's user; each is empty where it is nobody of the company.
    """

    company: str
    person: str
    by: str


def refusals(by: tuple[str, str] | None, named: Leg | None, rings_in: str) -> Iterator[Refusal]:
    """For the company whose call was named, and the one whose phone named it. No trail names another company's user.

    `by` is the phone's user, None for somebody outside; `named` a leg of that call, None if it rings in the company
    `rings_in` or is not known.
    """
    whose = owner(named) if named is not None else None
    theirs = whose[0] if whose is not None else (named.company if named is not None else rings_in)
    for company in dict.fromkeys(filter(None, (theirs, by[0] if by is not None else ""))):
        yield Refusal(company, _user_in(company, whose), _user_in(company, by))


def _user_in(company: str, whose: tuple[str, str] | None) -> str:
    return whose[1] if whose is not None and whose[0] == company else ""
