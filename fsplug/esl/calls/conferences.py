"""Who is in which conference (mod_conference), and the part of each user there.

A conference is no bridge: the switch sends no CHANNEL_BRIDGE, only a CUSTOM event when a leg comes in or goes out
(FreeSWITCH 1.11.1). Whenever that happens, each user's part is judged anew, with everybody who is there:

    somebody comes in      a new part for every user: another decision, and if it says so another recording
    somebody goes out      the parts go on, unless policy now decides otherwise
    a user is left alone   the part ends

A part is recorded on the user's own leg, from within the conference by a command (`Recorder.start`).
"""

from collections.abc import Iterable

from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook, Channel, ConferencePart
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.decisions import Decided, Decisions
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ordered_talk import Until
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.records import LegRecord, Stay
from fsplug.esl.calls.transfers import UNBRIDGE_SECONDS, Transfers
from fsplug.esl.calls.unreported_legs import known_or_asked
from fsplug.esl.protocol.event import Event
from fsplug.outage_log import outage_log
from fsplug.policy.recording.conference import heard_in
from fsplug.policy.recording.facts import talk_from
from fsplug.policy.recording.legs import Leg
from fsplug.policy.recording.verdict import Rule, Verdict
from fsplug.store.calls.decisions import Decision

CONFERENCE_EVENTS = "conference::maintenance"
_COMES, _GOES = "add-member", "del-member"


