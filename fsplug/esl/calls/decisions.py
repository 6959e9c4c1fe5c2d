"""The decision of one talk, taken from the armed leg or from policy, and written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from fsplug.errors import Invalid
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.decision_rows import decision_entry, decision_id, early_id, late_call, talk_name
from fsplug.esl.calls.live_call import ArmedLeg, Call
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.policy.entities import Talk
from fsplug.policy.recording.legs import Leg, company_of, expected_talk, identified, in_order, talk_between
from fsplug.policy.recording.verdict import Verdict, verdict
from fsplug.store.calls.entries import CallAnswered


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


class Decisions:
    """Makes decisions; each is written once and never changed."""

    def __init__(self, book: CallBook, policy: PolicySource, conversations: Conversations, ports: Ports) -> None:
        self._book = book
        self._policy = policy
        self._conversations = conversations
        self._ports = ports

    def of(self, caller: Leg, answerer: Leg, ordinal: int) -> Decided:
        """The decision of a talk of these two legs: as armed, where it was, else by the policy the call began under.

        `ordinal` counts the talks of these two legs.
        """
        armed = self._book.take_arm(caller.uuid, answerer)
        if armed is None or armed.arm.verdict.waits:
            return self._fresh(caller, answerer, ordinal, armed.recording if armed is not None else None)
        return self._armed(caller, answerer, armed)

    def expected(self, caller: Leg, answerer: Leg) -> Recording | None:
        """The recording that a talk of these legs, which is about to begin, will order; None if it will order none, or
        one that is armed or has begun. Invalid or Unavailable if that can't be said.
        """
        company = company_of(caller, answerer)
        known = self._book.channels.get(caller.uuid)
        ordinal = known.talked_with.count(answerer.uuid) if known is not None else 0
        early = early_id(company, caller, answerer, ordinal)
        is_armed = answerer.call == caller.uuid or caller.call == answerer.uuid
        if not company or is_armed or early in self._book.recordings or self._ports.spool.exists(early):
            return None
        _, outcome, caller, answerer = self._judged(caller, answerer, company)
        if not (outcome.record and outcome.terms.begins_at_once):
            return None
        leg = caller if outcome.user == caller.username else answerer
        call = self._call_id(company, *in_order(caller, answerer))
        path = self._ports.spool.path(early)
        recording = Recording.ordered(early, path, company, call, outcome.terms)
        recording.leg, recording.is_early = leg.uuid, True
        return recording

    def write(self, decided: Decided, caller: Leg, answerer: Leg, ordinal: int, at: float) -> None:
        """Write the decision, and that its call is answered, and another company's. `ordinal` is as in `of`."""
        self._write(decided, talk_name(caller, answerer, ordinal), at)
        its = (self._book.calls.get(leg.call or leg.uuid) for leg in (caller, answerer))
        for call in [one for one in its if one is not None and one.company != decided.talk.company]:
            self._answered(call, call.company, at)

    def in_conference(self, own: Leg, others: Sequence[Leg], company: str) -> Decided | None:
        """What policy says of the part of the user on the leg `own`, still without an id; None if there is none of this
        company on it.
        """
        try:
            return self._part(own, others, company)
        except Invalid:
            return None  # No company of fsplug's: the domain is the operator's own.

    def forbids_part(self, own: Leg, others: Sequence[Leg], company: str) -> bool:
        """Whether policy wants nothing recorded of the user on the leg `own` while these others are there."""
        decided = self.in_conference(own, others, company) if others else None
        return decided is not None and not decided.verdict.record

    def write_part(self, part: Decided, own: Leg, conference: str, ordinal: int, at: float) -> Decided:
        """Write the decision of this leg's part in this conference (from 0); returns it with its id and recording."""
        name = f"{own.uuid}:{conference}:{ordinal}"
        decision = decision_id(part.talk.company, name)
        call = self._call(part.call, part.talk, part.verdict.version, (own,))
        recording = self._recording(part.talk, part.verdict, own, call, decision) if part.verdict.record else None
        decided = replace(part, id=decision, call=call.id, recording=recording)
        self._write(decided, name, at)
        return decided

    def _part(self, own: Leg, others: Sequence[Leg], company: str) -> Decided | None:
        version = self._version(company, own, *others)
        talk = self._policy.part(own, others, company, version)
        if talk is None:
            return None
        outcome = verdict(talk, self._policy.snapshot(company, version))
        return Decided("", own.call or own.uuid, talk, outcome, None, armed=False)

    def _armed(self, caller: Leg, answerer: Leg, armed: ArmedLeg) -> Decided:
        call = self._book.calls[caller.uuid]
        recording = self._book.recordings.get(armed.recording) if armed.recording else None
        if recording is not None:
            recording.decision = armed.decision
            if recording.stage is Stage.WAITING:
                own = caller if armed.arm.verdict.user == caller.username else answerer
                self._book.runs_on(recording, own.uuid)
            elif not recording.leg:
                self._book.runs_on(recording, caller.uuid if armed.arm.on_caller else answerer.uuid)
        talk = expected_talk(call.ringing, answerer.name) if call.ringing else talk_between(caller, answerer, {})
        return Decided(armed.decision, call.id, talk, armed.arm.verdict, recording, armed=True)

    def _fresh(self, caller: Leg, answerer: Leg, ordinal: int, after_prompt: str | None) -> Decided:
        company = company_of(caller, answerer)
        talk, outcome, caller, answerer = self._judged(caller, answerer, company)
        call = self._call_of(*in_order(caller, answerer), outcome.version, talk)
        decision = decision_id(company, talk_name(caller, answerer, ordinal))
        if not outcome.record:
            return Decided(decision, call.id, talk, outcome, None, armed=False)
        recorded = caller if outcome.user == caller.username else answerer
        early = early_id(company, caller, answerer, ordinal)
        for begun, leg in ((early, recorded), (after_prompt, answerer)):
            if begun and self._has_begun(begun, leg, outcome):
                recording = self._recording(talk, outcome, leg, call, decision, begun)
                return Decided(decision, call.id, talk, outcome, recording, armed=True)
        made = self._made_away(caller, answerer, recorded) if ordinal == 0 else None
        recording = self._recording(talk, outcome, made or recorded, call, decision, made.away if made else "")
        return Decided(decision, call.id, talk, outcome, recording, armed=made is not None)

    def _judged(self, caller: Leg, answerer: Leg, company: str) -> tuple[Talk, Verdict, Leg, Leg]:
        """The talk of these legs, what policy says of it, and the legs as this company's."""
        version = self._version(company, caller, answerer)
        caller, answerer = identified(caller, company), identified(answerer, company)
        talk = self._policy.talk(caller, answerer, company, version)
        return talk, verdict(talk, self._policy.snapshot(company, version)), caller, answerer

    def _has_begun(self, early: str, recorded: Leg, outcome: Verdict) -> bool:
        """Whether this recording, which was begun before its talk, is the one that the talk's decision orders."""
        known = self._book.recordings.get(early)
        if known is None:
            return self._ports.spool.exists(early)  # fsplug was started again since.
        has_begun = known.is_told or known.stage is not Stage.ARMED or self._ports.spool.exists(early)
        is_its_own = known.is_early and not known.withdrawn and known.leg == recorded.uuid
        return has_begun and is_its_own and known.terms == outcome.terms

    def _made_away(self, caller: Leg, answerer: Leg, recorded: Leg) -> Leg | None:
        """The leg on which the switch records this talk by itself: it was armed for it while fsplug was away."""
        if answerer.call != caller.uuid:
            return None
        armed = (leg for leg in (recorded, caller, answerer) if leg.away and leg.away not in self._book.recordings)
        return next((leg for leg in armed if self._ports.spool.exists(leg.away)), None)

    def _version(self, company: str, *legs: Leg) -> int:
        """The company's policy version that the call began under; today's for a call that it has not seen before."""
        ours = (leg.version for leg in legs if leg.company in ("", company))
        known = next((version for version in ours if version is not None), None)
        return self._policy.version(company) if known is None else known

    def _recording(
        self, talk: Talk, outcome: Verdict, leg: Leg, call: Call, decision: str, made: str = ""
    ) -> Recording:
        if (early := self._book.recordings.get(made)) is not None:
            early.call, early.company, early.decision, early.is_early = call.id, talk.company, decision, False
            self._book.runs_on(early, leg.uuid)
            return early
        new = made or self._ports.new_id()
        path = self._ports.spool.path(new)
        recording = Recording.ordered(new, path, talk.company, call.id, outcome.terms)
        recording.leg, recording.decision = leg.uuid, decision
        if made:
            self._book.recordings[made] = recording
            self._book.runs_on(recording, leg.uuid)
        return recording

    def _call_of(self, caller: Leg, answerer: Leg, version: int, talk: Talk) -> Call:
        """The company's call that these legs belong to; added now if it came while fsplug was away."""
        return self._call(self._call_id(talk.company, caller, answerer), talk, version, (caller, answerer))

    def _call_id(self, company: str, *legs: Leg) -> str:
        """A live call of the company that one of these legs belongs to; else one that fsplug has not seen."""
        ids = [leg.call or leg.uuid for leg in legs]
        known = [self._book.calls[one] for one in ids if one in self._book.calls]
        own = (one.id for one in known if one.company == company)
        unseen = (one for one in ids if one not in self._book.calls)
        return next(chain(own, unseen), ids[0])

    def _call(self, call_id: str, talk: Talk, version: int, legs: Sequence[Leg]) -> Call:
        """The call of this id; added now, with those of these legs that belong to it, if it came while fsplug was away.
        The company of the talk has it from now on.

        A leg that was made for no call, such as a queue's to its agent, belongs to one only if it begins it: it may go
        on to others.
        """
        known, now = self._book.calls.get(call_id), self._ports.clock()
        if known is not None:
            if talk.company not in known.companies:
                self._conversations.has(known, talk.company)
                self._ports.write(late_call(call_id, self._ports.switch_name, version, talk, now))
            return known
        its_legs = {leg.uuid for leg in legs if call_id in (leg.call, leg.uuid)}
        call = self._book.calls[call_id] = Call(call_id, talk.company, version, now, legs=its_legs)
        self._book.adopt(call_id, call)
        self._ports.write(late_call(call.id, self._ports.switch_name, version, talk, now))
        for leg in legs:
            if leg.uuid == call_id:
                self._conversations.go_on_late(call, leg)
        return call

    def _write(self, decided: Decided, name: str, at: float) -> None:
        call, recording = self._book.calls[decided.call], decided.recording
        self._answered(call, decided.talk.company, at)
        if recording is not None:
            recording.user = decided.verdict.user
        self._ports.write(
            decision_entry(
                decision=decided.id,
                call=decided.call,
                talk=name,
                between=decided.talk,
                outcome=decided.verdict,
                at=at,
                leg=recording.leg if recording else None,
                recording=recording.id if recording else None,
                path=recording.path if recording else None,
            )
        )

    def _answered(self, call: Call, company: str, at: float) -> None:
        if company not in call.answered_in:
            call.answered_in.add(company)
            self._ports.write(CallAnswered(call.id, max(at, call.began_at), company))
