"""Recordings of legs whose end fsplug did not see: was their file made of the ordered talk alone?

fsplug was away, or its link to the switch was down. A leg that lives on says it itself. The file of a leg that is gone
waits for that leg's record. Until then it is not stopped, so that nobody can list or hear it. If no record comes in
time, only what was recorded while fsplug saw the leg is kept. A switch that was killed writes no record, and its files
end when they were last written to.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.conference_stays import ConferenceStays
from fsplug.esl.calls.live_recording import Recording
from fsplug.esl.calls.ordered_talk import Until, until_of_ended, until_of_live
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.records import LegRecord, Stay
from fsplug.esl.protocol.event import Event
from fsplug.store.calls.decisions import Decision

# A record comes at the end of its leg, is read within seconds, and waits at most two minutes for the other leg's.
RECORDS_SECONDS = 180.0
# A switch that was restarted since has no more to tell. What it had kept as files is read within this time.
FILED_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    recording: Recording
    partner: str
    ordinal: int
    seen_until: float | None
    until: float


class LeftRecordings:
    """The recordings of legs that ended unseen, until it is known what they hold."""

    def __init__(self, book: CallBook, stays: ConferenceStays, recorder: Recorder, ports: Ports) -> None:
        self._book = book
        self._stays = stays
        self._recorder = recorder
        self._ports = ports
        # By recording.
        self._waiting: dict[str, _Waiting] = {}
        # The records of legs that the book has as live, by leg.
        self._early: dict[str, LegRecord] = {}

    def wait(self, recording: Recording, decision: Decision | None, seen_until: float | None, up_since: float) -> None:
        """The leg is gone. Its record will say what the file holds; fsplug saw the leg until `seen_until`.

        `up_since` is when the switch was started. Epoch seconds.
        """
        partner, ordinal = "", 0
        if decision is not None:
            caller, answerer, number = decision.talk.split(":")
            partner = caller if recording.leg == answerer else answerer
            ordinal = int(number)
        until = self._ports.clock() + (FILED_SECONDS if _began(recording) < up_since else RECORDS_SECONDS)
        self._waiting[recording.id] = _Waiting(recording, partner, ordinal, seen_until, until)

    def leg_vanished(self, leg: str, seen_until: float | None) -> None:
        """The switch has this leg no more, and no event said so; it was seen as the book has it until `seen_until`.

        What records its present talk leaves the book. Unavailable if the switch does not answer.
        """
        channel = self._book.channels.get(leg)
        # Its event may have come while the switch was asked about another leg.
        recording = self._book.recording_of(channel) if channel else None
        if channel is None or recording is None or recording.leg != leg or not self._ports.spool.exists(recording.id):
            return
        if not recording.is_kept:
            return  # It goes with its leg.
        if _began(recording) < self._ports.clock() - self._ports.switch.up_seconds():
            # The switch died with it. Until then every event came.
            return
        conference = next((one for one, legs in self._book.conferences.items() if leg in legs), "")
        partner = conference or next(reversed(channel.talked_with), "")
        ordinal, until = channel.talked_with.count(partner) - 1, self._ports.clock() + RECORDS_SECONDS
        if self._book.recordings.pop(recording.id, None) is None:
            return
        self._waiting[recording.id] = _Waiting(recording, partner, ordinal, seen_until, until)
        if (record := self._early.get(leg)) is not None:
            self._report(record)

    def reported(self, records: Collection[LegRecord]) -> set[str]:
        """These records have come. Returns the legs whose records must wait for others of their conference."""
        for record in records:
            self._stays.note(record)
        waiting = {one.uuid for one in records if self._stays.may_lack_others(one)}
        for record in records:
            if record.uuid not in waiting:
                self._report(record)
        return waiting

    def _report(self, record: LegRecord) -> None:
        if record.uuid in self._book.channels:
            self._early[record.uuid] = record
        for one in [one for one in self._waiting.values() if one.recording.leg == record.uuid]:
            until = until_of_ended(record, one.partner, one.ordinal)
            if record.stay is not None and record.stay.conference == one.partner:
                until = self._in_conference(one.recording, record.stay, until)
            del self._waiting[one.recording.id]
            one.recording.until = until and Until(until.at or one.seen_until)
            self._recorder.end_unseen(one.recording, record.ended_at)

    def _in_conference(self, recording: Recording, stay: Stay, until: Until | None) -> Until | None:
        """When the part ended: as the leg went on, or earlier, as somebody came who must not be recorded."""
        forbidden = self._stays.forbidden(stay, recording.company, _began(recording))
        if forbidden is None or (until and until.at and forbidden.at and until.at < forbidden.at):
            return until
        return forbidden

    def end_late(self) -> None:
        """End those whose record has not come in time."""
        now = self._ports.clock()
        self._stays.forget_old()
        self._early = {leg: one for leg, one in self._early.items() if leg in self._book.channels}
        for one in [one for one in self._waiting.values() if now >= one.until]:
            del self._waiting[one.recording.id]
            one.recording.until = Until(one.seen_until)
            self._recorder.end_unseen(one.recording)


def _began(recording: Recording) -> float:
    return recording.started_at or recording.due_at or 0.0


def moved_on(
    recording: Recording, decision: Decision, dump: Event, seen_until: float | None, is_elsewhere: bool
) -> Until | None:
    """When the ordered talk of this live leg ended, if the leg has talked to somebody else since."""
    began_at = max(decision.at, recording.started_at or 0.0)
    until = until_of_live(dump, began_at, seen_until, is_elsewhere)
    return until and Until(until.at or seen_until)
