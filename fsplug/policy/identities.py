"""Every party that a call's SIP headers name, by its part in the call.

The names are those of FreeSWITCH 1.11.1 (mod_sofia's sofia.c). It keeps one value of a header in `sip_h_NAME`, NAME as
the caller spelled it, and only of the headers it lets through; of P-Asserted-Identity it keeps the first value. If the
profile has `parse-all-invite-headers`, it also keeps every value of every header, in `sip_i_name` with small letters
and underscores. What an answer brings is in `sip_rh_NAME`, and what a ringing brings in `sip_ph_NAME`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from fsplug.policy.digit_runs import numbers_written
from fsplug.policy.header_values import has_uri, parties
from fsplug.policy.numbers import compact

# Where the switch keeps headers, as a regular expression of the variables' names. Those that never name a party are
# left out for speed.
_SKIPPED = (
    "via",
    "call_id",
    "cseq",
    r"content_\w+",
    "max_forwards",
    "user_agent",
    r"allow\w*",
    "supported",
    "record_route",
    "route",
    "session_expires",
    "min_se",
    r"proxy_auth\w+",
    r"auth\w+",
    r"accept\w*",
    "from",
    "to",
    "date",
    "timestamp",
)
HEADER_VARIABLES = rf"sip_(?!i_(?:{'|'.join(_SKIPPED)})(?![^:\s]))(?:i|h|rh|ph)_[^:\s]+"
# One variable each; mod_sofia sets them from the headers, whatever the profile's parameters are.
VARIABLES = (
    "sip_full_from",
    "sip_from_user",
    "sip_P-Asserted-Identity",
    "sip_P-Preferred-Identity",
    "sip_Remote-Party-ID",
    "sip_full_to",
    "sip_to_user",
    "sip_req_user",
    "sip_history_info",
    "sip_referred_by_user",
    "sip_referred_by_user_stripped",
    "sip_referred_by_params",
    "sip_req_params",
    "sip_contact_user",
)


class _Part(IntEnum):
    CALLING = 0
    CALLED = 1
    FORWARDING = 2
    NOBODY = 3


_PARTS = {
    "from": _Part.CALLING,
    "full_from": _Part.CALLING,
    "from_user": _Part.CALLING,
    "p_asserted_identity": _Part.CALLING,
    "p_preferred_identity": _Part.CALLING,
    "remote_party_id": _Part.CALLING,
    "to": _Part.CALLED,
    "full_to": _Part.CALLED,
    "to_user": _Part.CALLED,
    "req_user": _Part.CALLED,
    "p_called_party_id": _Part.CALLED,
    "diversion": _Part.FORWARDING,
    "cc_diversion": _Part.FORWARDING,
    "cc_redirect": _Part.FORWARDING,
    "history_info": _Part.FORWARDING,
    "p_served_user": _Part.FORWARDING,
    "referred_by": _Part.FORWARDING,
    "referred_by_user": _Part.FORWARDING,
    "referred_by_user_stripped": _Part.FORWARDING,
    # No party's own, but a number can stand there.
    "contact": _Part.NOBODY,
    "contact_user": _Part.NOBODY,
    "req_params": _Part.NOBODY,
    "referred_by_params": _Part.NOBODY,
}
# Addresses of machines, and proofs of who may call.
_UNREAD = frozenset({"via", "route", "record_route", "path", "authorization", "proxy_authorization"})
# mod_sofia sets these on the leg that a REFER sends on: what the one who sent it says of itself, and the parameters of
# where it is sent to.
_TRANSFERRED_BY = "sip_h_Referred-By"
_TRANSFERRED_TO = "sip_h_X-FS-Refer-Params"
# A phone's username can be digits; so many are a telephone number.
_LONGEST_NAME = 6
_SPLIT = frozenset({"sip_req_user", "sip_referred_by_user"})
_BARE_USERS = frozenset({"from_user", "to_user", "req_user", "referred_by_user", "referred_by_user_stripped"})
# RFC 3325 and draft-ietf-sip-privacy: a Remote-Party-ID can name the called party.
_IS_CALLED = re.compile(r";\s*party\s*=\s*called", re.IGNORECASE)
_REPEATED = re.compile(r"-[0-9]+$")
_INTERNATIONAL = re.compile(r"\s*\+[0-9][0-9 ().-]{6,20}\s*")


@dataclass(frozen=True, slots=True)
class Identities:
    """The parties of a call, each as it would be dialled: who calls, who was called, and who sent the call on.

    Among those who sent it on are the parties of headers that fsplug does not know, and all other numbers that stand
    anywhere: in a parameter, a display, a host. `transferring` are the names that a phone which transferred the call
    gave for itself.
    """

    calling: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    forwarding: tuple[str, ...] = ()
    transferring: tuple[str, ...] = ()


def identities(variables: Mapping[str, str]) -> Identities:
    """The parties that a channel's variables name, in the variables' order, each once."""
    found: tuple[dict[str, None], ...] = ({}, {}, {})
    written: dict[str, None] = {}
    for name, value in variables.items():
        header = _header(name)
        if header in _UNREAD or name in (_TRANSFERRED_BY, _TRANSFERRED_TO):
            continue
        in_context = _in_context(name, value, variables) if name in _SPLIT else value
        for part, party in _named(header, in_context):
            found[part][party] = None
        if header not in _BARE_USERS:
            written.update(dict.fromkeys(_written(value)))
    named = {party.removeprefix("+") for parties_of in found for party in parties_of}
    more = (one for one in written if one.replace(" ", "").removeprefix("+") not in named)
    found[_Part.FORWARDING].update(dict.fromkeys(more))
    calling, called, forwarding = map(tuple, found)
    return Identities(calling, called, forwarding, _transferring(variables))


def identities_of_phone(variables: Mapping[str, str]) -> Identities:
    """The parties that count on the leg of a phone that has proved a password: whom it called, by the request line, and
    who transferred it.

    What else its headers say, of itself or of somebody whose call it sends on, is a claim of whoever holds the phone.
    """
    user = variables.get("sip_req_user", "")
    called = (dialled(_in_context("sip_req_user", user, variables)),) if user else ()
    return Identities(called=called, transferring=_transferring(variables))


def dialled(text: str) -> str:
    """The text as it would be dialled; the text itself if it can't be."""
    return compact(text) or text


