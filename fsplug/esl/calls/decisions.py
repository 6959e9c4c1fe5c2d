"""The decision of one talk, taken from the armed leg or from policy, and written down."""

import hashlib
from dataclasses import dataclass

from fsplug.esl.calls.book import ArmedLeg, Call, CallBook, Recording
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.policy.entities import Party, Talk
from fsplug.policy.recording.facts import talk_facts
from fsplug.policy.recording.legs import Leg, expected_talk, identified, talk_between
from fsplug.policy.recording.verdict import Verdict, verdict
from fsplug.store.calls.entries import CallAnswered, CallSeen, DecisionMade


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about to be written.

    `recording` is the recording it orders; `armed` if the switch itself starts it.
    """

    id: str
    call: str
    talk: Talk
    verdict: Verdict
    recording: Recording | None
    armed: bool


def talk_name(caller: Leg, answerer: Leg, ordinal: int) -> str:
    """What a decision calls its talk. `ordinal` counts the talks of these two legs, from 0."""
    return f"{caller.uuid}:{answerer.uuid or answerer.name}:{ordinal}"


def decision_id(company: str, talk: str) -> str:
    """The id of a decision that was not prepared before the talk: the same, whoever tells of the talk."""
    return hashlib.sha256(f"{company} {talk}".encode()).hexdigest()[:32]


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


class Decisions:
    """Makes decisions; each is written once and never changed."""

    def __init__(self, book: CallBook, policy: PolicySource, ports: Ports) -> None:
        self._book = book
        self._policy = policy
        self._ports = ports

    def of(self, caller: Leg, answerer: Leg, ordinal: int) -> Decided:
        """The decision of a talk of these two legs: as armed, where it was, else by the policy the call began under.

        `ordinal` counts the talks of these two legs.
        """
        armed = self._book.take_arm(caller.uuid, answerer)
        return self._armed(caller, answerer, armed) if armed else self._fresh(caller, answerer, ordinal)

    def write(self, decided: Decided, caller: Leg, answerer: Leg, ordinal: int, at: float) -> None:
        """Write the decision, and that its call is answered. `ordinal` is as in `of`."""
        call = self._book.calls[decided.call]
        if not call.answered:
            call.answered = True
            self._ports.write(CallAnswered(call.id, max(at, call.began_at)))
        self._ports.write(self._entry(decided, caller, answerer, ordinal, at))

    def _armed(self, caller: Leg, answerer: Leg, armed: ArmedLeg) -> Decided:
        call = self._book.calls[caller.uuid]
        recording = self._book.recordings.get(armed.recording) if armed.recording else None
        if recording is not None:
            recording.decision = armed.decision
            if not recording.leg:
                self._book.runs_on(recording, caller.uuid if armed.arm.on_caller else answerer.uuid)
        talk = expected_talk(call.ringing, answerer.name) if call.ringing else talk_between(caller, answerer, {})
        return Decided(armed.decision, call.id, talk, armed.arm.verdict, recording, armed=True)

    def _fresh(self, caller: Leg, answerer: Leg, ordinal: int) -> Decided:
        company = caller.company or answerer.company
        version = self._version(company, caller, answerer)
        caller, answerer = identified(caller, company), identified(answerer, company)
        talk = self._policy.talk(caller, answerer, company, version)
        outcome = verdict(talk, self._policy.snapshot(company, version))
        call = self._call_of(caller, answerer, company, version, talk)
        decision = decision_id(company, talk_name(caller, answerer, ordinal))
        recorded = caller if outcome.user == caller.username else answerer
        recording = self._recording(outcome, recorded, call, decision) if outcome.record else None
        return Decided(decision, call.id, talk, outcome, recording, armed=False)

    def _version(self, company: str, caller: Leg, answerer: Leg) -> int:
        """The policy version the call began under; today's for a call fsplug has not seen before."""
        known = next((leg.version for leg in (caller, answerer) if leg.version is not None), None)
        return self._policy.version(company) if known is None else known

    def _recording(self, outcome: Verdict, leg: Leg, call: Call, decision: str) -> Recording:
        recording = self._ports.new_id()
        path = self._ports.spool.path(recording)
        return Recording(recording, path, call.company, call.id, outcome.terms, leg=leg.uuid, decision=decision)

    def _call_of(self, caller: Leg, answerer: Leg, company: str, version: int, talk: Talk) -> Call:
        """The call these legs belong to; added now if it came while fsplug was away."""
        ids = [leg.call or leg.uuid for leg in (caller, answerer)]
        known = next((self._book.calls[one] for one in ids if one in self._book.calls), None)
        if known is not None:
            return known
        now = self._ports.clock()
        call = self._book.calls[ids[0]] = Call(ids[0], company, version, now, legs={caller.uuid, answerer.uuid})
        self._ports.write(late_call(call.id, self._ports.switch_name, version, talk, now))
        return call

    def _entry(self, decided: Decided, caller: Leg, answerer: Leg, ordinal: int, at: float) -> DecisionMade:
        recording = decided.recording
        return decision_entry(
            decision=decided.id,
            call=decided.call,
            talk=talk_name(caller, answerer, ordinal),
            between=decided.talk,
            outcome=decided.verdict,
            at=at,
            leg=recording.leg if recording else None,
            recording=recording.id if recording else None,
            path=recording.path if recording else None,
        )
