"""Talks of the past decided again, under the policy of now and under one that is only drafted (spec B2)."""

from dataclasses import dataclass

from fsplug.policy.entities import PolicySnapshot, Talk
from fsplug.policy.recording.verdict import Verdict, verdict


@dataclass(frozen=True, slots=True)
class Again:
    """A talk, whether it was to be recorded `then`, and what today's policy and the drafted one say to it."""

    talk: Talk
    then: bool
    today: Verdict
    drafted: Verdict

    @property
    def differs(self) -> bool:
        """Whether the draft makes a difference to it."""
        return self.today.record != self.drafted.record


@dataclass(frozen=True, slots=True)
class Tally:
    """How many talks there were, and how many were or would be recorded; `more` and `less` by the draft than today."""

    talks: int = 0
    then: int = 0
    today: int = 0
    drafted: int = 0
    more: int = 0
    less: int = 0

    def and_one(self, one: Again) -> "Tally":
        """With one talk more."""
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
    """Decide a talk again, by the function that decides live ones."""
    return Again(talk, then, verdict(talk, today), verdict(talk, drafted))
