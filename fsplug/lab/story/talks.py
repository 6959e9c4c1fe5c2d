"""A talk of the story, as the entries that the call flow would have written of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fsplug.lab.story.voices import Conversation
from fsplug.policy.entities import PolicySnapshot, Talk
from fsplug.policy.recording.facts import talk_facts
from fsplug.policy.recording.verdict import verdict
from fsplug.store.calls.entries import (
    DecisionMade,
    JournalEntry,
    RecordingLost,
    RecordingSealed,
    RecordingStarted,
    RecordingStopped,
)


@dataclass(frozen=True, slots=True)
class ToldTalk:
    """One talk of the call `call`, answered on `leg` and begun at `at` (epoch seconds).

    `id`, a hexadecimal number, gives the decision and the recording theirs. `lost` is the cause and the detail of a
    recording that is missing.
    """

    id: str
    call: str
    leg: str
    talk: Talk
    at: float
    conversation: Conversation
    lost: tuple[str, str] | None = None

    @property
    def until(self) -> float:
        """When it ended."""
        return self.at + self.conversation.seconds


def recording_id(talk: str) -> str:
    """The id of the recording of the talk with this id, if it has one."""
    return f"{int(talk, 16) ^ 1:032x}"


def location(domain: str, recording: str, at: float) -> str:
    """The place in the archive of a recording that began then."""
    return f"{domain}/{datetime.fromtimestamp(at, UTC):%Y/%m/%d}/{recording}.wav"


def talk_entries(told: ToldTalk, snapshot: PolicySnapshot) -> Iterator[JournalEntry]:
    """The decision, and what became of the recording if it orders one."""
    outcome = verdict(told.talk, snapshot)
    recording = recording_id(told.id) if outcome.record else None
    path = f"/var/lib/fsplug/spool/{recording}.wav"
    yield DecisionMade(
        decision=f"{int(told.id, 16) ^ 3:032x}",
        call=told.call,
        company=told.talk.company,
        talk=f"{told.call}:{told.leg}:1",
        at=told.at,
        version=outcome.version,
        user=outcome.user,
        leg=told.leg if recording else None,
        record=outcome.record,
        rule=outcome.rule,
        reason=outcome.reason,
        direction=outcome.direction,
        group=outcome.group,
        caller=told.talk.caller.numbers[0],
        answerer=told.talk.answerer.numbers[0],
        inputs=talk_facts(told.talk),
        recording=recording,
        path=path if recording else None,
        terms=outcome.terms,
    )
    if recording:
        yield from _recorded(told, recording, path)


def _recorded(told: ToldTalk, recording: str, path: str) -> Iterator[JournalEntry]:
    domain, spoken = told.talk.company, told.conversation
    yield RecordingStarted(recording, domain, told.leg, path, told.at)
    yield RecordingStopped(recording, told.until, "success-silence", spoken.seconds)
    if told.lost is not None:
        yield RecordingLost(recording, *told.lost, told.until + 1)
        return
    sealed = (spoken.seconds, spoken.bytes, spoken.sha256)
    yield RecordingSealed(recording, *sealed, location(domain, recording, told.at), False, told.until + 1)
