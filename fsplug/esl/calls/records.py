"""The switch's own record of a leg (mod_json_cdr, FreeSWITCH 1.11.1), read as the talks that the leg had.

A record holds the leg's variables as they were at its end, and its call flow: one caller profile for each part of the
leg's life, the latest first. A new part begins with every transfer, so a part has at most one bridge, with its time and
with the profiles of the legs it was bridged to. A leg that was hung up before the switch had looked at whom it calls
has no part. Nothing here is believed that a caller could have written.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fsplug.errors import Invalid
from fsplug.esl.calls.legs import EARLIER_AWAY, UUID, armed_away, is_read, leg_of_headers
from fsplug.esl.calls.record_parts import Facts, LegPart, parts_of, seconds
from fsplug.esl.protocol.event import as_read
from fsplug.policy.recording.legs import Leg

RECORD_BYTES = 4 << 20
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}")
# Variables that don't say who a leg is: media, times, and what belongs to one part of a leg's life. A part that has not
# set its legs to ring or its group has none, whatever a later part set.
_OF_NO_LEG = re.compile(
    r"(rtp|switch|remote|local|advertised|read|write|original|audio|video|text)_"
    r"|\w*_(stamp|epoch|uepoch|sdp_str)$|\w*m?u?sec$|fsplug_(legs|groups?)$"
)
# How a call without an extension ends that the switch did not refuse: nobody has such a number, the caller gave up, the
# call took another one's place (INVITE with Replaces), or an operator ended it.
_NOT_REFUSED = frozenset(
    {"", "NO_ROUTE_DESTINATION", "ORIGINATOR_CANCEL", "NORMAL_CLEARING", "ATTENDED_TRANSFER", "MANAGER_REQUEST"}
)
_CALLER = {
    "Caller-Caller-ID-Number": "caller_id_number",
    "Caller-ANI": "ani",
    "Caller-RDNIS": "rdnis",
    "Caller-Destination-Number": "destination_number",
}


@dataclass(frozen=True, slots=True)
class Bridge:
    """One bridge of a leg: with which leg, from when to when (epoch seconds), and the leg as it was then.

    `at` is when both had answered; a bridge that ends then was never answered. `placed`: this leg placed the call.
    `ordinal` counts the bridges of these two legs. `number` is the other leg's, as this leg knew it. `asked`: the leg's
    call had its verdict in time.
    """

    leg: Leg
    partner: str
    number: str
    at: float
    until: float
    placed: bool
    ordinal: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A leg's time in a conference, from when to when (epoch seconds), and the leg as it was then."""

    leg: Leg
    conference: str
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class LegRecord:
    """What the switch wrote of one leg after its end.

    `name` is the leg's in the dialplan. Times are epoch seconds; `answered_at` is 0 for a leg that never answered.
    `stay` is the latest conference that it was in.
    `refused_on` is the SIP profile of a call that the switch refused before its dialplan; None for every other leg.
    `away` is the recording that the switch itself armed the leg with, while fsplug was away. If its phone transferred
    somebody, `transfer_to` says how and whom (`fsplug.esl.calls.changes`); `user` is whose leg it was, as the dialplan
    marks it, and `number` the one that it showed last. `last` is the leg at its end, None for one that was nothing yet.
    """

    uuid: str
    company: str
    call: str
    began_at: float
    ended_at: float
    cause: str
    bridges: tuple[Bridge, ...]
    name: str = ""
    answered_at: float = 0.0
    stay: Stay | None = None
    refused_on: str | None = None
    away: str = ""
    transfer_to: str = ""
    user: str = ""
    number: str = ""
    last: Leg | None = None

    @property
    def talks(self) -> tuple[Bridge, ...]:
        """The leg's talks, the first one first: those of its bridges that lasted."""
        return tuple(one for one in self.bridges if one.until > one.at)

    def is_armed_as(self, name: str, on_caller: bool) -> bool:
        """Whether what was armed for the leg of this name, or for the caller, runs on this leg."""
        return self.uuid == self.call if on_caller else self.uuid != self.call and self.name == name


def leg_record(body: bytes) -> LegRecord:
    """The record in this file or request; Invalid("bad-record") if it is none."""
    try:
        # The switch writes a caller's name as it came, which need not be UTF-8.
        facts = json.loads(body.decode("utf-8", "replace"))
        variables = _variables(facts["variables"])
        uuid = variables["uuid"]
        if not UUID.fullmatch(uuid):
            raise ValueError(f"{uuid[:80]!r} is no leg's uuid")
        direction = str(facts["channel_data"]["direction"])
        parts = parts_of(facts["callflow"], called_in=direction == "inbound")
        if not parts and seconds(variables.get("answer_uepoch")):
            raise ValueError("a leg that answered has a call flow")
        bridges = tuple(_bridges(uuid, direction, variables, parts))
        stay = _stay(uuid, direction, variables, parts, (facts.get("app_log") or {}).get("applications") or ())
        calls = direction == "inbound" or bool(variables.get("fsplug_legs"))
        last = _leg_then(uuid, direction, variables, parts, len(parts) - 1) if parts else None
        is_refused = direction == "inbound" and _is_refused(facts["callflow"], variables)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Invalid("bad-record", f"this is no record of a leg as FreeSWITCH writes it: {error!r:.200}") from error
    return LegRecord(
        uuid=uuid,
        company=variables.get("fsplug_company", ""),
        call=uuid if calls else variables.get("fsplug_call") or uuid,
        began_at=seconds(variables.get("start_uepoch")),
        ended_at=seconds(variables.get("end_uepoch")),
        cause=variables.get("hangup_cause", ""),
        bridges=bridges,
        name=variables.get("fsplug_leg", ""),
        answered_at=seconds(variables.get("answer_uepoch")),
        stay=stay,
        refused_on=variables.get("sofia_profile_name", "") if is_refused else None,
        away=variables.get(EARLIER_AWAY) or armed_away(variables.get("execute_on_answer", "")),
        transfer_to=variables.get("transfer_to", ""),
        user=variables.get("fsplug_user", ""),
        number=bridges[-1].leg.numbers[0] if bridges and bridges[-1].leg.numbers else "",
        last=last,
    )


