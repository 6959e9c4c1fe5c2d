"""What happens to calls and recordings, as entries of the ledger. `entry_lines` writes them as lines of the journal.

Times are epoch seconds (UTC). `company` is a domain, `call` the A-leg's uuid, `group` a ring group's number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from fsplug.policy.terms import DEFAULT_TERMS, Terms

# The hangup cause of a call whose end no event reported.
UNREPORTED_CAUSE = "UNTOLD"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One fact. The rows are the same if it is applied twice, or before an earlier fact."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class CallSeen(JournalEntry):
    """A call reached the switch named `switch`; `version` is the policy version that decides it."""

    kind = "call-seen"
    call: str
    company: str
    switch: str
    version: int
    direction: str
    group: str | None
    caller: str
    called: str
    facts: Mapping[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class CallAnswered(JournalEntry):
    """Somebody answered the call. Lines of earlier versions name no `company`: they are of each that has the call."""

    kind = "call-answered"
    call: str
    at: float
    company: str | None = None


@dataclass(frozen=True, slots=True)
class CallEnded(JournalEntry):
    """The call is over, by this hangup cause. `company` is as in `CallAnswered`."""

    kind = "call-ended"
    call: str
    at: float
    cause: str
    company: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionMade(JournalEntry):
    """Policy's verdict on one talk (`talk` is unique in the company); with `record`, a recording is expected.

    `inputs` holds every fact the verdict looked at, so that the decision can be made again.
    """

    kind = "decision-made"
    decision: str
    call: str
    company: str
    talk: str
    at: float
    version: int
    user: str | None
    leg: str | None
    record: bool
    rule: str
    reason: str
    direction: str
    group: str | None
    caller: str
    answerer: str
    inputs: Mapping[str, Any]
    recording: str | None = None
    path: str | None = None
    terms: Terms = DEFAULT_TERMS


@dataclass(frozen=True, slots=True)
class RecordingExpected(JournalEntry):
    """Another recording of a talk that is already decided: the earlier one ended while the talk went on."""

    kind = "recording-expected"
    recording: str
    company: str
    call: str
    decision: str
    user: str | None
    leg: str
    path: str
    terms: Terms
    at: float


@dataclass(frozen=True, slots=True)
class RecordingStarted(JournalEntry):
    """The switch says that it writes to `path`."""

    kind = "recording-started"
    recording: str
    company: str
    leg: str
    path: str
    at: float


@dataclass(frozen=True, slots=True)
class RecordingHeld(JournalEntry):
    """The recorded call was on hold from `at` on; `until` is None while it goes on, and in a second entry its end.

    `by` says whose phone held (`fsplug.policy.recording.holds.Holder`).
    """

    kind = "recording-held"
    hold: str
    recording: str
    company: str
    by: str
    at: float
    until: float | None


@dataclass(frozen=True, slots=True)
class RecordingStopped(JournalEntry):
    """The switch closed the file. `talk_seconds` is how long its leg talked, if known."""

    kind = "recording-stopped"
    recording: str
    at: float
    cause: str
    talk_seconds: float | None


@dataclass(frozen=True, slots=True)
class RecordingSealed(JournalEntry):
    """The file is measured, and in the archive at `location`. `whole`: it is known to hold all of its talk."""

    kind = "recording-sealed"
    recording: str
    seconds: float
    bytes: int
    sha256: str
    location: str
    repaired: bool
    at: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class RecordingLost(JournalEntry):
    """There is no good file and there never will be: a gap."""

    kind = "recording-lost"
    recording: str
    cause: str
    detail: str
    at: float


@dataclass(frozen=True, slots=True)
class GapFound(JournalEntry):
    """Something that policy wanted recorded is missing or incomplete."""

    kind = "gap-found"
    company: str
    call: str
    decision: str
    recording: str | None
    cause: str
    detail: str
    at: float


@dataclass(frozen=True, slots=True)
class TalkWitnessed(JournalEntry):
    """The switch's records tell of this talk.

    `asked`: the switch had a verdict before the talk began. `outage` names the time in which the talk was missed; None
    if its decision was made while it went on.
    """

    kind = "talk-witnessed"
    id: str
    company: str
    talk: str
    call: str
    switch: str
    at: float
    until: float
    asked: bool
    decision: str
    outage: str | None = None


@dataclass(frozen=True, slots=True)
class OutageSeen(JournalEntry):
    """Calls of this switch may have been missed in this time. `until_at` is None while it lasts.

    Both times are None if only the missed talks themselves say when it was.
    """

    kind = "outage-seen"
    outage: str
    switch: str
    cause: str
    from_at: float | None = None
    until_at: float | None = None


@dataclass(frozen=True, slots=True)
class CallRefused(JournalEntry):
    """The switch refused a call before its dialplan, on this SIP profile and with this hangup cause."""

    kind = "call-refused"
    call: str
    switch: str
    profile: str
    cause: str
    at: float


@dataclass(frozen=True, slots=True)
class ListenRefused(JournalEntry):
    """Somebody asked to listen in and was refused for this reason. Listener and target are given if known."""

    kind = "listen-refused"
    listen: str
    company: str
    switch: str
    listener: str | None
    target: str | None
    dialled: str
    door: str
    listener_leg: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class ListenBegan(JournalEntry):
    """A user begins to hear another user's call. `call` and `target_leg` are the target's."""

    kind = "listen-began"
    listen: str
    company: str
    switch: str
    listener: str
    target: str
    dialled: str
    door: str
    call: str
    target_leg: str
    listener_leg: str
    at: float


@dataclass(frozen=True, slots=True)
class ListenEnded(JournalEntry):
    """A listen-in has ended; `reason` is the gate's, if the gate ended it."""

    kind = "listen-ended"
    listen: str
    at: float
    ending: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable(JournalEntry):
    """A line of the journal that is not an entry, and why. It is kept among the rejects, where it can be seen."""

    kind = "unreadable"
    line: str
    error: str

    @classmethod
    def of(cls, line: bytes, error: Exception) -> Self:
        """Make one from the bytes found in the journal."""
        return cls(line.decode("utf-8", "replace"), str(error))
