"""What a timeline is made of.

lane        one person, whichever legs that person had: when they waited, talked, or were parked
part        one talk, with its verdict: what is recorded of it, and why it is or is not
turn        what somebody did: transferred, picked up, parked, fetched, held, listened in, agreed to be recorded
"""

from dataclasses import dataclass
from enum import StrEnum

from fsplug.policy.consent import Form, Result
from fsplug.policy.conversation.events import How, Person, Recorded


class Doing(StrEnum):
    """What somebody does: waits for an answer (also for that of whom they were transferred to), talks, or is parked."""

    WAITS = "waits"
    TALKS = "talks"
    PARKED = "parked"


class TurnKind(StrEnum):
    """What somebody did to the conversation; of what happened at one moment, the first here comes first. `SILENCED`:
    somebody of another company paused it.
    """

    CONSENT = "consent"
    TRANSFER = "transfer"
    PICK_UP = "pick-up"
    PARK = "park"
    FETCH = "fetch"
    HOLD = "hold"
    PAUSE = "pause"
    SILENCED = "silenced"
    START = "start"
    KEEP = "keep"
    STOP = "stop"
    LISTEN = "listen"


@dataclass(frozen=True, slots=True)
class LaneSpan:
    """What a person does from `at` to `until` (None: still, or nobody knows). `part` is the number of the talk's part,
    and `place` that of the parking place.
    """

    doing: Doing
    at: float
    until: float | None
    part: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One person of the conversation, and what they did, in its order."""

    who: Person
    spans: tuple[LaneSpan, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One talk. `people` are the numbers of its lanes: the caller's, the answerer's, then the others'.

    `is_consultation`: its caller asked somebody while another talk of theirs waited. Verdict, `recordings`, `gap` and
    `waits` are as in `Talked`.
    """

    at: float
    until: float | None
    call: str
    decision: str
    people: tuple[int, ...]
    is_conference: bool
    is_consultation: bool
    user: str | None
    record: bool
    rule: str
    reason: str
    direction: str
    group: str | None
    recordings: tuple[Recorded, ...]
    gap: str | None
    waits: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody did (`by`), and with whom (`whom`); either is None where nobody knows.

    `how` is a transfer's, `place` a parking place's number. `until` is when a hold, a pause, a parking, a listen-in, or
    a prompt ended. `form`, `result` and `key` say how somebody was told or asked about recording, and the answer.
    """

    kind: TurnKind
    at: float
    by: Person | None
    whom: Person | None = None
    until: float | None = None
    how: How | None = None
    place: str = ""
    form: Form | None = None
    result: Result | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A conversation from its first ring to its last hangup (`ended_at` None: it goes on)."""

    began_at: float
    ended_at: float | None
    lanes: tuple[Lane, ...]
    parts: tuple[Part, ...]
    turns: tuple[Turn, ...]