def _is_refused(flow: Sequence[Facts], variables: Mapping[str, str]) -> bool:
    """Whether the switch hung up on a call that had come to no extension."""
    is_untouched = not any(part.get("extension") for part in flow) and not seconds(variables.get("answer_uepoch"))
    return is_untouched and variables.get("hangup_cause", "") not in _NOT_REFUSED


def _bridges(uuid: str, direction: str, variables: Mapping[str, str], parts: Sequence[LegPart]) -> Iterator[Bridge]:
    bridged = [number for number, part in enumerate(parts) if part.bridged_at]
    met: list[str] = []
    for number in bridged:
        part = parts[number]
        rang = part.others("originatee")
        other: Facts = next(iter(rang or part.others("originator")), {})
        partner = str(other.get("uuid", ""))
        if number == bridged[-1]:
            # After it, `bridge_uuid` is whom a bridge that never came was tried with (uuid_bridge of a ringing leg).
            now, latest = variables.get("bridge_uuid"), variables.get("last_bridge_to")
            partner = (now or latest if number == len(parts) - 1 else latest or now) or partner
        if not UUID.fullmatch(partner):
            continue
        known = other if partner == other.get("uuid") else {}
        yield Bridge(
            leg=_leg_then(uuid, direction, variables, parts, number),
            partner=partner,
            number=str(known.get("destination_number" if rang else "caller_id_number") or ""),
            at=max(part.bridged_at, part.answered_at),
            # Early media is bridged before the answer, which may never come.
            until=max(part.bridged_at, part.answered_at, part.ended_at) if part.answered_at else part.bridged_at,
            placed=bool(rang),
            ordinal=met.count(partner),
            asked=_asked(variables, part, is_last=number == len(parts) - 1),
        )
        met.append(partner)


def _stay(
    uuid: str, direction: str, variables: Mapping[str, str], parts: Sequence[LegPart], ran: Sequence[Facts]
) -> Stay | None:
    """The latest conference; only that one's uuid is among the variables."""
    conference = variables.get("conference_uuid", "")
    at = max((seconds(one.get("app_stamp")) for one in ran if one.get("app_name") == "conference"), default=0.0)
    number = next((number for number, part in enumerate(parts) if at <= part.ended_at), None)
    if not UUID.fullmatch(conference) or not at or number is None:
        return None
    return Stay(_leg_then(uuid, direction, variables, parts, number), conference, at, parts[number].ended_at)


def _at_the_time(variables: Mapping[str, str], parts: Sequence[LegPart], number: int) -> dict[str, str]:
    """The leg's variables as they were in this part of its life: our marks change with each."""
    known = {name: value for name, value in variables.items() if _says_who(name)}
    for part in parts[: number + 1]:
        known.update(part.marks)
    known["fsplug_groups"] = ":".join(_groups(variables, parts, number))
    return known


def _asked(variables: Mapping[str, str], part: LegPart, is_last: bool) -> bool:
    """Whether the part got its verdict, if its dialplan asks for one.

    Each asking begins by unsetting the verdict; the version stays from the first verdict on.
    """
    if not part.marks.get("fsplug_legs"):
        return True
    return variables.get("fsplug_verdict") == "given" if is_last else "fsplug_version" in variables


@lru_cache(maxsize=4_096)
def _says_who(name: str) -> bool:
    return is_read(f"variable_{name}") and _OF_NO_LEG.match(name) is None


def _groups(variables: Mapping[str, str], parts: Sequence[LegPart], number: int) -> dict[str, None]:
    """The ring groups that the leg had come through, oldest first."""
    noted = variables.get("fsplug_groups", "").split(":") if number == len(parts) - 1 else []
    marked = [part.marks.get("fsplug_group", "") for part in parts[: number + 1]]
    return dict.fromkeys(group for group in (*noted, *marked) if group)


def _leg_then(uuid: str, direction: str, variables: Mapping[str, str], parts: Sequence[LegPart], number: int) -> Leg:
    """The leg in this part of its life, as an event of the switch would have reported it."""
    part, then = parts[number], _at_the_time(variables, parts, number)
    headers = {
        "Unique-ID": uuid,
        "Call-Direction": direction,
        "Answer-State": "answered" if part.answered_at else "ringing",
        "Caller-Channel-Answered-Time": str(round(part.answered_at * 1e6)),
        "Caller-Transfer-Source": "" if number == 0 else variables.get("transfer_source", ""),
        **{header: str(part.profile.get(name) or "") for header, name in _CALLER.items()},
        **{f"variable_{name}": value for name, value in then.items()},
    }
    return leg_of_headers({name: as_read(value) for name, value in headers.items() if is_read(name)})


def _variables(found: Facts) -> dict[str, str]:
    return {name: str(value) for name, value in found.items() if _NAME.fullmatch(name)}
