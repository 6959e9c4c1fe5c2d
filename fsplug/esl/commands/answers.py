"""What the switch answers, read: pure."""

from collections.abc import Mapping
from typing import Any

from fsplug.errors import Unavailable
from fsplug.policy.access.sign_in_failures import SignIn, account_of


def sign_in(row: Mapping[str, str]) -> SignIn:
    """A phone that is signed in, of a row of `show registrations`."""
    # The URL is sofia/PROFILE/sip:... (sofia_reg.c, 1.11.1).
    _, _, rest = row.get("url", "").partition("/")
    account = account_of(row["reg_user"], row["realm"])
    # What the switch calls a token is the Call-ID.
    return SignIn(rest.partition("/")[0], row["network_ip"], row.get("network_port", ""), account, row.get("token", ""))


def members(conference: Mapping[str, Any]) -> tuple[str, ...]:
    """The legs in a conference, the first comer first."""
    # The switch lists the latest comer first.
    return tuple(one["uuid"] for one in reversed(conference.get("members", ())) if one.get("uuid"))


def unclear(command: str, answer: str) -> Unavailable:
    """The error of an answer that is not what the command promises."""
    return Unavailable("switch-unclear", f"the switch answered {command!r} with {answer[:80]!r}")
