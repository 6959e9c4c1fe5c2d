"""The second witness: talks in the switch's records that no event and no look reported get their rows.

It only ever adds what is missing. A talk and its decision are named by the talk's two legs, so that a record and an
event of the same talk make one row, whichever comes first.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from fsplug.errors import Invalid
from fsplug.esl.calls import armed_legs
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.consents import Consents
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.decision_rows import decision_entry, decision_id, late_call
from fsplug.esl.calls.known_talks import KnownTalks
from fsplug.esl.calls.left_files import LeftFiles
from fsplug.esl.calls.left_recordings import LeftRecordings
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recording_reports import STOP_UNSEEN
from fsplug.esl.calls.records import LegRecord
from fsplug.esl.calls.seen_talks import SeenTalk, seen_parts, seen_talks
from fsplug.esl.calls.witnessed_files import WitnessedFiles
from fsplug.policy.entities import Talk
from fsplug.policy.recording.legs import expected_talk
from fsplug.policy.recording.verdict import Verdict, verdict
from fsplug.store.calls import calls, outages, witnessed
from fsplug.store.calls.calls import Call as CallRow
from fsplug.store.calls.entries import (
    CallAnswered,
    CallEnded,
    CallRefused,
    DecisionMade,
    GapFound,
    JournalEntry,
    OutageSeen,
    RecordingStopped,
    TalkWitnessed,
)
from fsplug.store.db.database import Store

log = structlog.get_logger()

# How long the record of a talk's other leg is awaited once that leg is gone.
PARTNER_SECONDS = 120.0
# How long the records of the other legs of a conference are awaited: until then nobody may be known to have been there.
OTHERS_SECONDS = 2.0
# Missed talks without a known cause are reported together, for periods of this length.
UNHEARD_SECONDS = 600.0
UNHEARD = "unheard"
# What the gap of a missed talk says, by the cause of the outage.
_WHY: Mapping[str, str] = {
    "stopped": "fsplug was stopped",
    "away": "fsplug was away",
    "frozen": "fsplug stood still",
    "starved": "fsplug got too little of the processor",
    "link-down": "the link to the switch was down",
    "store-away": "the store did not answer",
    UNHEARD: "no event reported it",
}


@dataclass(frozen=True, slots=True)
class _Missed:
    """The decision of a missed talk. `recording` is the file that the switch made of it all the same."""

    id: str
    call: str
    is_new_call: bool
    talk: Talk
    verdict: Verdict
    recording: str | None


class Witness:
    """Compares the records of legs that have ended with the decisions that were made."""

    def __init__(
        self,
        store: Store,
        book: CallBook,
        policy: PolicySource,
        left_files: LeftFiles,
        left_recordings: LeftRecordings,
        conversations: Conversations,
        consents: Consents,
        ports: Ports,
    ) -> None:
        self._store = store
        self._book = book
        self._policy = policy
        self._left_files = left_files
        self._left_recordings = left_recordings
        self._conversations, self._consents = conversations, consents
        self._changes = Changes(book, ports)
        self._files = WitnessedFiles(store, left_files, ports.spool)
        self._ports = ports

    def settle(self, records: Mapping[str, LegRecord], waited: Mapping[str, float]) -> frozenset[str]:
        """Write what is missing of the talks in these records; `waited` is how many seconds each has waited.

        Returns the records (by their legs' uuids) that are settled once the entries are in the store. The others wait
        for the record of the leg at the other end. Unavailable if the store does not answer.
        """
        open_records = self._left_recordings.reported(records.values())
        talks = seen_talks(records) + seen_parts(records)
        for company in sorted({one.company for one in talks}):
            of_company = [one for one in talks if one.company == company]
            open_records.update(self._settle_company(company, of_company, records, waited))
        self._count_refused(records)
        settled = frozenset(records) - open_records
        for uuid in settled:
            self._left_files.reported(records[uuid])
            self._files.judge(records[uuid])
            self._changed(records[uuid])
            if (last := records[uuid].last) is not None:
                self._consents.ended(last)
        self._files.forget()
        return settled

    def _changed(self, record: LegRecord) -> None:
        """Write down a transfer by this leg's phone, if the company has its call. An event of it says the same."""
        if record.transfer_to and record.company:
            try:
                known = [one for one in (record.call, record.uuid) if calls.get(self._store, record.company, one)]
            except Invalid:
                return  # No company of fsplug's.
            if known:
                self._changes.recorded(record, known[0])

    def _count_refused(self, records: Mapping[str, LegRecord]) -> None:
        """Write down the calls that the switch refused before its dialplan; nothing else knows of them."""
        for one in records.values():
            if one.refused_on is not None:
                switch = self._ports.switch_name
                self._ports.write(CallRefused(one.uuid, switch, one.refused_on, one.cause, one.began_at))

    def _settle_company(
        self,
        company: str,
        talks: Sequence[SeenTalk],
        records: Mapping[str, LegRecord],
        waited: Mapping[str, float],
    ) -> Iterator[str]:
        try:
            known = KnownTalks(witnessed.decided(self._store, company, {id_ for one in talks for id_ in one.call_ids}))
        except Invalid as error:
            if any(company in (one.caller.company, one.answerer.company) for one in talks):
                log.warning("records-not-ours", talks=len(talks), company=company[:80], error=error.text)
            return
        causes: Counter[str] = Counter()
        for talk in talks:
            decided = known.of(talk)
            for one in decided:
                self._ports.write(
                    self._witnessed(talk, one.talk if talk.is_part else talk.name, one.id, one.call, None)
                )
            if decided or not (talk.is_answered or talk.is_part):
                continue
            if self._must_wait(talk, waited):
                yield from talk.reported_by
            elif talk.is_answered and (missed := self._missed(talk, known, records)):
                known.ids.add(missed.id)
                causes[self._add(talk, missed)] += 1
        for cause, count in causes.items():
            log.warning("talks-missed", company=company, cause=cause, talks=count)

    def _must_wait(self, talk: SeenTalk, waited: Mapping[str, float]) -> bool:
        """Whether a record of another leg may still come: the leg is up, or not long gone."""
        seconds = max(waited.get(one, 0.0) for one in talk.reported_by)
        if talk.is_part:
            return bool(self._book.conferences.get(talk.answerer.uuid)) or seconds < OTHERS_SECONDS
        return talk.lacks is not None and (talk.lacks in self._book.channels or seconds < PARTNER_SECONDS)

    def _add(self, talk: SeenTalk, missed: _Missed) -> str:
        """Write the rows of a talk that was missed; returns why it was."""
        outage, cause = self._outage(talk)
        for entry in (
            *([OutageSeen(outage, self._ports.switch_name, cause)] if cause == UNHEARD else []),
            *self._of_call(talk, missed),
            self._decision(talk, missed),
            *self._of_recording(talk, missed, cause),
            self._witnessed(talk, talk.name, missed.id, missed.call, outage),
        ):
            self._ports.write(entry)
        self._conversations.met_unseen(talk.company, missed.call, talk.legs, talk.began_at, talk.at)
        if missed.recording is not None:
            self._files.ordered.add(missed.recording)
            self._left_files.ordered(missed.call, missed.id)
        return cause

    def _missed(self, talk: SeenTalk, known: KnownTalks, records: Mapping[str, LegRecord]) -> _Missed | None:
        """The decision of a talk that has none; None for the part of somebody who is no user of the company."""
        row = self._row(talk)
        ours = (one.version for one in (talk.caller, talk.answerer) if one.company in ("", talk.company))
        noted = (*ours, row.version if row else None)
        known_version = next((one for one in noted if one is not None), None)
        version = self._policy.version_at(talk.company, talk.began_at) if known_version is None else known_version
        armed = self._armed(talk, row, known, records)
        if armed is not None:
            return armed
        between = self._between(talk, version)
        if between is None:
            return None
        outcome = verdict(between, self._policy.snapshot(talk.company, version))
        call = row.id if row is not None else talk.call_ids[0]
        file = self._files.made_away(talk, outcome.user, records) if outcome.record else None
        if not outcome.record:
            self._files.unwanted(talk)
        return _Missed(decision_id(talk.company, talk.name), call, row is None, between, outcome, file)

    def _between(self, talk: SeenTalk, version: int) -> Talk | None:
        if talk.is_part:
            return self._policy.part(talk.caller, talk.others, talk.company, version)
        return self._policy.talk(talk.caller, talk.answerer, talk.company, version)

    def _armed(
        self, talk: SeenTalk, row: CallRow | None, known: KnownTalks, records: Mapping[str, LegRecord]
    ) -> _Missed | None:
        """What was prepared for this talk before it rang: the switch may have recorded it by itself."""
        if row is None or row.version is None or (talk.caller.uuid, talk.answerer.call) != (row.id, row.id):
            return None
        prepared = armed_legs.again(row.facts, self._policy.snapshot(talk.company, row.version))
        one, ringing = prepared.get(talk.answerer.name), armed_legs.ringing_of(row.facts)
        if one is None or ringing is None or one.decision in known.ids or one.arm.verdict.waits:
            return None
        expected = expected_talk(ringing, talk.answerer.name)
        leg = records.get((talk.caller if one.arm.on_caller else talk.answerer).uuid)
        recording = self._files.of(talk, leg, one.recording)
        return _Missed(one.decision, row.id, False, expected, one.arm.verdict, recording)

    def _row(self, talk: SeenTalk) -> CallRow | None:
        found = (calls.get(self._store, talk.company, one) for one in talk.call_ids)
        return next((row for row in found if row is not None), None)

    def _outage(self, talk: SeenTalk) -> tuple[str, str]:
        """The outage that lay longest over this talk and its ringing, and its cause."""
        began, ended = talk.began_at, max(talk.until, talk.at)
        found = outages.spans(self._store, self._ports.switch_name, began, ended)
        if found:
            longest = max(found, key=lambda one: min(one.until_at or ended, ended) - max(one.from_at, began))
            return longest.id, longest.cause
        stretch = f"{self._ports.switch_name} {talk.company} {talk.at // UNHEARD_SECONDS:.0f}"
        return hashlib.sha256(stretch.encode()).hexdigest()[:32], UNHEARD

    def _of_call(self, talk: SeenTalk, missed: _Missed) -> Iterator[JournalEntry]:
        if missed.is_new_call:
            version, switch = missed.verdict.version, self._ports.switch_name
            yield late_call(missed.call, switch, version, missed.talk, talk.began_at)
        yield CallAnswered(missed.call, talk.at, talk.company)
        if missed.call not in self._book.calls:
            yield CallEnded(missed.call, talk.until, talk.cause, talk.company)

    def _decision(self, talk: SeenTalk, missed: _Missed) -> DecisionMade:
        recording = missed.recording
        recorded = talk.caller if missed.verdict.user == talk.caller.username else talk.answerer
        return decision_entry(
            decision=missed.id,
            call=missed.call,
            talk=talk.name,
            between=missed.talk,
            outcome=missed.verdict,
            at=talk.at,
            leg=recorded.uuid if recording else None,
            recording=recording,
            path=self._ports.spool.path(recording) if recording else None,
        )

    def _of_recording(self, talk: SeenTalk, missed: _Missed, cause: str) -> Iterator[JournalEntry]:
        if not missed.verdict.terms.is_kept:
            # Nobody could start or keep it: whoever could have asked was away.
            if missed.recording is not None:
                self._ports.spool.discard(missed.recording)
        elif missed.recording is not None:
            yield RecordingStopped(missed.recording, talk.until, STOP_UNSEEN, None)
        elif missed.verdict.record:
            detail = f"{_WHY.get(cause, cause)}: {max(0.0, talk.until - talk.at):.1f} s of talk are not recorded"
            now = self._ports.clock()
            yield GapFound(talk.company, missed.call, missed.id, None, cause, detail, now)

    def _witnessed(self, talk: SeenTalk, name: str, decision: str, call: str, outage: str | None) -> TalkWitnessed:
        return TalkWitnessed(
            id=decision_id(talk.company, name),
            company=talk.company,
            talk=name,
            call=call,
            switch=self._ports.switch_name,
            at=talk.at,
            until=talk.until,
            asked=talk.asked,
            decision=decision,
            outage=outage,
        )
