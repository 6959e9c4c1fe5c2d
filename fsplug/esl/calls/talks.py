"""The decision of every talk. Each bridge, reported by event or found by looking, goes through `begin`."""

from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.decisions import Decided, Decisions
from fsplug.esl.calls.disarming import Disarmer
from fsplug.esl.calls.foreseen import Foreseen
from fsplug.esl.calls.left_files import LeftFiles
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.transfers import Transfers
from fsplug.outage_log import outage_log
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls.entries import UNREPORTED_CAUSE, CallEnded


class Talks:
    """Makes exactly one decision for every talk, and keeps the recordings in step with who talks."""

    def __init__(
        self,
        book: CallBook,
        decisions: Decisions,
        recorder: Recorder,
        transfers: Transfers,
        disarmer: Disarmer,
        foreseen: Foreseen,
        left_files: LeftFiles,
        conversations: Conversations,
        changes: Changes,
        ports: Ports,
    ) -> None:
        self._book = book
        self._decisions = decisions
        self._recorder = recorder
        self._transfers = transfers
        self._disarmer = disarmer
        self._foreseen = foreseen
        self._left_files = left_files
        self._conversations = conversations
        self._changes = changes
        self._ports = ports
        self._trouble = outage_log("no-verdict-yet")
        self._owed: dict[tuple[str, str], tuple[Leg, Leg, float]] = {}

    def begin(self, caller: Channel, answerer: Channel, at: float, is_reported: bool = True) -> None:
        """These two legs talk to each other, since then if that was reported, and since they answered at the earliest.

        A second call only makes a decision that is still missing.
        """
        self._transfers.join(caller, answerer, at if is_reported else None)
        self._disarmer.meet(caller, answerer)
        for channel in (caller, answerer):
            self._changes.met(channel, at)
        ours = caller.leg.company or answerer.leg.company
        if ours and not (caller.decision or answerer.decision):
            self._decide(caller, answerer, at, is_reported)
            self._conversations.meet(caller.leg, answerer.leg)

    def leg_ended(self, uuid: str, cause: str, at: float, was_bridged: bool = True, partner: str = "") -> None:
        """A leg is gone from the switch.

        `was_bridged`: False if the switch says that it never had a partner. `partner` is the last one, if it says so.
        """
        self._disarmer.hung_up(uuid, cause)
        channel = self._book.channels.get(uuid)
        if channel is None:
            return
        self._foreseen.leg_ended(channel)
        if channel.decision is None and channel.leg.answered:
            if not was_bridged or self._transfers.was_passed_over(channel.leg, cause):
                self._disarmer.never_talked(channel)
            else:
                self._decide_unbridged(channel.leg, partner, at)
        self._book.forget(uuid)
        for recording in self._book.recordings_on(channel):
            self._recorder.leg_ended(recording, None if cause == UNREPORTED_CAUSE else at)
        self._transfers.part_from(channel, at)
        self._end_call_without_legs(channel.leg.call, cause, at)

    def end_deserted(self) -> None:
        """End the calls whose last leg did not end but was transferred into a call of its own."""
        for call in list(self._book.calls.values()):
            if call.left_at and not call.legs:
                self._end_call(call)

    def settle_owed(self) -> None:
        """Decide the talks that were over before the store answered; what policy wanted recorded is a gap."""
        for (caller_uuid, answerer_uuid), (caller, answerer, at) in list(self._owed.items()):
            if caller_uuid in self._book.channels and answerer_uuid in self._book.channels:
                continue
            decided = self._decisions.of(caller, answerer, 0)
            del self._owed[caller_uuid, answerer_uuid]
            self._decisions.write(decided, caller, answerer, 0, at)
            if decided.recording:
                self._recorder.never_began(
                    decided.recording, "store-away", "the talk was over before policy could be read"
                )
            call = self._book.calls[decided.call]
            call.legs -= {uuid for uuid in call.legs if uuid not in self._book.channels}
            self._end_call_without_legs(call.id, UNREPORTED_CAUSE, self._ports.clock())

    def _decide(self, caller: Channel, answerer: Channel, at: float, is_reported: bool) -> None:
        ordinal = caller.talked_with.count(answerer.leg.uuid)
        try:
            decided = self._decisions.of(caller.leg, answerer.leg, ordinal)
        except FsplugError as error:
            # The store does not answer. The reconciler tries again.
            legs = {"caller": caller.leg.uuid, "answerer": answerer.leg.uuid}
            self._trouble.failed(error.code, "error", **legs, error=error.text)
            self._owed[caller.leg.uuid, answerer.leg.uuid] = (caller.leg, answerer.leg, at)
            return
        self._trouble.worked()
        self._owed.pop((caller.leg.uuid, answerer.leg.uuid), None)
        self._foreseen.decided((caller, answerer), decided)
        self._decisions.write(decided, caller.leg, answerer.leg, ordinal, at)
        self._record(decided, at, is_reported)
        for leg in (caller.leg, answerer.leg):
            self._left_files.overrule(leg, decided.recording.id if decided.recording else None)
        for channel, other in ((caller, answerer), (answerer, caller)):
            channel.talks += 1
            channel.talked_with.append(other.leg.uuid)
            channel.met = other.leg
            channel.decision = decided.id
            channel.recording = decided.recording.id if decided.recording else None

    def _record(self, decided: Decided, at: float, is_reported: bool = True) -> None:
        if decided.recording is None:
            return
        decided.recording.due_at = at
        if decided.armed:
            self._recorder.expect(decided.recording, is_reported)
        else:
            self._recorder.start(decided.recording)

    def _decide_unbridged(self, answerer: Leg, partner: str, at: float) -> None:
        """A leg answered and was gone before the bridge was reported: there was a talk, however short.

        With whom, only the switch can say. What it does not say now, its records will.
        """
        call = self._book.calls.get(answerer.call)
        if call is None or call.ringing is None or answerer.name not in call.armed or partner != call.id:
            return
        decided = self._decisions.of(call.ringing.caller, answerer, 0)
        self._decisions.write(decided, call.ringing.caller, answerer, 0, at)
        self._record(decided, at)

    def _end_call_without_legs(self, call_id: str, cause: str, at: float) -> None:
        call = self._book.calls.get(call_id)
        if call is None:
            return
        call.left_at, call.left_by = at, cause
        if not call.legs:
            self._end_call(call)

    def _end_call(self, call: Call) -> None:
        if self._left_files.wait(call):
            return
        self._book.forget_call(call)
        # The time may be from before a restart, in which the machine's clock was set back.
        for company in sorted(call.companies):
            self._ports.write(CallEnded(call.id, max(call.left_at, call.began_at), call.left_by, company))
