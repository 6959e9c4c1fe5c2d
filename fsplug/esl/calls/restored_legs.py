"""After a restart: which live legs belong to the store's open calls, and which company has each call now."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from fsplug.policy.recording.legs import Leg
from fsplug.store.calls.calls import Call as CallRow
from fsplug.store.calls.decisions import Decision


def led_to(rows: Sequence[CallRow], legs: Iterable[Leg]) -> tuple[CallRow, str, int | None]:
    """The row of the company that has this call now, that company, and the policy version the call began under there;
    None if that is not known.

    `rows` are those of each company that has the call. The dialplan may have led the caller on from one to another, and
    fsplug may have been killed before it wrote that down.
    """
    caller = next((leg for leg in legs if leg.uuid == rows[0].id and leg.company), None)
    own = next((row for row in rows if caller is not None and row.company == caller.company), rows[0])
    if caller is None or caller.company == own.company:
        return own, own.company, own.version
    return own, caller.company, caller.version


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
