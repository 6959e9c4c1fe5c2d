"""Which live calls are one conversation; which call began it is its id.

Each company has its own id of a conversation whose calls belong to several: its own first call. So no row of one
company names a call of another. A call that is a conversation of its own costs nothing here.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from weakref import WeakValueDictionary

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_conversation import LiveConversation
from fsplug.esl.calls.ports import Ports
from fsplug.policy.conversation.joining import are_joined, goes_on
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls import calls, conversations
from fsplug.store.calls.calls import Call as CallRow
from fsplug.store.calls.conversation_entries import CallJoined
from fsplug.store.db.database import Store

log = structlog.get_logger()

# What is known only of the past is kept so long, in conversations: the records of legs come in one after the other.
_MOST_KEPT = 1_000
# The least time between two entries of one call, of which the later counts.
_LATER_SECONDS = 0.001


class Conversations:
    """Joins calls, in memory and in the store. `on_united` is called when calls have become one conversation."""

    def __init__(self, store: Store, book: CallBook, ports: Ports) -> None:
        self._store = store
        self._book = book
        self._ports = ports
        # By call. Conversations live as long as a call of theirs in the book, or as they are kept.
        self._of: WeakValueDictionary[str, LiveConversation] = WeakValueDictionary()
        self._kept: deque[LiveConversation] = deque(maxlen=_MOST_KEPT)
        self._written_at = 0.0
        self.on_united: Callable[[], None] = lambda: None

    def id_of(self, call: Call) -> str:
        """The id of the conversation of this call."""
        found = self._of.get(call.id)
        return found.id_in(call.company) if found else call.id

    def meet(self, one: Leg, other: Leg) -> None:
        """These two legs talk to each other."""
        if one.call == other.call or not are_joined(one, other):
            return
        its, others = (self._book.calls.get(leg.call or leg.uuid) for leg in (one, other))
        if its is not None and others is not None:
            self._unite(self._at_hand(its), self._at_hand(others))

    def led_on(self, call: Call, company: str, version: int) -> None:
        """The dialplan has led the caller to another company, which decides from now on by this policy version."""
        call.company, call.version = company, version
        self.has(call, company)

    def has(self, call: Call, company: str) -> None:
        """This company has the call from now on, beside the one that had it first."""
        if company in call.companies:
            return
        call.companies.add(company)
        if (known := self._of.get(call.id)) is not None:
            known.add(call.id, company, self._ports.clock())
            if known.id_in(company) != call.id:
                self._write(known, [(company, call.id)])
        self.on_united()

    def go_on(self, call: Call, leg: Leg, former: str) -> None:
        """This leg places this call; before that it belonged to the call `former`, if it is given."""
        if former == call.id:
            return
        before = self._of_call(former) or self._of_call(leg.conversation)
        if before is not None and goes_on(leg):
            self._unite(before, self._at_hand(call))

    def go_on_late(self, call: Call, leg: Leg) -> None:
        """As `go_on`, for a call of which fsplug learns afterwards: the call before it may be over."""
        self.join_past(call.company, call.id, call.began_at, (leg.conversation,) if goes_on(leg) else ())

    def met_unseen(self, company: str, call: str, legs: Sequence[Leg], began_at: float, at: float) -> None:
        """These legs talked to each other `at` this time in this call of the company, as is known only afterwards.

        The legs, or the first of them, began at `began_at`. One that was called has placed its call since.
        """
        if not all(are_joined(legs[0], leg) for leg in legs[1:]):
            return
        was_called = any(leg.uuid == call and not leg.called_in for leg in legs)
        marks = (mark for leg in legs for mark in (leg.call, leg.uuid, leg.conversation))
        self.join_past(company, call, at if was_called else began_at, marks)

    def join_past(self, company: str, call: str, began_at: float, others: Iterable[str]) -> None:
        """This call of the company is of one conversation with those of `others` that are the company's calls."""
        wanted = [other for other in dict.fromkeys(others) if other not in ("", call)]
        if not wanted:
            return
        own = self._known(company, call) or self._new(LiveConversation())
        self._of[call] = own
        own.add(call, company, began_at)
        self._kept.append(own)
        for other in wanted:
            before = None if other in own.calls else self._known(company, other)
            # While the store was asked, its call may have met others.
            own = self._of.get(call, own)
            if before is not None:
                self._unite(own, before)

    def take_up(self, rows: Iterable[CallRow]) -> None:
        """After a restart: these calls are open, and those of them that go on are in the book."""
        roots = {row.conversation or row.id for row in rows}
        by_root: dict[str, LiveConversation] = {}
        for one in conversations.members(self._store, roots):
            by_root.setdefault(one.conversation, LiveConversation()).add(one.call, one.company, one.at)
        for found in by_root.values():
            # A call that two companies have may be part of a conversation with another id in each.
            for known in {id(its): its for call in found.calls if (its := self._of.get(call))}.values():
                found.take_in(known)
            if len(found.calls) > 1:
                self._hold(self._new(found))

    def _known(self, company: str, call: str) -> LiveConversation | None:
        return self._of_call(call) or self._in_store(company, call)

    def _of_call(self, call: str) -> LiveConversation | None:
        found = self._of.get(call) if call else None
        known = self._book.calls.get(call)
        return found or (self._at_hand(known) if known is not None else None)

    def _at_hand(self, call: Call) -> LiveConversation:
        found = self._of.get(call.id)
        if found is None:
            found = LiveConversation({call.id: dict.fromkeys(call.companies, call.began_at)})
            call.conversation = self._new(found)
        return found

    def _in_store(self, company: str, call: str) -> LiveConversation | None:
        try:
            row = calls.get(self._store, company, call)
            root = (row.conversation or row.id) if row else ""
            found = conversations.members(self._store, {root}) if row else []
        except Unavailable as error:
            log.warning("conversation-unknown", call=call, error=error.text)
            return None
        its = LiveConversation()
        for one in found:
            its.add(one.call, one.company, one.at)
        return self._new(its) if its.calls else None

    def _new(self, found: LiveConversation) -> LiveConversation:
        self._of.update(dict.fromkeys(found.calls, found))
        return found

    def _hold(self, conversation: LiveConversation) -> None:
        """Those of its calls that are in the book keep it."""
        for one in conversation.calls:
            call = self._book.calls.get(one)
            if call is not None:
                call.conversation = conversation

    def _unite(self, one: LiveConversation, other: LiveConversation) -> None:
        """Make `one` of both, and write down each call whose conversation that changes."""
        if one is other:
            return
        before = {**one.ids(), **other.ids()}
        one.take_in(other)
        self._of.update(dict.fromkeys(other.calls, one))
        self._hold(one)
        self._write(one, [its for its, its_id in one.ids().items() if before[its] != its_id])
        self.on_united()

    def _write(self, its: LiveConversation, changed: Iterable[tuple[str, str]]) -> None:
        """These calls, each of this company, are of this conversation now."""
        self._written_at = max(self._ports.clock(), self._written_at + _LATER_SECONDS)
        for company, call in changed:
            self._ports.write(CallJoined(call, company, its.id_in(company), self._written_at))
