"""Pauses of calls that go on: nobody who listens hears them, and their recordings get silence in real time.

FreeSWITCH 1.11.1 masks a recording from its next frame of 20 ms on (switch_ivr_async.c, record_callback): the file gets
zeros, and its time goes on. An eavesdropper's bug knows no mask; what the switch sends to a listener is muted
(uuid_audio). Neither depends on fsplug being alive: a paused call stays paused until fsplug ends the pause.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import gevent.lock
import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ports import Ports
from fsplug.esl.switch import Silence
from fsplug.policy.conversation.events import Change
from fsplug.store.calls import pauses
from fsplug.store.calls.conversation_entries import CallChanged
from fsplug.store.db.database import Store

log = structlog.get_logger()

# After this time a pause ends by itself.
PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Pause:
    """A user (`username`, on the leg `leg`) paused a call at `at` (epoch seconds), by the door `how`; the pause ends by
    itself at `due_at`.

    The other companies of a conversation see each a pause of their own: it silences their call with the pause `cause`,
    and names nobody.
    """

    id: str
    call: str
    company: str
    username: str
    leg: str
    how: str
    at: float
    due_at: float
    cause: str = ""


class Pauses:
    """All pauses that go on. `hearers` gives the legs of those who listen now, each with the call it hears.

    `on_change` is called with the company in which a pause began or ended, `on_turn` before that.
    """

    def __init__(self, store: Store, book: CallBook, ports: Ports) -> None:
        self._store = store
        self._book = book
        self._ports = ports
        self._open: dict[str, Pause] = {}
        # What the switch has been told to silence: recordings by id, listeners by leg.
        self._masked: set[str] = set()
        self._deaf: set[str] = set()
        # What the process before may have told the switch, or what was begun silenced: recordings by id.
        self._unsure: set[str] = set()
        self._telling = gevent.lock.BoundedSemaphore(1)
        self.hearers: Callable[[], Iterable[tuple[str, str]]] = tuple
        self.on_change: Callable[[str], None] = lambda company: None
        self.on_turn: Callable[[], None] = lambda: None

    def of(self, call: Call) -> list[Pause]:
        """The pauses of this call, and of those that are one conversation with it."""
        return [one for one in self._open.values() if self._covers(one, call.id)]

    def pause(self, call: Call, username: str, leg: str, how: str) -> Pause:
        """Pause the call from now on. Unavailable, and nothing is paused, if the switch does not do it at once."""
        at = self._ports.clock()
        name = f"{leg}-pause-{round(at * 1000)}"
        made = Pause(name, call.id, call.company, username, leg, how, at, at + PAUSE_SECONDS)
        # First what is to be undone: whatever happens next, the pause is known and ends.
        self._open[made.id] = made
        self._write(made, None)
        self._spread(made)
        if not self.apply():
            self.end([made])
            raise Unavailable("unavailable", "the switch did not silence a recording or a listener of the call")
        self._ports.later(PAUSE_SECONDS, self._due, made)
        self.on_turn()
        self.on_change(made.company)
        return made

    def met(self) -> None:
        """Calls have become one conversation: what is paused in one of them is paused in all."""
        if self._open:
            for one in list(self._open.values()):
                self._spread(one)
            self._ports.later(0, self.apply)

    def end(self, ending: Iterable[Pause]) -> None:
        """End these pauses. What others have paused, too, stays paused."""
        causes = {one.id for one in ending}
        its = [one for one in self._open.values() if one.id in causes or one.cause in causes]
        ended = [one for one in its if self._open.pop(one.id, None) is not None]
        self.apply()
        self.on_turn()
        for one in ended:
            self._write(one, max(one.at, self._ports.clock()))
            self.on_change(one.company)

    def begins_silent(self, recording: Recording) -> bool:
        """Whether this recording must begin silenced: the switch is about to be told to begin it."""
        is_paused = self.covers(recording.call)
        if is_paused:
            self._unsure.add(recording.id)
        return is_paused

    def began(self, recording: Recording) -> None:
        """This recording begins to run, perhaps in a pause."""
        if self._open or self._unsure:
            self._ports.later(0, self.apply)

    def is_silent_for(self, leg: str) -> bool:
        """Whether the switch sends nothing of the call to this listener, unless the call is not paused."""
        self.apply()
        paused = {leg for leg, call in self.hearers() if self.covers(call)}
        return leg not in paused or leg in self._deaf

    def take_up(self, calls: Iterable[str]) -> None:
        """After a restart: these calls are open. Their pauses go on, and end when they are due, or now."""
        open_calls = [one for one in calls if one in self._book.calls]
        for row in pauses.open_of(self._store, open_calls):
            due_at = row.at + PAUSE_SECONDS
            cause = row.id.removesuffix(f"-{row.company}") if row.kind is Change.SILENCED else ""
            who, how = row.username or "", row.how or ""
            one = Pause(row.id, row.call, row.company, who, row.leg, how, row.at, due_at, cause)
            self._open[one.id] = one
            self._ports.later(max(0.0, one.due_at - self._ports.clock()), self._due, one)
        self._unsure = {one.id for one in self._book.recordings.values() if self.covers(one.call)}
        self._ports.later(0, self.apply)

    def apply(self) -> bool:
        """Tell the switch what must be silent now, and what need not be any more; False if it did not do all of it."""
        if not (self._open or self._masked or self._deaf or self._unsure):
            return True
        with self._telling:
            self._forget()
            listeners = [one for one in self.hearers() if self.covers(one[1]) is not (one[0] in self._deaf)]
            recordings = [one for one in self._running() if self._is_to_be_told(one)]
            # A recording's silence begins with what is in the switch's buffer; a listener's does not.
            wanted = [Silence(leg, "", self.covers(call)) for leg, call in listeners]
            wanted += [Silence(one.leg, one.path, self.covers(one.call)) for one in recordings]
            done = self._tell(wanted)
            deafened = [self._is_deafened(leg, is_done) for (leg, _), is_done in zip(listeners, done, strict=False)]
            said = zip(recordings, wanted[len(listeners) :], done[len(listeners) :], strict=True)
            masked = [self._is_masked(one, silence.is_silent, is_done) for one, silence, is_done in said]
            return all((*masked, *deafened))

    def _spread(self, one: Pause) -> None:
        """Each other company that now has a call of the conversation has a pause of its own from now on."""
        known = self._book.calls.get(one.call)
        if known is None or one.cause:
            return
        its_calls = known.conversation.calls if known.conversation is not None else (known.id,)
        others = {self._book.calls[call].company for call in its_calls if call in self._book.calls}
        there = {one.company, *(its.company for its in self._open.values() if its.cause == one.id)}
        for company in others - there:
            call, at = known.conversation_in(company), self._ports.clock()
            made = Pause(f"{one.id}-{company}", call, company, "", "", one.how, at, one.due_at, one.id)
            self._open[made.id] = made
            self._write(made, None)
            self.on_change(company)

    def _due(self, one: Pause) -> None:
        if one.id in self._open:
            self.end([one])

    def _forget(self) -> None:
        """The pauses of calls that are over, and whatever of theirs is gone. The call's end is the pause's."""
        live = {one.id for one in self._book.calls.values()}
        live |= {call for one in self._book.calls.values() if one.conversation for call in one.conversation.calls}
        self._open = {name: one for name, one in self._open.items() if one.call in live}
        self._masked &= self._book.recordings.keys()
        self._unsure &= self._book.recordings.keys()
        self._deaf &= {leg for leg, _ in self.hearers()}

    def _running(self) -> list[Recording]:
        return [one for one in self._book.recordings.values() if one.stage in (Stage.RUNNING, Stage.STOPPING)]

    def _is_to_be_told(self, recording: Recording) -> bool:
        return self.covers(recording.call) is not (recording.id in self._masked) or recording.id in self._unsure

    def _is_masked(self, recording: Recording, wanted: bool, done: bool) -> bool:
        if done:
            (self._masked.add if wanted else self._masked.discard)(recording.id)
            self._unsure.discard(recording.id)
        # It may have ended meanwhile.
        return done or recording.stage is not Stage.RUNNING

    def _is_deafened(self, leg: str, done: bool) -> bool:
        if done:
            self._deaf ^= {leg}
        return done or leg not in {one for one, _ in self.hearers()}

    def _tell(self, wanted: Sequence[Silence]) -> list[bool]:
        try:
            return self._ports.switch.silence(wanted) if wanted else []
        except Unavailable as error:
            log.error("pause-not-told", legs=[one.leg for one in wanted], error=error.text)
            return [False] * len(wanted)

    def covers(self, call: str) -> bool:
        """Whether this call, or its conversation, is paused."""
        return any(self._covers(one, call) for one in self._open.values())

    def _covers(self, one: Pause, call: str) -> bool:
        known = self._book.calls.get(call) or self._book.calls.get(one.call)
        its = known.conversation.calls if known is not None and known.conversation is not None else ()
        return one.call == call or (one.call in its and call in its)

    def _write(self, one: Pause, until: float | None) -> None:
        channel = self._book.channels.get(one.leg)
        number = next(iter(channel.leg.numbers), "") if channel is not None else ""
        self._ports.write(
            CallChanged(
                id=one.id,
                company=one.company,
                call=one.call,
                change=Change.SILENCED if one.cause else Change.PAUSE,
                at=one.at,
                leg=one.leg,
                user=one.username or None,
                number=number,
                how=one.how,
                until=until,
            )
        )
