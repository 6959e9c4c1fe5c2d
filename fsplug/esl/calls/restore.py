"""After a restart: puts the store's open calls back into the book, and settles the calls that ended meanwhile."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import structlog

from fsplug.esl.calls import armed_legs
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.conferences import Conferences
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.disarming import Disarmer
from fsplug.esl.calls.left_recordings import LeftRecordings, moved_on
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ordered_talk import Until
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.renaming import Renaming
from fsplug.esl.calls.restored_legs import by_call, led_to, others_of
from fsplug.esl.calls.talks import Talks
from fsplug.esl.calls.transfers import Transfers
from fsplug.esl.calls.waiting_recordings import WaitingRecordings
from fsplug.esl.protocol.event import Event
from fsplug.policy.recording.legs import Leg
from fsplug.policy.terms import DEFAULT_TERMS
from fsplug.store.calls import calls, decisions, outages
from fsplug.store.calls.calls import Call as CallRow
from fsplug.store.calls.decisions import Decision
from fsplug.store.calls.entries import UNREPORTED_CAUSE
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.recordings import holds, recordings
from fsplug.store.recordings.recordings import Recording as RecordingRow
from fsplug.store.recordings.recordings import State

log = structlog.get_logger()

Bridges = Collection[tuple[str, str]]

_UNDER_WAY = (State.EXPECTED, State.RECORDING)


class Restorer:
    """Runs when the link first comes up, before the reconciler's first look."""

    def __init__(
        self,
        store: Store,
        book: CallBook,
        policy: PolicySource,
        talks: Talks,
        transfers: Transfers,
        disarmer: Disarmer,
        recorder: Recorder,
        conferences: Conferences,
        renaming: Renaming,
        left_recordings: LeftRecordings,
        conversations: Conversations,
        ports: Ports,
    ) -> None:
        self._store = store
        self._book = book
        self._policy = policy
        self._talks = talks
        self._transfers = transfers
        self._disarmer = disarmer
        self._recorder = recorder
        self._conferences = conferences
        self._renaming = renaming
        self._left_recordings = left_recordings
        self._conversations = conversations
        self._waiting = WaitingRecordings(store, book, policy, recorder, ports)
        self._ports = ports
        # While `restore` runs: what the switch says of each leg, until when fsplug saw the legs, and since when the
        # switch is up.
        self._dumps: Mapping[str, Event] = {}
        self._seen_until: float | None = None
        self._up_since = 0.0

    def restore(self) -> Sequence[Event]:
        """Take up the store's open calls of this switch. Returns what the switch says of its legs, if there are any.

        Raises Unavailable if the switch or the store does not answer.
        """
        open_calls = calls.open_on(self._store, self._ports.switch_name)
        under_way = self._recordings_by_call()
        decided = self._decisions(open_calls, under_way)
        self._seen_until = self._last_seen()
        self._up_since = self._ports.clock() - self._ports.switch.up_seconds() if under_way else 0.0
        dumps = list(self._ports.switch.channels(self._ports.switch.legs())) if open_calls else []
        live = [leg_of(dump) for dump in dumps]
        self._dumps = {dump.uuid: dump for dump in dumps}
        legs = by_call(live)
        known = {leg.uuid: leg for leg in live}
        for conference, its_legs in self._ports.switch.conferences().items() if open_calls else ():
            self._conferences.found(conference, its_legs, self._seen_until)
        bridged = frozenset(self._ports.switch.bridges()) if legs else frozenset()
        by_id: dict[str, list[CallRow]] = {}
        for row in open_calls:
            by_id.setdefault(row.id, []).append(row)
        for call, rows in by_id.items():
            if call in self._book.calls:
                continue  # the call was armed again meanwhile
            for leg in others_of(decided[call], known):
                self._book.see(leg)
            self._take_up(rows, decided[call], legs.get(call, ()), bridged, under_way.get(call, []))
        self._conversations.take_up(open_calls)
        self._waiting.take_up(one for call in by_id for one in decided[call])
        self._recorder.pauses.take_up(by_id)
        self._await_those_of_ended_calls(under_way, decided, by_id.keys())
        self._dumps = {}
        self._take_up_holds(dumps)
        for channel in self._book.channels.values():
            self._ports.later(0, self._renaming.judge, channel)
        log.info("calls-restored", open=len(open_calls), live=len(self._book.calls))
        return dumps

    def _take_up(
        self,
        rows: Sequence[CallRow],
        decided: Collection[Decision],
        legs: Collection[Leg],
        bridged: Bridges,
        under_way: list[RecordingRow],
    ) -> None:
        call = self._call(rows, {one.id for one in decided}, legs)
        for leg in legs:
            self._book.see(leg)
            if leg.uuid == call.id and not leg.call:
                self._book.adopt(leg.uuid, call)
        known = {one.id: one for one in decided}
        if not legs:
            self._end(call, under_way, known)
            return
        again = [self._again(recording) for recording in under_way]
        left = {one.decision for one in again if self._until(one, known, bridged) is not None}
        for decision in decided:
            self._talk_again(decision, bridged if decision.id not in left else ())
        for recording in again:
            self._record_again(recording, known, bridged)
        self._judge_arms(call, legs)

    def _call(self, rows: Sequence[CallRow], decided: Collection[str], legs: Collection[Leg]) -> Call:
        row, company, version = led_to(rows, legs)
        version = version or self._policy.version(company)
        snapshot = self._policy.snapshot(company, version)
        armed = armed_legs.again(row.facts, snapshot)
        ordered = {one.recording for one in armed.values() if one.decision in decided and one.recording}
        is_open = {name: one.decision not in decided and one.recording not in ordered for name, one in armed.items()}
        open_arms = {name: one for name, one in armed.items() if is_open[name]}
        ringing = armed_legs.ringing_of(row.facts)
        began_at = row.started_at or row.at
        answered_in = {one.company for one in rows if one.answered_at is not None}
        call = Call(row.id, company, version, began_at, ringing, open_arms, answered_in=answered_in)
        call.companies = {one.company for one in rows}
        self._book.calls[call.id] = call
        for one in open_arms.values():
            made = armed_legs.recording_of(one, self._ports.spool.path, call.company, call.id)
            if made is not None:
                self._book.recordings[made.id] = made
        return call

    def _judge_arms(self, call: Call, legs: Collection[Leg]) -> None:
        """Disarm the legs whose caller left meanwhile, and judge what began to record before its talk was decided."""
        for leg in legs:
            if leg.uuid != call.id and not leg.answered:
                self._book.rings(call, leg.uuid, leg.name)
        if all(leg.uuid != call.id for leg in legs):
            self._disarmer.caller_left(call)
        running = {armed.recording for armed in call.armed.values() if armed.recording}
        for recording in (self._book.recordings[one] for one in running if one in self._book.recordings):
            armed_leg = self._armed_leg(call, recording, legs)
            if armed_leg is not None and self._ports.spool.exists(recording.id):
                recording.advance(Stage.RUNNING)
                self._book.runs_on(recording, armed_leg.uuid)
                self._disarmer.judge_running(recording)

    def _armed_leg(self, call: Call, recording: Recording, legs: Collection[Leg]) -> Leg | None:
        """The answered leg on which this armed recording runs, if it runs."""
        armed = {name: one for name, one in call.armed.items() if one.recording == recording.id}
        on_caller = any(one.arm.on_caller for one in armed.values())
        places = (leg for leg in legs if (leg.uuid == call.id if on_caller else leg.name in armed))
        return next((leg for leg in places if leg.answered), None)

    def _talk_again(self, decision: Decision, bridged: Bridges) -> None:
        """Take up two legs whose talk was decided and still goes on."""
        caller, answerer, _ = decision.talk.split(":")
        one, other = self._book.channels.get(caller), self._book.channels.get(answerer)
        if one is not None and answerer in self._book.conferences:
            self._conferences.take_up(one, answerer, decision)
        if one is None or other is None:
            return
        for channel, partner in ((one, other), (other, one)):
            channel.talks += 1
            channel.talked_with.append(partner.leg.uuid)
            channel.met = partner.leg
        if (caller, answerer) in bridged or (answerer, caller) in bridged:
            one.partner, other.partner = answerer, caller
            one.decision = other.decision = decision.id
            one.recording = other.recording = decision.recording

    def _again(self, row: RecordingRow) -> Recording:
        return Recording(
            id=row.id,
            path=row.path or self._ports.spool.path(row.id),
            company=row.company or "",
            call=row.call or "",
            terms=row.terms or DEFAULT_TERMS,
            leg=row.leg or "",
            decision=row.decision or "",
            user=row.user,
            # The recording has not begun; it was due when its talk was decided.
            due_at=None if row.started_at else row.at,
            started_at=row.started_at,
        )

    def _record_again(self, recording: Recording, decided: Mapping[str, Decision], bridged: Bridges) -> None:
        channel = self._book.channels.get(recording.leg)
        if channel is None:
            self._await(recording, decided)
            return
        self._book.recordings[recording.id] = recording
        if channel.decision == recording.decision:
            self._book.records_the_rest(recording)
            self._recorder.check(recording)
        else:
            self._book.runs_on(recording, recording.leg)
            self._transfers.stop_left_over(recording, self._until(recording, decided, bridged))

    def _until(self, recording: Recording, decided: Mapping[str, Decision], bridged: Bridges) -> Until | None:
        """When the talk of this recording ended, if its leg lives and has talked to somebody else since."""
        dump, decision = self._dumps.get(recording.leg), decided.get(recording.decision)
        if dump is None or decision is None:
            return None
        pair = set(decision.talk.split(":")[:2])
        is_elsewhere = any(recording.leg in one and set(one) != pair for one in bridged)
        return moved_on(recording, decision, dump, self._seen_until, is_elsewhere)

    def _await(self, recording: Recording, decided: Mapping[str, Decision]) -> None:
        self._book.recordings.pop(recording.id, None)
        self._left_recordings.wait(recording, decided.get(recording.decision), self._seen_until, self._up_since)

    def _last_seen(self) -> float | None:
        """Until when fsplug saw the switch's legs; None if unknown."""
        open_spans = outages.open_spans(self._store, self._ports.switch_name)
        return min((one.from_at for one in open_spans if one.is_blind), default=None)

    def _end(self, call: Call, under_way: list[RecordingRow], decided: Mapping[str, Decision]) -> None:
        for row in under_way:
            self._await(self._again(row), decided)
        self._book.see(call.ringing.caller if call.ringing else Leg(call.id, call.company, call=call.id))
        self._talks.leg_ended(call.id, UNREPORTED_CAUSE, self._ports.clock())

    def _await_those_of_ended_calls(
        self,
        under_way: Mapping[str, list[RecordingRow]],
        decided: Mapping[str, list[Decision]],
        open_calls: Collection[str],
    ) -> None:
        for call, rows in under_way.items():
            known = {one.id: one for one in decided.get(call, ())}
            for row in rows if call not in open_calls else ():
                self._await(self._again(row), known)

    def _recordings_by_call(self) -> dict[str, list[RecordingRow]]:
        by_call: dict[str, list[RecordingRow]] = {}
        for row in recordings.in_states(self._store, self._ports.switch_name, _UNDER_WAY):
            by_call.setdefault(row.call or "", []).append(row)
        return by_call

    def _take_up_holds(self, dumps: Iterable[Event]) -> None:
        """Compare the holds that are written down with what the live legs say now."""
        written = holds.of_recordings(self._store, self._book.recordings)
        for recording in list(self._book.recordings.values()):
            self._recorder.holds.take_up(recording, [row.hold for row in written.get(recording.id, [])])
        for dump in dumps:
            self._recorder.holds.changed(dump)

    def _decisions(
        self, open_calls: Collection[CallRow], under_way: Mapping[str, list[RecordingRow]]
    ) -> dict[str, list[Decision]]:
        """The decisions made so far in these calls and those of these recordings, by call."""
        calls_of = {(row.company, row.id) for row in open_calls}
        calls_of |= {(row.company, call) for call, rows in under_way.items() for row in rows if row.company}
        by_company: dict[str, list[str]] = {}
        for company, call in sorted(calls_of):
            by_company.setdefault(company, []).append(call)
        found: dict[str, list[Decision]] = {}
        for company, its_calls in by_company.items():
            for some in in_batches(its_calls):
                # A call that was led from one company to another has decisions of both.
                for call, its in decisions.of_calls(self._store, company, list(some)).items():
                    found.setdefault(call, []).extend(its)
        return found
