"""A recording on the switch, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Self

from fsplug.esl.calls.ordered_talk import Until
from fsplug.policy.recording.holds import Holder
from fsplug.policy.terms import Terms

# A recording that begins later than this after its talk is no longer whole. A command to a bridged leg takes 0.2 s.
LATE_SECONDS = 0.5


class Stage(Enum):
    """How far a recording has come on the switch. WAITING: the recorded user has not started it."""

    WAITING = auto()
    ARMED = auto()
    RUNNING = auto()
    STOPPING = auto()
    STOPPED = auto()


def follower_of(recording: str, number: int) -> str:
    """The id of the recording that goes on after the talk's first one while nobody has kept it; `number` is from 1."""
    return f"{recording}_{number}"


NEXT_STAGES: Mapping[Stage, frozenset[Stage]] = {
    Stage.WAITING: frozenset({Stage.ARMED, Stage.STOPPED}),
    Stage.ARMED: frozenset({Stage.RUNNING, Stage.STOPPED}),
    Stage.RUNNING: frozenset({Stage.STOPPING, Stage.STOPPED}),
    Stage.STOPPING: frozenset({Stage.STOPPED}),
    Stage.STOPPED: frozenset(),
}


@dataclass(slots=True)
class HoldNotes:
    """What is written down of a recording's holds: those that go on, by who holds, with when they began.

    Of the recorded leg's holds, `known_seconds` is how long those took that have ended, and `before_seconds` how long
    those took that ended before the recording began, None if unknown.
    """

    open: dict[Holder, float] = field(default_factory=dict)
    known_seconds: float = 0.0
    before_seconds: float | None = None


@dataclass(slots=True)
class Recording:
    """One recording file on the switch.

    `leg` is the uuid of the leg it runs on and `decision` the decision that ordered it, both empty until known. `user`
    is whose part it records, None until decided. Times are epoch seconds; `due_at` is when the talk began. `withdrawn`
    is the id of the decision it was armed for, once no decision will order it any more: if the switch begins it all the
    same, it is stopped and its file destroyed. `rate` is the sample rate of its leg's speech when it began, as the
    switch writes it; `is_renewed`: another one follows it.
    `until` is when its talk ended, if its leg is known to have gone on: what was recorded later is cut off. `is_over`:
    its talk ended before it was seen to begin, so it is stopped as soon as it does. `is_forbidden`: policy wants none
    of it any more, which is written down, and its file goes whenever there is one. `is_early`: it is for a talk that is
    about to begin or might, and no decision has ordered it yet. `is_told`: the switch was told to begin it.
    `is_kept`: False while nobody knows of it, because the recorded user has neither started nor kept it; it goes
    without a trace then, with the recordings of the same talk that it followed, `before`. `is_ended`: the recorded user
    has stopped it, and it is all of the talk. `trouble` is why the switch has not begun it in time, once it has not.
    """

    id: str
    path: str
    company: str
    call: str
    terms: Terms
    leg: str = ""
    decision: str = ""
    stage: Stage = Stage.ARMED
    due_at: float | None = None
    started_at: float | None = None
    stopped_at: float | None = None
    stop_cause: str = ""
    holds: HoldNotes = field(default_factory=HoldNotes)
    withdrawn: str = ""
    user: str | None = None
    rate: str = ""
    is_renewed: bool = False
    until: Until | None = None
    is_over: bool = False
    is_forbidden: bool = False
    is_early: bool = False
    is_told: bool = False
    is_kept: bool = True
    is_ended: bool = False
    before: tuple["Recording", ...] = ()
    trouble: str = ""

    @classmethod
    def ordered(cls, new: str, path: str, company: str, call: str, terms: Terms) -> Self:
        """A recording that policy wants of a talk, or of one that may begin."""
        stage = Stage.ARMED if terms.begins_at_once else Stage.WAITING
        return cls(new, path, company, call, terms, stage=stage, is_kept=terms.is_kept)

    def seconds_left(self, at: float) -> float | None:
        """How many seconds of the talk remain to be recorded at `at`; None for all of it."""
        began = self.started_at or self.due_at
        return None if began is None else self.terms.seconds_left(at - began)

    def has_all(self, at: float) -> bool:
        """Whether everything that policy and the recorded user want of the talk was recorded by `at`."""
        if self.is_ended:
            return True
        left = self.seconds_left(at)
        return left is not None and left < LATE_SECONDS

    def talked_less_than(self, seconds: float, until: float | None) -> bool:
        """Whether the talk, if it is known to have ended then, was shorter than this."""
        return until is not None and until - (self.due_at or 0.0) < seconds

    def rest(self, at: float) -> Terms:
        """The terms for recording the rest of the same talk."""
        began = self.started_at or self.due_at
        return self.terms if began is None else self.terms.rest(at - began)

    def advance(self, stage: Stage) -> bool:
        """Move on to `stage`. False, and no change, if the recording is that far already (reported twice, or late)."""
        if stage not in NEXT_STAGES[self.stage]:
            return False
        self.stage = stage
        return True
