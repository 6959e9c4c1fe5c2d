"""Past talks decided again, under today's policy and under a draft (spec B2)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from fsplug.policy.consent import ANSWERER, CALLER
from fsplug.policy.entities import PolicySnapshot, Talk
from fsplug.policy.recording.verdict import Verdict, verdict


class Outcome(StrEnum):
    """What policy makes of a talk. ON_DEMAND: it is recorded or kept only if the recorded user wants it."""

    RECORDED = "recorded"
    ON_DEMAND = "on-demand"
    NOT = "not"

    @classmethod
    def of(cls, record: bool, is_on_demand: bool) -> "Outcome":
        """The outcome of a verdict whose terms may be on demand."""
        return cls.NOT if not record else cls.ON_DEMAND if is_on_demand else cls.RECORDED


@dataclass(frozen=True, slots=True)
class Again:
    """A talk, what policy made of it `then`, and what today's policy and the draft make of it, for this reason."""

    talk: Talk
    then: Outcome
    today: Outcome
    drafted: Outcome
    reason: str

    @property
    def differs(self) -> bool:
        """Whether the draft decides this talk differently."""
        return self.today is not self.drafted


@dataclass(frozen=True, slots=True)
class Counted:
    """How many talks are recorded by themselves, and how many only if the recorded user wants it."""

    recorded: int = 0
    on_demand: int = 0

    def and_one(self, one: Outcome) -> "Counted":
        """The count with one more talk."""
        return Counted(self.recorded + (one is Outcome.RECORDED), self.on_demand + (one is Outcome.ON_DEMAND))


_NOTHING = Counted()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many talks there were, and how many were or would be recorded.

    `more` and `less` compare those that the draft records by themselves with today's.
    """

    talks: int = 0
    then: Counted = _NOTHING
    today: Counted = _NOTHING
    drafted: Counted = _NOTHING
    more: int = 0
    less: int = 0

    def and_one(self, one: Again) -> "Tally":
        """The tally with one more talk."""
        now, becomes = one.today is Outcome.RECORDED, one.drafted is Outcome.RECORDED
        return Tally(
            self.talks + 1,
            self.then.and_one(one.then),
            self.today.and_one(one.today),
            self.drafted.and_one(one.drafted),
            self.more + (becomes and not now),
            self.less + (now and not becomes),
        )


def again(talk: Talk, then: Outcome, today: PolicySnapshot, drafted: PolicySnapshot) -> Again:
    """Decide a talk again, with the function that decides live talks. Who a policy wants told would have been told."""
    talk = replace(talk, told=(CALLER, ANSWERER))
    becomes = verdict(talk, drafted)
    return Again(talk, then, _outcome(verdict(talk, today)), _outcome(becomes), becomes.reason)


def _outcome(one: Verdict) -> Outcome:
    return Outcome.of(one.record, not one.terms.is_kept)
