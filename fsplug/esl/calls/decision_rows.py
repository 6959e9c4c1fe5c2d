"""The rows of decisions, and of calls that are known by a talk alone, and what both are called."""

import hashlib

from fsplug.policy.entities import Party, Talk
from fsplug.policy.recording.facts import talk_facts
from fsplug.policy.recording.legs import EARLY_PREFIX, Leg
from fsplug.policy.recording.verdict import Verdict
from fsplug.store.calls.entries import CallSeen, DecisionMade


def talk_name(caller: Leg, answerer: Leg, ordinal: int) -> str:
    """What a decision calls its talk. `ordinal` counts the talks of these two legs, from 0."""
    return f"{caller.uuid}:{answerer.uuid or answerer.name}:{ordinal}"


def decision_id(company: str, talk: str) -> str:
    """The id of a decision that was not prepared before the talk: the same, whoever tells of the talk."""
    return hashlib.sha256(f"{company} {talk}".encode()).hexdigest()[:32]


def early_id(company: str, one: Leg, other: Leg, ordinal: int) -> str:
    """The id of a recording that is begun before the talk of these legs: the same, whichever of them is named first."""
    legs = ":".join(sorted((one.uuid, other.uuid)))
    return EARLY_PREFIX + hashlib.sha256(f"{company} {legs}:{ordinal} recording".encode()).hexdigest()[:32]


def decision_entry(
    decision: str,
    call: str,
    talk: str,
    between: Talk,
    outcome: Verdict,
    at: float,
    leg: str | None,
    recording: str | None,
    path: str | None,
) -> DecisionMade:
    """The row of a decision on the talk named `talk`: what was decided, and the facts that it was decided from."""
    return DecisionMade(
        decision=decision,
        call=call,
        company=between.company,
        talk=talk,
        at=at,
        version=outcome.version,
        user=outcome.user,
        leg=leg,
        record=outcome.record,
        rule=outcome.rule,
        reason=outcome.reason,
        direction=outcome.direction,
        group=outcome.group,
        caller=_number(between.caller),
        answerer=_number(between.answerer),
        inputs=talk_facts(between),
        recording=recording,
        path=path,
        terms=outcome.terms,
    )


def late_call(call: str, switch: str, version: int, between: Talk, at: float) -> CallSeen:
    """The row of a call that is known only by a talk: nobody asked for its verdict, or nothing is left of that."""
    return CallSeen(
        call=call,
        company=between.company,
        switch=switch,
        version=version,
        direction=between.direction,
        group=between.groups[-1] if between.groups else None,
        caller=_number(between.caller),
        called=_number(between.answerer),
        facts={},
        at=at,
    )


def _number(party: Party) -> str:
    return next(iter(party.numbers), "")
