"""When a leg's ordered talk ended, if the leg talked to anybody else afterwards: pure, from what the switch says.

A leg that lives on says when its present part of life began (`Caller-Profile-Created-Time`), when it was bridged last,
and in which seconds it was transferred (FreeSWITCH 1.11.1): each transfer begins a new part. A leg that is gone has
left its record, which has all its talks.
"""

import re
from dataclasses import dataclass

from fsplug.esl.calls.records import Bridge, LegRecord
from fsplug.esl.protocol.event import Event

# A talk may be written down as begun when its legs answered, and they are bridged within 0.1 s.
BRIDGED_SECONDS = 0.5
# Beside the transfer that begins a new part, a REFER with Replaces notes itself (att_xfer).
_TRANSFER = re.compile(r"(?:^(?:ARRAY::)?|\|:)(\d{1,12}):[^:|]*:(?!att_xfer:)")


@dataclass(frozen=True, slots=True)
class Until:
    """The leg has talked to somebody else since. Its ordered talk ended `at`, at the latest; None if unknown.

    `is_reported`: an event said so, and fsplug was merely late to stop the recording.
    """

    at: float | None
    is_reported: bool = False


def until_of_live(dump: Event, began_at: float, seen_until: float | None, is_elsewhere: bool) -> Until | None:
    """As this dump of a live leg says; None if the leg has talked to nobody else since its talk began.

    fsplug saw the leg until `seen_until`. `is_elsewhere`: the leg is with somebody else now. Epoch seconds.
    """
    part_at = _seconds(dump.get("Caller-Profile-Created-Time") or "")
    if part_at > began_at:
        since = max(began_at, seen_until or 0.0)
        transfers = [float(one) for one in _TRANSFER.findall(dump.get("variable_transfer_history") or "")]
        # Their times are whole seconds: one of the second in which fsplug saw the leg last may have come after that.
        later = [one for one in transfers if one + 1.0 > since]
        return Until(part_at if len(later) < 2 else min(part_at, *later))
    if is_elsewhere or bridged_at(dump) > began_at + BRIDGED_SECONDS:
        return Until(None)
    return None


def bridged_at(dump: Event) -> float:
    """When this leg was bridged last, in epoch seconds; 0 if it never was."""
    return _seconds(dump.get("Caller-Channel-Bridged-Time") or "")


def until_of_ended(record: LegRecord, partner: str, ordinal: int) -> Until | None:
    """As the record of a leg that is gone says of its talk with `partner`, which may be a conference.

    `ordinal` counts its talks with that partner. None if it talked to nobody else after that talk.
    """
    stay = record.stay
    if stay is not None and stay.conference == partner:
        at, until = stay.at, stay.until
    elif (talk := _talk(record, partner, ordinal)) is not None:
        at, until = talk.at, talk.until
    else:
        return Until(None)
    later = [one.at for one in record.bridges if one.at > at and one.until > one.at]
    later += [stay.at] if stay is not None and stay.at > at else []
    return Until(min(until, *later)) if later else None


def _talk(record: LegRecord, partner: str, ordinal: int) -> Bridge | None:
    found = [one for one in record.bridges if one.partner == partner and one.until > one.at]
    if len(found) == 1:
        return found[0]
    return next((one for one in found if one.ordinal == ordinal), None)


def _seconds(micros: str) -> float:
    return int(micros) / 1e6 if micros.isascii() and micros.isdigit() and len(micros) < 19 else 0.0