def _in_context(name: str, user: str, variables: Mapping[str, str]) -> str:
    """The user with the URI's parameters: the switch splits `tel:22334499;phone-context=+45` into two variables."""
    parameters = variables.get(f"{name.removesuffix('_user')}_params", "")
    return f"{user};{parameters}" if parameters else user


@lru_cache(maxsize=4_096)
def _header(variable: str) -> str:
    """The header's name, in one spelling: `p_served_user` for sip_h_P-Served-User-1."""
    name = variable.removeprefix("sip_")
    place, _, header = name.partition("_")
    if place in ("i", "h", "rh", "ph"):
        name = _REPEATED.sub("", header)
    return name.lower().replace("-", "_")


@lru_cache(maxsize=4_096)
def _written(value: str) -> tuple[str, ...]:
    return numbers_written(value)


@lru_cache(maxsize=4_096)
def _named(header: str, value: str) -> tuple[tuple[_Part, str], ...]:
    part = _PARTS.get(header)
    if part is _Part.NOBODY:
        return ()
    if part is None:
        return tuple((_Part.FORWARDING, party) for party in _of_unknown(value))
    if header in _BARE_USERS:
        return ((part, dialled(value)),) if value else ()
    if part is _Part.CALLING and _IS_CALLED.search(value):
        return tuple((_part_of(one), party) for one in value.split("<") for party in _numbers(f"<{one}"))
    return tuple((part, party) for party in _numbers(value))


def _transferring(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Who transferred the call, by name. Trunks may not transfer, and a phone names a number at will."""
    referred_by = variables.get(_TRANSFERRED_BY, "")
    return tuple(one for one in _numbers(referred_by) if len(one) <= _LONGEST_NAME)


def _part_of(remote_party: str) -> _Part:
    return _Part.CALLED if _IS_CALLED.search(remote_party) else _Part.CALLING


def _of_unknown(value: str) -> Iterator[str]:
    """Of a header that can hold anything, only URIs and numbers that can't be anything else."""
    if has_uri(value) or _INTERNATIONAL.fullmatch(value):
        yield from _numbers(value)


def _numbers(value: str) -> Iterator[str]:
    yield from (number for number in map(compact, parties(value)) if number)
