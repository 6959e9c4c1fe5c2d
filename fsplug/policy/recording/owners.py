"""Whose a leg is, and whose call a phone may take over or connect with another (SIP Replaces)."""

from fsplug.policy.recording.legs import Leg


def owner(leg: Leg) -> tuple[str, str] | None:
    """Company and username of the user on this leg; None for somebody outside."""
    if leg.company and leg.username:
        return leg.company, leg.username
    username, _, domain = leg.signed_in.rpartition("@")
    return (domain, username) if username and domain else None


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
