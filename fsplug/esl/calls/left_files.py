"""Files that the switch recorded although no event told of their talk: the switch's records say whose they are.

A leg is armed for one partner, and may have talked to another while fsplug was away. So a file is no proof of the talk
that it was prepared for. A call that is over and has left such a file waits for its records (`Witness`). A file that
is of no talk that was ordered, or of which no record tells in time, is destroyed.
"""

from collections.abc import Iterator

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.cutting import NOT_ORDERED
from fsplug.esl.calls.left_recordings import RECORDS_SECONDS
from fsplug.esl.calls.live_call import ArmedLeg, Call
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.records import LegRecord
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls.entries import GapFound

log = structlog.get_logger()

_OTHER = "the leg answered another partner than it was armed for while fsplug was away; its recording was destroyed"
_UNKNOWN = "no record of the switch says who talked in this recording; it was destroyed"


class LeftFiles:
    """The files that calls of the book have left, which no decision has ordered."""

    def __init__(self, book: CallBook, ports: Ports) -> None:
        self._book = book
        self._ports = ports

    def wait(self, call: Call) -> bool:
        """Whether this call, which is over, has left a file that its records may explain. Ask again until it has not.

        After `RECORDS_SECONDS` what is left is destroyed. What was armed in vain is waited for, too: while no events
        come, a leg that has long answered seems to ring on after its caller has hung up.
        """
        left = self._of(call)
        if not left:
            return False
        call.over_at = call.over_at or self._ports.clock()
        if self._ports.clock() - call.over_at < RECORDS_SECONDS:
            return True
        for _, armed in left:
            self._destroy(call, armed, _UNKNOWN)
        return False

    def ordered(self, call: str, decision: str) -> None:
        """The records told of the talk of this decision, which keeps its file. Its events may come all the same."""
        known = self._book.calls.get(call)
        if known is None:
            return
        arms = (*known.armed.values(), *(one for _, one in known.withdrawn.values()))
        ordered = {one.recording for one in arms if one.decision == decision}
        known.witnessed |= ordered
        for one in ordered:
            # Its rows are written. What seems armed in vain is destroyed with its call, and this is not.
            recording = self._book.recordings.pop(one or "", None)
            if recording is not None:
                recording.withdrawn = ""

    def reported(self, record: LegRecord) -> None:
        """This leg has ended, and all its talks are decided. Remove what it recorded that no decision ordered."""
        call = self._book.calls.get(record.call)
        if call is None or not record.answered_at:
            return
        for name, armed in self._of(call):
            if record.is_armed_as(name, armed.arm.on_caller):
                # Who answered and got nobody talked to nobody: there is nothing to say of that file.
                self._destroy(call, armed, _OTHER if record.talks else "")

    def overrule(self, leg: Leg, ordered: str | None) -> None:
        """The talk of this leg is decided. What the switch by itself records of it goes, unless it was ordered."""
        if leg.away and leg.away != ordered and self.is_unordered(leg.away):
            self._ports.spool.discard(leg.away)
            self._ports.later(0, self._stop, leg)

    def is_unordered(self, recording: str) -> bool:
        """Whether this recording, which the switch armed by itself, has a file and is not one of the book's."""
        return recording not in self._book.recordings and self._ports.spool.exists(recording)

    def _stop(self, leg: Leg) -> None:
        try:
            self._ports.switch.stop_recording(leg.uuid, self._ports.spool.path(leg.away))
        except Unavailable as error:
            log.warning("recording-not-stopped", recording=leg.away, error=error.text)

    def _of(self, call: Call) -> list[tuple[str, ArmedLeg]]:
        """What was armed, by the name of its leg, and has a file that nobody has explained."""
        found = {one.recording: (name, one) for name, one in self._in_vain(call)}
        found |= {one.recording: (name, one) for name, one in call.armed.items()}
        unexplained = ((recording, one) for recording, one in found.items() if recording not in call.witnessed)
        return [one for recording, one in unexplained if recording and self._ports.spool.exists(recording)]

    def _in_vain(self, call: Call) -> Iterator[tuple[str, ArmedLeg]]:
        """Recordings that were withdrawn and not seen to begin; one that was seen is destroyed elsewhere."""
        for recording, one in call.withdrawn.items():
            known = self._book.recordings.get(recording)
            if known is not None and not known.leg:
                yield one

    def _destroy(self, call: Call, armed: ArmedLeg, detail: str) -> None:
        if armed.recording is None:
            return
        call.armed = {leg: one for leg, one in call.armed.items() if one.recording != armed.recording}
        call.withdrawn.pop(armed.recording, None)
        self._ports.spool.discard(armed.recording)
        self._book.recordings.pop(armed.recording, None)
        if detail:
            self._report(call, armed.decision, armed.recording, detail)

    def _report(self, call: Call, decision: str, recording: str, detail: str) -> None:
        log.error("gap", call=call.id, recording=recording, cause=NOT_ORDERED, detail=detail)
        now = self._ports.clock()
        self._ports.write(GapFound(call.company, call.id, decision, recording, NOT_ORDERED, detail, now))
