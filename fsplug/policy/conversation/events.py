"""What happened in a conversation, as the rows of its calls tell it.

Times are epoch seconds; `until` is None while something goes on, or if nobody knows when it ended. Legs are named by
their uuids, and calls by the uuids of the legs that placed them.
"""

from dataclasses import dataclass
from enum import StrEnum

from fsplug.policy.consent import Form, Result


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the telephone: a user of the company, or (without a username) a number outside."""

    number: str
    username: str | None = None
    name: str = ""


class Change(StrEnum):
    """What is written down of a call beside its talks: its partner was sent on, it was parked or held, a talk ended, or
    a user paused what records it and who listens (`silenced`: of another company of the conversation), or started,
    kept or stopped their recording.
    """

    TRANSFER = "transfer"
    PARK = "park"
    HOLD = "hold"
    PARTED = "parted"
    PAUSE = "pause"
    SILENCED = "silenced"
    START = "start"
    KEEP = "keep"
    STOP = "stop"


# What the recorded user does to a recording. A pause lasts.
ACTS = frozenset({Change.PAUSE, Change.START, Change.KEEP, Change.STOP})


class How(StrEnum):
    """How a call was transferred: to a number, to somebody who was asked first, or to a phone that still rang."""

    BLIND = "blind"
    ATTENDED = "attended"
    SEMI_ATTENDED = "semi-attended"


@dataclass(frozen=True, slots=True)
class Called:
    """A leg asked for `dialled`: a call began."""

    at: float
    call: str
    who: Person
    dialled: str


@dataclass(frozen=True, slots=True)
class CallOver:
    """The last leg of a call has ended."""

    at: float
    call: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording of a talk, as far as it has come (`state`)."""

    id: str
    state: str
    at: float
    until: float | None


@dataclass(frozen=True, slots=True)
class Talked:
    """A talk began, and was decided.

    `legs` are the two legs of a bridge in any order, or a leg and its conference. `caller` and `answerer` are who the
    decision names so, and `others` are those beside them in a conference. `picked_up`: the answerer took a call that
    was made to somebody else. `user`, `record`, `rule`, `reason`, `direction` and `group` are the verdict's, `gap` is
    the cause of the gap that it left, if it left one. `waits`: it is recorded or kept only if the user wants it.
    """

    at: float
    call: str
    decision: str
    legs: tuple[str, str]
    caller: Person
    answerer: Person
    user: str | None
    record: bool
    rule: str
    reason: str
    direction: str = ""
    group: str | None = None
    others: tuple[Person, ...] = ()
    is_conference: bool = False
    picked_up: bool = False
    recordings: tuple[Recorded, ...] = ()
    gap: str | None = None
    waits: bool = False

    @property
    def own_legs(self) -> frozenset[str]:
        """The legs that people are on: not the conference."""
        return frozenset(self.legs[:1] if self.is_conference else self.legs)


@dataclass(frozen=True, slots=True)
class Parted:
    """The talk of these two legs ended."""

    at: float
    legs: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Transferred:
    """The phone on this leg sent somebody on, who is on the leg `sent`."""

    at: float
    leg: str
    by: Person
    how: How
    sent: str | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A leg waited in a parking place, until somebody fetched it or it hung up."""

    at: float
    leg: str
    place: str
    until: float | None


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody's phone held the talk, by the leg `leg` if that is known."""

    at: float
    by: Person
    until: float | None
    leg: str | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """A user paused the call: nothing of it was recorded, and no listener heard it. `by` is None for somebody of
    another company, whom nobody names here.
    """

    at: float
    leg: str
    by: Person | None
    until: float | None


@dataclass(frozen=True, slots=True)
class Controlled:
    """A user started, kept or stopped the recording of their part (`act`)."""

    at: float
    leg: str
    by: Person
    act: Change


@dataclass(frozen=True, slots=True)
class Listened:
    """Somebody listened in to a user's talk."""

    at: float
    by: Person
    to: Person
    until: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody on the leg `leg` was told or asked about being recorded, and pressed `key`; `until` is None for a prompt
    that was broken off. Or `by` withdrew the consent for them.
    """

    at: float
    leg: str
    who: Person
    form: Form
    result: Result
    key: str = ""
    until: float | None = None
    by: Person | None = None


Event = Called | CallOver | Talked | Parted | Transferred | Parked | Held | Paused | Controlled | Listened | Told