class Conferences:
    """Keeps the parts of users in step with who is in their conference."""

    def __init__(
        self,
        book: CallBook,
        decisions: Decisions,
        recorder: Recorder,
        transfers: Transfers,
        conversations: Conversations,
        ports: Ports,
    ) -> None:
        self._book = book
        self._decisions = decisions
        self._recorder = recorder
        self._transfers = transfers
        self._conversations = conversations
        self._ports = ports
        self._trouble = outage_log("no-verdict-in-conference")
        # The conferences that were found after a restart and are not judged yet, and until when fsplug saw them.
        self._seen_until: dict[str, float | None] = {}
        # The conferences that are being judged, and whether something has changed there meanwhile.
        self._judging: dict[str, bool] = {}

    def see(self, event: Event) -> None:
        """An event of mod_conference."""
        action, conference = event.get("Action"), event.get("Conference-Unique-ID") or ""
        if action == _COMES:
            self.comes(conference, event.uuid)
        elif action == _GOES:
            self.goes(conference, event.uuid)

    def comes(self, conference: str, leg: str) -> None:
        """This leg is in this conference."""
        if leg and conference and leg not in self._book.conferences.get(conference, ()):
            self._book.comes(conference, leg)
            self._ports.later(0, self._judge, conference)

    def goes(self, conference: str, leg: str) -> None:
        """This leg is no longer in this conference."""
        if leg not in self._book.conferences.get(conference, ()):
            return
        self._book.goes(conference, leg)
        channel = self._book.channels.get(leg)
        if channel is not None and channel.part is not None:
            self._ports.later(UNBRIDGE_SECONDS, self._end_if_alone, channel, channel.part)
        self._ports.later(0, self._judge, conference)

    def found(self, conference: str, legs: Iterable[str], seen_until: float | None) -> None:
        """After a restart: these legs are in this conference, which fsplug saw until then (None: unknown)."""
        self._seen_until[conference] = seen_until
        for leg in legs:
            self._book.comes(conference, leg)

    def take_up(self, channel: Channel, conference: str, decision: Decision) -> None:
        """After a restart: this part of the leg was decided. Its latest part goes on, if the leg is still there."""
        channel.talks += 1
        channel.talked_with.append(conference)
        if channel.leg.uuid in self._book.conferences.get(conference, ()):
            channel.decision, channel.recording = decision.id, decision.recording
            channel.part = ConferencePart(talk_from(decision.inputs), _says(decision))

    def look(self) -> set[tuple[str, str, str]]:
        """How the switch's conferences differ from the book: conference, leg, and `comes` or `goes`."""
        live = {(one, leg) for one, legs in self._ports.switch.conferences().items() for leg in legs}
        known = {(one, leg) for one, legs in self._book.conferences.items() for leg in legs}
        return {(*one, "comes") for one in live - known} | {(*one, "goes") for one in known - live}

    def correct(self, conference: str, leg: str, what: str) -> None:
        """Take in what no event reported."""
        (self.comes if what == "comes" else self.goes)(conference, leg)

    def reported(self, record: LegRecord) -> None:
        """The record of a leg that has ended. It may have come to a conference, and gone, while no event was heard."""
        stay = record.stay
        if stay is None:
            return
        for leg in self._book.conferences.get(stay.conference, ()):
            channel = self._book.channels.get(leg)
            recording = self._book.recording_of(channel) if channel else None
            if channel and recording and self._is_forbidden(channel, recording, stay):
                self._recorder.stop(recording, Until(stay.at))
                channel.part = None
                self._ports.later(0, self._judge, stay.conference)

    def _is_forbidden(self, channel: Channel, recording: Recording, stay: Stay) -> bool:
        """Whether policy forbids this recording from the beginning of the stay, which only now became known.

        A recording that began during the stay was decided by what the switch said then, so it is not judged again.
        """
        company = _company(channel.leg)
        if not company or (recording.started_at or recording.due_at or 0.0) > stay.at:
            return False
        legs = self._book.conferences[stay.conference]
        others = [one.leg for one in map(self._book.channels.get, legs) if one is not None and one is not channel]
        return self._decisions.forbids_part(channel.leg, [*others, stay.leg], company)

    def named(self, channel: Channel) -> None:
        """Whoever is on this leg says who they are: if they are never recorded, nothing of who hears them is kept."""
        for conference, legs in list(self._book.conferences.items()):
            if channel.leg.uuid not in legs:
                continue
            channels = [self._book.channels[one] for one in legs if one in self._book.channels]
            for one in channels:
                recording, company = self._book.recording_of(one), _company(one.leg)
                others = [other.leg for other in channels if other is not one]
                if recording is None or not company or not others:
                    continue
                decided = self._decisions.in_conference(one.leg, others, company)
                if decided is not None and decided.verdict.rule is Rule.EXCLUDED_NUMBER:
                    self._recorder.forbid(recording)
            self._ports.later(0, self._judge, conference)

    def judge_all(self) -> None:
        """Decide the parts that lack their decision."""
        for conference in list(self._book.conferences):
            self._judge(conference)

    def _judge(self, conference: str) -> None:
        if conference in self._judging:
            self._judging[conference] = True
            return
        changed = True
        try:
            while changed:
                self._judging[conference] = False
                self._judge_parts(conference)
                changed = self._judging[conference]
            self._seen_until.pop(conference, None)
        finally:
            del self._judging[conference]

    def _judge_parts(self, conference: str) -> None:
        for leg in list(self._book.conferences.get(conference, ())):
            known_or_asked(self._book, self._ports.switch, leg)
        # From here on nothing waits for the switch.
        legs = self._book.conferences.get(conference, ())
        channels = [self._book.channels[one] for one in legs if one in self._book.channels]
        for channel in channels:
            others = [one.leg for one in channels if one is not channel]
            if not others:
                self._end(channel)
            elif company := _company(channel.leg):
                self._judge_part(channel, others, company, conference)

    def _judge_part(self, channel: Channel, others: list[Leg], company: str, conference: str) -> None:
        try:
            decided = self._decisions.in_conference(channel.leg, others, company)
        except FsplugError as error:
            # The store does not answer. The reconciler tries again.
            self._trouble.failed(error.code, "error", leg=channel.leg.uuid, error=error.text)
            return
        self._trouble.worked()
        if decided is not None and not _goes_on(channel.part, decided):
            self._begin(channel, decided, conference)

    def _begin(self, channel: Channel, decided: Decided, conference: str) -> None:
        """The earlier talk or part of this leg is over, and this one begins."""
        now = self._ports.clock()
        ordinal = channel.talked_with.count(conference)
        named = self._decisions.write_part(decided, channel.leg, conference, ordinal, now)
        for other in self._book.conferences.get(conference, ()):
            if other in self._book.channels:
                self._conversations.meet(channel.leg, self._book.channels[other].leg)
        earlier, was_here = self._book.recording_of(channel), channel.part is not None
        self._transfers.move_on(channel)
        if named.recording is not None:
            named.recording.due_at = now
            if earlier is not None and was_here:
                self._go_on(named.recording, earlier)
            self._recorder.start(named.recording)
        if earlier is not None:
            # Whoever came in while fsplug was away may have come right after it saw the conference last.
            self._recorder.stop(earlier, self._until(conference, now))
        channel.talks += 1
        channel.talked_with.append(conference)
        channel.decision = named.id
        channel.recording = named.recording.id if named.recording else None
        channel.part = ConferencePart(named.talk, _says(named.verdict))

    def _go_on(self, recording: Recording, earlier: Recording) -> None:
        """What its user has started or kept in the conference, they have in its next part, too."""
        if earlier.is_kept and not earlier.terms.is_kept and not recording.is_kept:
            recording.is_kept = True
            recording.advance(Stage.ARMED)
            self._recorder.reports.expected(recording)

    def _until(self, conference: str, now: float) -> Until:
        if conference in self._seen_until:
            return Until(self._seen_until[conference])
        return Until(now, is_reported=True)

    def _end(self, channel: Channel) -> None:
        if channel.part is None:
            return
        recording = self._book.recording_of(channel)
        if recording is not None:
            self._recorder.stop(recording, None)
        channel.decision = channel.recording = channel.part = None

    def _end_if_alone(self, channel: Channel, part: ConferencePart) -> None:
        """The leg has left its conference. If it lives on and talks to nobody else yet, its recording is stopped."""
        if self._book.channels.get(channel.leg.uuid) is channel and channel.part is part:
            self._end(channel)


def _company(leg: Leg) -> str:
    """The company of the user on this leg; empty for somebody outside."""
    if leg.username and leg.company:
        return leg.company
    return leg.signed_in.rpartition("@")[2]


def _goes_on(part: ConferencePart | None, decided: Decided) -> bool:
    """Whether the part that was decided last goes on: nobody new is heard, and policy says the same."""
    if part is None:
        return False
    return part.says == _says(decided.verdict) and heard_in(decided.talk) <= heard_in(part.talk)


def _says(decision: Decision | Verdict) -> tuple[bool, str, str, str]:
    return decision.record, decision.rule, decision.reason, decision.direction
