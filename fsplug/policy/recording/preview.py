"""Past talks decided again, under today's policy and under a draft (spec B2)."""

from dataclasses import dataclass, replace

from fsplug.policy.consent import ANSWERER, CALLER
from fsplug.policy.entities import PolicySnapshot, Talk
from fsplug.policy.recording.verdict import Verdict, verdict


@dataclass(frozen=True, slots=True)
class Again:
    """A talk, whether policy wanted it recorded `then`, and the verdicts of today's policy and of the draft."""

    talk: Talk
    then: bool
    today: Verdict
    drafted: Verdict

    @property
    def differs(self) -> bool:
        """Whether the draft decides this talk differently."""
        return self.today.record != self.drafted.record


@dataclass(frozen=True, slots=True)
class Tally:
    """How many talks there were, and how many were or would be recorded.

    `more` and `less` compare the draft with today.
    """

    talks: int = 0
    then: int = 0
    today: int = 0
    drafted: int = 0
    more: int = 0
    less: int = 0

    def and_one(self, one: Again) -> "Tally":
        """The tally with one more talk."""
        now, becomes = one.today.record, one.drafted.record
        return Tally(
            self.talks + 1,
            self.then + one.then,
            self.today + now,
            self.drafted + becomes,
            self.more + (becomes and not now),
            self.less + (now and not becomes),
        )


def again(talk: Talk, then: bool, today: PolicySnapshot, drafted: PolicySnapshot) -> Again:
    """Decide a talk again, with the function that decides live talks. Who a policy wants told would have been told."""
    talk = replace(talk, told=(CALLER, ANSWERER))
    return Again(talk, then, verdict(talk, today), verdict(talk, drafted))
