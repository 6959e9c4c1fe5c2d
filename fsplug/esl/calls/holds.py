"""Who holds a recorded call, and since when.

What FreeSWITCH 1.11.1 tells: CHANNEL_HOLD and CHANNEL_UNHOLD of the leg whose phone holds, with `sendonly`, `inactive`
or an address of zeros in its re-INVITE. A hangup ends the hold first. Every event of a leg carries when its last hold
began and how long all its ended holds took (microseconds), so that a hold of which no event came is found at the next
one, at RECORD_STOP at the latest.
"""

from dataclasses import dataclass
from typing import Self

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ports import Ports
from fsplug.esl.protocol.event import Event
from fsplug.policy.recording.holds import LEAST_HOLD_SECONDS, Hold, Holder
from fsplug.store.calls.entries import RecordingHeld

_HELD = "HELD"


@dataclass(frozen=True, slots=True)
class HoldState:
    """What an event tells of its leg's holds: since when it holds (None if it does not), when the last hold began
    (None if there was none), and how many seconds the ended holds took.
    """

    held_at: float | None
    last_at: float | None
    total_seconds: float

    @classmethod
    def of(cls, event: Event, at: float) -> Self:
        """As any event or dump of a leg tells it, which the switch sent `at` this time by the call path's clock."""
        last = _seconds(event.get("Caller-Channel-Last-Hold") or "")
        last_at = last + (at - event.timestamp) if last else None
        return cls(
            held_at=(last_at or at) if is_held(event) else None,
            last_at=last_at,
            total_seconds=_seconds(event.get("Caller-Channel-Hold-Accum") or ""),
        )


def is_held(event: Event) -> bool:
    """Whether the phone of this event's leg holds the call."""
    return event.get("Channel-Call-State") == _HELD


class Holds:
    """Writes down the holds of recordings."""

    def __init__(self, book: CallBook, changes: Changes, ports: Ports) -> None:
        self._book = book
        self._changes = changes
        self._ports = ports

    def changed(self, event: Event) -> None:
        """CHANNEL_HOLD or CHANNEL_UNHOLD, or a dump of the leg."""
        channel = self._book.channels.get(event.uuid)
        if channel is None:
            return
        at = self._ports.time_of(event)
        state = HoldState.of(event, at)
        before, channel.held_at = channel.held_at, state.held_at
        concerned = self._concerned(channel)
        if not concerned and before != state.held_at:
            self._changes.held(channel, before, at)
        for recording in concerned:
            if recording.leg == event.uuid:
                self._settle(recording, state, at)
            self._follow(recording, channel, at)

    def began(self, recording: Recording, event: Event | None = None) -> None:
        """The recording runs from now on; `event` is its RECORD_START, if it was reported."""
        if event is not None:
            recording.holds.before_seconds = HoldState.of(event, recording.started_at or 0.0).total_seconds
        own = self._book.channels.get(recording.leg)
        other = self._book.partner_of(own) if own is not None else None
        for channel in (own, other):
            if channel is not None and channel.held_at is not None:
                self._follow(recording, channel, channel.held_at)

    def ended(self, recording: Recording, at: float, event: Event | None = None) -> None:
        """The recording has ended; `event` is its RECORD_STOP, if it was reported."""
        if event is not None:
            self._settle(recording, HoldState.of(event, at), at)
        for by in list(recording.holds.open):
            self._close(recording, by, at)

    def take_up(self, recording: Recording, holds: list[Hold]) -> None:
        """After a restart: these are written down already."""
        for hold in holds:
            if hold.until is None:
                recording.holds.open[hold.by] = hold.at
            elif hold.by is Holder.USER:
                recording.holds.known_seconds += hold.until - hold.at
        recording.holds.before_seconds = 0.0 if _began_with_its_leg(recording, self._book) else None

    def _concerned(self, channel: Channel) -> list[Recording]:
        talk = self._book.recording_of(channel)
        found = {one.id: one for one in (talk, *self._book.recordings_on(channel)) if one is not None}
        return [one for one in found.values() if one.stage is not Stage.STOPPED]

    def _follow(self, recording: Recording, channel: Channel, at: float) -> None:
        by = Holder.USER if recording.leg == channel.leg.uuid else Holder.OTHER
        if channel.held_at is None:
            self._close(recording, by, at)
        elif by not in recording.holds.open:
            self._open(recording, by, channel.held_at)

    def _settle(self, recording: Recording, state: HoldState, at: float) -> None:
        """Write the hold time by which the recorded leg's total exceeds what the events reported."""
        holds = recording.holds
        if holds.before_seconds is None:
            return
        unreported = state.total_seconds - holds.before_seconds - holds.known_seconds
        begun = holds.open.get(Holder.USER)
        if begun is not None and begun != state.held_at and unreported > 0:
            self._close(recording, Holder.USER, begun + unreported)
        elif unreported > LEAST_HOLD_SECONDS:
            begun = min(state.last_at or at, at - unreported) if state.held_at is None else at - unreported
            self._open(recording, Holder.USER, begun)
            self._close(recording, Holder.USER, begun + unreported)

    def _open(self, recording: Recording, by: Holder, at: float) -> None:
        recording.holds.open[by] = at
        self._write(recording, by, at, None)

    def _close(self, recording: Recording, by: Holder, until: float) -> None:
        at = recording.holds.open.pop(by, None)
        if at is None:
            return
        until = max(at, until)
        if by is Holder.USER:
            recording.holds.known_seconds += until - at
        self._write(recording, by, at, until)

    def _write(self, recording: Recording, by: Holder, at: float, until: float | None) -> None:
        # The same after a restart: the time is the switch's.
        hold = f"{recording.id}-{by}-{round(at * 1000)}"
        self._ports.write(RecordingHeld(hold, recording.id, recording.company, by, at, until))


def _began_with_its_leg(recording: Recording, book: CallBook) -> bool:
    """Whether the leg can't have held before the recording began."""
    channel = book.channels.get(recording.leg)
    answered_at = channel.leg.answered_at if channel is not None else None
    return bool(answered_at and recording.started_at and recording.started_at - answered_at < LEAST_HOLD_SECONDS)


def _seconds(micros: str) -> float:
    return int(micros) / 1e6 if micros.isascii() and micros.isdigit() and len(micros) < 19 else 0.0
