"""What the switch says of a channel, read as a leg."""

from fsplug.esl.wire import Event
from fsplug.policy.legs import TRUNK, Leg

# Where the number of the party at the far end of a leg stands: the From user, the identities a trunk asserts, the
# request line. Names are FreeSWITCH 1.11.1's (sofia.c).
_CALLING = (
    "Caller-Caller-ID-Number",
    "Caller-ANI",
    "variable_sip_from_user",
    "variable_sip_P-Asserted-Identity",
    "variable_sip_P-Preferred-Identity",
    "variable_sip_Remote-Party-ID",
)
_CALLED = (
    "Caller-Destination-Number",
    "Caller-Callee-ID-Number",
    "variable_sip_to_user",
    "variable_sip_req_user",
)
# On a leg that was called and then sent on to call somebody itself, "destination" and "callee" are the new ones; whom
# it was called as is left in the request, and the switch has made its callee ID its caller ID (1.11.1).
_SENT_ON = ("variable_sip_to_user", "variable_sip_req_user", "Caller-Caller-ID-Number")
_ASKED_FOR = ("Caller-Destination-Number", "Caller-Callee-ID-Number")
_FORWARDING = (
    "Caller-RDNIS",
    "variable_sip_h_Diversion",
    "variable_sip_history_info",
    "variable_sip_redirected_by",
    "variable_sip_referred_by_user",
    "variable_sip_referred_by_user_stripped",
    "variable_sip_h_Referred-By",
)


def company_of(event: Event) -> str:
    """The domain of the company whose dialplan marked this channel, empty when none did."""
    return event.get("variable_fsplug_company") or ""


def leg_of(event: Event) -> Leg:
    """The leg a channel event, `connect` answer or `uuid_dump` tells of.

    A leg that calls carries its caller's numbers, and apart from them those it dialled; one that was called, the
    numbers it was called by. The dialplan's `fsplug_legs` marks a leg that calls, also one that was called first.
    """
    called_in = event.get("Call-Direction") == "inbound"
    calls = called_in or bool(event.get("variable_fsplug_legs"))
    uuid = event.get("Unique-ID") or ""
    return Leg(
        uuid=uuid,
        company=company_of(event),
        call=uuid if calls else event.get("variable_fsplug_call") or "",
        name=event.get("variable_fsplug_leg") or "",
        username=event.get("variable_fsplug_user") or "",
        called_in=called_in,
        answered=event.get("Answer-State") == "answered",
        answered_at=_answered_at(event),
        numbers=_values(event, _CALLING if called_in else _SENT_ON if calls else _CALLED),
        dialled=_values(event, _CALLED if called_in else _ASKED_FOR) if calls else (),
        forwarders=_values(event, _FORWARDING),
        groups=groups_of(event),
        version=_version(event),
    )


def groups_of(event: Event) -> tuple[str, ...]:
    """The ring groups a leg came through, oldest first: those noted on it before, then the one it is in now."""
    noted = (event.get("variable_fsplug_groups") or "").split(":")
    return tuple(dict.fromkeys(group for group in (*noted, event.get("variable_fsplug_group") or "") if group))


def leg_names(event: Event) -> tuple[str, ...]:
    """The legs that may answer, as the dialplan names them in `fsplug_legs`; a trunk where it names none."""
    names = (event.get("variable_fsplug_legs") or "").split(",")
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip())) or (TRUNK,)


def _values(event: Event, names: tuple[str, ...]) -> tuple[str, ...]:
    values = (event.get(name) for name in names)
    return tuple(dict.fromkeys(value for value in values if value))


def _answered_at(event: Event) -> float | None:
    """The switch tells microseconds, and 0 for a leg that rings."""
    told = event.get("Caller-Channel-Answered-Time") or ""
    return int(told) / 1e6 if told.isascii() and told.isdigit() and len(told) < 19 and int(told) else None


def _version(event: Event) -> int | None:
    version = event.get("variable_fsplug_version") or ""
    return int(version) if version.isascii() and version.isdigit() and len(version) < 19 else None
