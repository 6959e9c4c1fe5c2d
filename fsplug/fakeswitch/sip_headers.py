"""What mod_sofia makes of an INVITE's headers: the variables of the channel, and the caller it shows (1.11.1)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fsplug.fakeswitch.variables import joined

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_VALUE = re.compile(rf"(?:{_QUOTED}|<[^<>]*>|[^,\"<])+")
_URI = re.compile(r"<?\s*(?:sips?:([^@>]+)@([^;>\s]+)|tel:([^;>\s]+))(?:;([^>?]*))?", re.IGNORECASE)
_COMPACT = {"b": "Referred-By"}
# The headers that the SIP stack splits at commas; each is a list of parties. The last that is there shows the caller.
_PARTIES = ("Remote-Party-ID", "P-Asserted-Identity", "P-Preferred-Identity")
# RFC 3325, 9.1: neither has parameters; the SIP stack drops a line with one.
_WITHOUT_PARAMETERS = frozenset({"P-Asserted-Identity", "P-Preferred-Identity"})
_PARAMETER = re.compile(r">\s*;")
_LET_THROUGH = re.compile(r"(?:X-|P-|On|K-)|User-to-User$", re.IGNORECASE)


@dataclass(slots=True)
class InviteHeaders:
    """The channel's `variables`, and `caller`, the number of the last asserted identity; empty if there is none."""

    variables: dict[str, str] = field(default_factory=dict)
    caller: str = ""

    def put(self, name: str, value: str) -> None:
        """Set a variable. The names of two variables never differ in their case alone."""
        for known in [one for one in self.variables if one.lower() == name.lower()]:
            del self.variables[known]
        self.variables[name] = value


def read_headers(lines: Sequence[str], parse_all: bool) -> InviteHeaders:
    """What the headers `Name: value` become on a profile with or without `parse-all-invite-headers`."""
    named = [(_COMPACT.get(name.strip().lower(), name.strip()), value.strip()) for name, value in map(_split, lines)]
    found = InviteHeaders()
    for party in _PARTIES:
        _take_parties(found, party, [value for name, value in named if name.lower() == party.lower()], parse_all)
    known = {one.lower() for one in _PARTIES}
    for name, value in named:
        if name.lower() == "referred-by":
            _take_referrer(found, value)
        elif name.lower() not in known:
            _take_unknown(found, name, value)
    if parse_all:
        _keep_all(found, [one for one in named if one[0].lower() not in known | {"referred-by"}])
    return found


def _take_parties(found: InviteHeaders, name: str, values: list[str], parse_all: bool) -> None:
    good = [value for value in values if name not in _WITHOUT_PARAMETERS or not _PARAMETER.search(value)]
    parties = [one.strip() for value in good for one in _VALUE.findall(value)]
    if not parties:
        return
    user = _user(parties[0])
    if user:
        found.caller = user
        found.put(f"sip_{name}", user if name == "P-Asserted-Identity" else parties[0])
    if parse_all:
        found.put(f"sip_i_{_small(name)}", joined(parties))


def _take_referrer(found: InviteHeaders, value: str) -> None:
    uri = _URI.search(re.sub(_QUOTED, "", value))
    # Only the first is read.
    if uri and "sip_referred_by_user" not in found.variables:
        user, host = uri[1] or uri[3], uri[2] or "nowhere"
        found.put("sip_referred_by_user", user)
        found.put("sip_referred_by_user_stripped", user.removeprefix("+"))
        found.put("sip_referred_by_host", host)
        found.put("sip_referred_by_uri", f"{user}@{host}")
        if uri[4]:
            found.put("sip_referred_by_params", uri[4])


def _take_unknown(found: InviteHeaders, name: str, value: str) -> None:
    if name.lower() == "privacy":
        found.put("sip_Privacy", value)
    elif name.lower().startswith("diversion"):
        found.put(f"sip_h_{name}", value)
    elif name.lower().startswith("history-info"):
        before = found.variables.get("sip_history_info")
        found.put("sip_history_info", f"{before}, {value}" if before else value)
    elif _LET_THROUGH.match(name):
        taken = {one.lower() for one in found.variables}
        free = (f"sip_h_{name}{ending}" for ending in ("", *(f"-{number}" for number in range(1, 100))))
        found.put(next(one for one in free if one.lower() not in taken), value)


def _keep_all(found: InviteHeaders, named: Iterable[tuple[str, str]]) -> None:
    values: dict[str, list[str]] = {}
    for name, value in named:
        values.setdefault(_small(name), []).append(value)
    for name, several in values.items():
        found.put(f"sip_i_{name}", joined(several))


def _user(party: str) -> str:
    uri = _URI.search(re.sub(_QUOTED, "", party))
    return ((uri[1] or uri[3]).partition(";")[0]) if uri else ""


def _small(name: str) -> str:
    return name.lower().replace("-", "_")


def _split(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value
