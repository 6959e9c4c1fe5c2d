"""After a restart: which live legs belong to the store's open calls, and which company has each call now."""

from collections.abc import Collection, Iterable, Mapping

from fsplug.policy.recording.legs import Leg
from fsplug.store.calls.calls import Call as CallRow
from fsplug.store.calls.decisions import Decision


def led_to(row: CallRow, legs: Iterable[Leg]) -> tuple[str, int | None]:
    """The company that has this call now, and the policy version it began under there; None if that is not known.

    The dialplan may have led the caller on from the company of the row.
    """
    caller = next((leg for leg in legs if leg.uuid == row.id and leg.company), None)
    if caller is None or caller.company == row.company:
        return row.company, row.version
    return caller.company, caller.version


def others_of(decided: Collection[Decision], live: Mapping[str, Leg]) -> list[Leg]:
    """The live legs that these talks were decided for, whichever call they belong to: a queue's or a picker's."""
    named = dict.fromkeys(leg for decision in decided for leg in decision.talk.split(":")[:2])
    return [live[leg] for leg in named if leg in live]


def by_call(legs: Iterable[Leg]) -> dict[str, list[Leg]]:
    """The legs by the calls that they belong to; a leg that was called and calls belongs to two."""
    found: dict[str, list[Leg]] = {}
    for leg in legs:
        for call in {leg.uuid, leg.call}:
            found.setdefault(call, []).append(leg)
    return found
