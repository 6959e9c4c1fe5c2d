"""What the switch says of a channel, read as a leg."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from fsplug.esl.protocol.event import Event, Headers
from fsplug.policy.consent import NOTED, WITHDRAWN_IN
from fsplug.policy.entities import TRUNK_REALM
from fsplug.policy.identities import HEADER_VARIABLES, VARIABLES, Identities, dialled, identities, identities_of_phone
from fsplug.policy.recording.legs import AWAY_PREFIX, TRUNK, Leg
from fsplug.policy.recording.stops import STOPPED

_VARIABLE = "variable_"
_ON_ANSWER = "variable_execute_on_answer"
_ARMED_AWAY = re.compile(rf"record_session /\S*/({AWAY_PREFIX}[0-9a-f]{{32}})\.wav ")
_RUNNING_AWAY = re.compile(rf"<target>(/[^\s<>]*/({AWAY_PREFIX}[0-9a-f]{{32}})\.wav)</target>")
# What `recordings.arm_for_partner` sets.
_POST_BRIDGE = "variable_execute_on_post_bridge_"
_FOR_PARTNER = re.compile(r"record_session \$\{cond\(x\$\{signal_bond\} == x([A-Za-z0-9_-]{1,64}) \?")
# The recording that the switch armed this leg with by itself, and ended when the leg asked again while fsplug was away.
EARLIER_AWAY = "fsplug_away"
_CALLER_ID = ("Caller-Caller-ID-Number", "Caller-ANI")
_DESTINATION = "Caller-Destination-Number"
# On a leg that was called, what its answer asserts of who answered (P-Asserted-Identity, Remote-Party-ID); a bridge
# hands it on to the leg that calls (1.11.1).
_CALLEE_ID = "Caller-Callee-ID-Number"
# On a leg that was called and then transferred to call somebody itself, "destination" and "callee" are the new ones.
# The number it was called by remains in the request, and the switch has made its callee ID its caller ID (1.11.1).
_SENT_ON = "Caller-Caller-ID-Number"
_TRANSFERRED = "Caller-Transfer-Source"
_REDIRECTED = "Caller-RDNIS"
# Who the switch itself knows a phone as: by the password it proved, or by the directory entry that was rung.
_SIGNED_IN = ("variable_sip_auth_username", "variable_sip_auth_realm")
# The phone's entry in the directory names its company as a context; an entry of fsplug's names its user and kind, too.
_CONTEXT, _USER, _DEVICE = "variable_user_context", "variable_fsplug_user", "variable_fsplug_device"
_DIALLED_USER = ("variable_dialed_user", "variable_dialed_domain")
# On a leg that was called as a user: which one. `dialed_user` may be whom it has rung itself since (1.11.1).
_PRESENCE = "variable_presence_id"
# On a leg that was called: the phone whose registration the switch itself looked up to call it (mod_sofia.c, 1.11.1).
# `dialed_user` is no such proof: a trunk's leg that is transferred to a user gets it, too.
_REGISTERED = "variable_sip_local_url"
_NAMED = tuple((name, _VARIABLE + name) for name in VARIABLES)
# Who takes callers out of a queue: mod_fifo's variable, and mod_callcenter's.
_SERVES = {"variable_fifo_role": "consumer", "variable_cc_side": "agent"}
# mod_valet_parking sets this one on the leg that is parked, not on the one that fetches it (1.11.1).
PLACE = "variable_valet_lot_extension"
_LONGEST_PLACE = 32
# Which conversation a leg was made for; the call that it was made for is of that one, too.
_CONVERSATION = ("variable_fsplug_conversation", "variable_fsplug_call")
# What its person was told or asked about being recorded.
CONSENTS, _WITHDRAWN_IN = _VARIABLE + NOTED, _VARIABLE + WITHDRAWN_IN
_STOPPED = _VARIABLE + STOPPED
MENTIONS_CONSENTS = CONSENTS.encode()
UUID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# How sofia is told to look a phone up, as in sofia/internal/1003%acme.example; the switch keeps that as the number.
_PHONE = re.compile(r"([0-9A-Za-z_.+-]{1,64})%([0-9a-z-]+(?:\.[0-9a-z-]+)+)")
_LEG = Headers(
    "Unique-ID",
    "Call-Direction",
    "Answer-State",
    "Caller-Channel-Answered-Time",
    "variable_fsplug_company",
    *_CONVERSATION,
    "variable_fsplug_leg",
    "variable_fsplug_legs",
    _CONTEXT,
    _USER,
    _DEVICE,
    "variable_fsplug_group",
    "variable_fsplug_groups",
    "variable_fsplug_redirects",
    "variable_fsplug_version",
    "variable_current_application",
    CONSENTS,
    _WITHDRAWN_IN,
    _STOPPED,
    *_SERVES,
    PLACE,
    _TRANSFERRED,
    _ON_ANSWER,
    *_SIGNED_IN,
    *_DIALLED_USER,
    _PRESENCE,
    *_CALLER_ID,
    _DESTINATION,
    _CALLEE_ID,
    _REGISTERED,
    _REDIRECTED,
    *(_VARIABLE + name for name in VARIABLES),
    like=(HEADER_VARIABLES,),
)
_ALWAYS_READ = frozenset(_LEG.names)


def leg_of(event: Event) -> Leg:
    """The leg a channel event, `connect` answer or `uuid_dump` describes."""
    return leg_of_headers(event.read(_LEG))


@lru_cache(maxsize=4_096)
def is_read(header: str) -> bool:
    """Whether this header says anything of a leg."""
    return _LEG.has(header)


def leg_of_headers(headers: Mapping[str, str]) -> Leg:
    """The leg that these headers of an event describe, of which each `is_read`.

    A leg that calls carries its caller's numbers and, separately, the numbers it dialled; a leg that was called carries
    the numbers it was called by. A phone that has proved a password has its name for a number, whoever calls whom, and
    whatever its headers say. The dialplan's `fsplug_legs` marks a leg that calls, even if the leg was called first.
    """
    called_in = headers.get("Call-Direction") == "inbound"
    calls = called_in or bool(headers.get("variable_fsplug_legs"))
    uuid = headers.get("Unique-ID", "")
    username = _user(headers, called_in)
    phone = (username or _proved(headers)) if called_in else _registered(headers)
    named = identities_of_phone(_naming(headers)) if phone else identities(_naming(headers))
    destination = _values(headers, (_DESTINATION,))
    numbers = (phone,) if phone else _numbers(headers, named, called_in, calls)
    dialled_to = (*destination, *named.called) if called_in else destination
    return Leg(
        uuid=uuid,
        company=headers.get("variable_fsplug_company", ""),
        call=uuid if calls else headers.get("variable_fsplug_call", ""),
        name=headers.get("variable_fsplug_leg", ""),
        username=username,
        called_in=called_in,
        answered=headers.get("Answer-State") == "answered",
        answered_at=_answered_at(headers),
        numbers=_each_once(numbers),
        dialled=_each_once(dialled_to) if calls else (),
        forwarders=_each_once((*_redirects(headers), *_values(headers, (_REDIRECTED,)), *named.forwarding)),
        groups=_groups(headers),
        version=_version(headers),
        signed_in=_signed_in(headers, called_in, username),
        picks_up=headers.get("variable_current_application") == "intercept",
        serves=any(headers.get(name) == role for name, role in _SERVES.items()),
        is_parked=bool(headers.get(PLACE)),
        away=armed_away(headers.get(_ON_ANSWER, "")),
        transferrers=named.transferring,
        place=headers.get(PLACE, "")[:_LONGEST_PLACE],
        conversation=_conversation(headers, uuid),
        consents=headers.get(CONSENTS, ""),
        withdrawn_in=headers.get(_WITHDRAWN_IN, ""),
        stopped=headers.get(_STOPPED, ""),
    )


def _conversation(headers: Mapping[str, str], uuid: str) -> str:
    """A call of the conversation that the leg belongs to, as the dialplan and fsplug mark it; empty for a first leg.

    Nothing that a phone or a trunk sends becomes a variable of these names.
    """
    marks = (headers.get(name, "") for name in _CONVERSATION)
    return next((mark for mark in marks if mark != uuid and UUID.fullmatch(mark)), "")


def _numbers(headers: Mapping[str, str], named: Identities, called_in: bool, calls: bool) -> Iterable[str]:
    """The numbers of somebody outside, as the switch and the headers have them."""
    if called_in:
        return (*_values(headers, _own_ids(headers)), *named.calling)
    if calls:
        return (*named.called, *_values(headers, (_SENT_ON,)))
    asked_for = _values(headers, (_DESTINATION, _CALLEE_ID))
    # A leg that was called and then sent elsewhere, to a park or a conference, has that place as its destination.
    return (*named.called, *asked_for) if headers.get(_TRANSFERRED) else (*asked_for, *named.called)


def _registered(headers: Mapping[str, str]) -> str:
    """The phone on a leg that was called, by name; empty for somebody outside, and where the switch does not say."""
    return dialled(headers.get(_REGISTERED, "").rpartition("@")[0])


def _user(headers: Mapping[str, str], called_in: bool) -> str:
    """The user whom the leg is marked with. A phone that is led into another company's context has brought its own."""
    is_led = called_in and headers.get(_DEVICE) and _realm(headers) != _company(headers)
    return "" if is_led else headers.get(_USER, "")


def _proved(headers: Mapping[str, str]) -> str:
    """The phone that proved a password, by its name in the company; in the context of another, with its domain.

    Empty for somebody outside. A trunk can prove a password too, in no company's realm.
    """
    proved, realm = headers.get(_SIGNED_IN[0], ""), _realm(headers)
    if not proved or realm == TRUNK_REALM:
        return ""
    if realm == _company(headers):
        return proved
    return f"{proved}@{realm}" if realm == headers.get(_CONTEXT) else ""


def _realm(headers: Mapping[str, str]) -> str:
    return headers.get(_SIGNED_IN[1], "")


def _company(headers: Mapping[str, str]) -> str:
    """The company that the dialplan marks the leg with; that of the phone, where it marks none."""
    return headers.get("variable_fsplug_company") or _realm(headers)


def _own_ids(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The headers with the number of a leg that called in, the one that is shown first.

    When a bridge makes it the answering leg, the switch swaps its caller ID for the other leg's (1.11.1).
    """
    caller_id, ani, callee = (headers.get(name) for name in (*_CALLER_ID, _CALLEE_ID))
    return _CALLER_ID[1:] if ani and ani != caller_id and ani == callee else _CALLER_ID


def armed_away(on_answer: str) -> str:
    """The recording that this command begins, if the switch itself armed a leg with it; else empty."""
    found = _ARMED_AWAY.match(on_answer) if AWAY_PREFIX in on_answer else None
    return found[1] if found else ""


def armed_for_partners(dump: Event) -> list[str]:
    """The legs for which this one is armed, should it get one of them."""
    if not dump.mentions(_POST_BRIDGE.encode()):
        return []
    told = (_FOR_PARTNER.match(value) for name, value in dump.headers().items() if name.startswith(_POST_BRIDGE))
    return [found[1] for found in told if found]


def away_running(media_bugs: str) -> list[tuple[str, str]]:
    """The path and the id of each recording in this list (`uuid_buglist`) that the switch itself armed the leg with."""
    return [(found[1], found[2]) for found in _RUNNING_AWAY.finditer(media_bugs)]


def leg_names(event: Event) -> tuple[str, ...]:
    """The legs that may answer, as the dialplan names them in `fsplug_legs`; a trunk if it names none."""
    names = (event.get("variable_fsplug_legs") or "").split(",")
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip())) or (TRUNK,)


def _naming(headers: Mapping[str, str]) -> dict[str, str]:
    """The variables that name parties, those of VARIABLES first and in their order: an event has them in any order, and
    the first number is the one that is shown.
    """
    found = {name: headers[header] for name, header in _NAMED if header in headers}
    for header in sorted(headers.keys() - _ALWAYS_READ):
        found[header.removeprefix(_VARIABLE)] = headers[header]
    return found


def _values(headers: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    return [dialled(_bare(headers[name])) for name in names if headers.get(name)]


def _bare(number: str) -> str:
    """The number without the domain that a phone was dialled in."""
    phone = _PHONE.fullmatch(number) if "%" in number else None
    return phone[1] if phone else number


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _signed_in(headers: Mapping[str, str], called_in: bool, username: str) -> str:
    """`1003@acme.example`; empty for a leg that the dialplan marks with its user, or that no user is known on.

    A leg that rings `user/1003@acme.example` gets the same variables as the one that is rung (1.11.1): a leg that was
    called, and that the dialplan marks, may since have been sent on to somebody.
    """
    is_marked = username or (headers.get("variable_fsplug_company") and not called_in)
    user, domain = (headers.get(name, "") for name in (_SIGNED_IN if called_in else _DIALLED_USER))
    called_as = "" if called_in else headers.get(_PRESENCE, "")
    if "@" in called_as:
        user, _, domain = called_as.rpartition("@")
    phone = None if called_in else _PHONE.fullmatch(headers.get(_DESTINATION, ""))
    if phone and not user:
        user, domain = phone.groups()
    return f"{user}@{domain}" if user and domain and not is_marked else ""


def _groups(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The ring groups a leg came through, oldest first: the earlier groups, then the current one."""
    noted = headers.get("variable_fsplug_groups", "").split(":")
    return tuple(dict.fromkeys([group for group in (*noted, headers.get("variable_fsplug_group", "")) if group]))


def _redirects(headers: Mapping[str, str]) -> list[str]:
    """The users whose phones sent the call on."""
    return [user for user in headers.get("variable_fsplug_redirects", "").split(":") if user]


def _answered_at(headers: Mapping[str, str]) -> float | None:
    """The switch gives microseconds, and 0 for a ringing leg."""
    time = headers.get("Caller-Channel-Answered-Time", "")
    return int(time) / 1e6 if time.isascii() and time.isdigit() and len(time) < 19 and int(time) else None


def _version(headers: Mapping[str, str]) -> int | None:
    """The version of the leg's company; None for one that the dialplan has led on from another company."""
    version, _, company = headers.get("variable_fsplug_version", "").partition("@")
    is_one = version.isascii() and version.isdigit() and len(version) < 19
    return int(version) if is_one and company in ("", headers.get("variable_fsplug_company")) else None
