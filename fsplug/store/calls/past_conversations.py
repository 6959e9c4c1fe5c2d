"""Calls of before there were conversations, joined from the talks that they had, some at a time.

How far it has come is written down with what was joined, so that it goes on there after it was interrupted. To join the
same calls again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import fn

from fsplug.policy.conversation.past import LONGEST_SECONDS, PastTalk, PastTalks
from fsplug.policy.recording.participants import everybody
from fsplug.store.calls.conversation_events import legs_of
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, given_each
from fsplug.store.schema.calls import Calls, Decisions, UnjoinedCalls
from fsplug.store.schema.companies import Companies

SOME = 500


@dataclass(frozen=True, slots=True)
class Unjoined:
    """A company (its id and domain) whose calls are joined up to this decision, of those until `until_at`."""

    company: str
    domain: str
    until_at: float
    at: float
    decision: str


@dataclass(frozen=True, slots=True)
class _Decided:
    id: str
    call: str
    talk: str
    at: float
    caller: str
    answerer: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Call:
    id: str
    at: float
    conversation: str | None


_UNJOINED = Select(
    Unjoined,
    lambda: (
        UnjoinedCalls.select(*columns(Unjoined, UnjoinedCalls, domain=Companies.domain))
        .join(Companies, on=(Companies.id == UnjoinedCalls.company))
        .order_by(UnjoinedCalls.company)
    ),
)
_DECIDED = Decisions.select(*columns(_Decided, Decisions)).where(Decisions.company == given.company)
_AFTER = (Decisions.at >= given.at) & ((Decisions.at > given.at) | (Decisions.id > given.decision))
_NEXT = Select(
    _Decided,
    lambda: (
        _DECIDED.where(_AFTER & (Decisions.at <= given.until_at)).order_by(Decisions.at, Decisions.id).limit(given.some)
    ),
)
_BEFORE = Select(
    _Decided,
    lambda: _DECIDED.where((Decisions.at >= given.since) & ~_AFTER).order_by(Decisions.at, Decisions.id),
)
_CALLS = Select(
    _Call,
    lambda: Calls.select(*columns(_Call, Calls, at=fn.COALESCE(Calls.at, 0.0))).where(
        (Calls.company == given.company) & Calls.id.in_(given_each.calls)
    ),
)
_JOIN = Write(
    lambda: Calls.update({Calls.conversation: given.first, Calls.joined_at: given.joined_at}).where(
        (Calls.company == given.company)
        & ((Calls.id == given.later) | (Calls.conversation == given.part_of))
        & (Calls.joined_at.is_null() | (Calls.joined_at <= given.known_until))
    )
)
_COME_TO = Write(
    lambda: UnjoinedCalls.update({UnjoinedCalls.at: given.at, UnjoinedCalls.decision: given.decision}).where(
        UnjoinedCalls.company == given.company
    )
)
_DONE = Write(lambda: UnjoinedCalls.delete().where(UnjoinedCalls.company == given.company))


def unjoined(store: Store) -> list[Unjoined]:
    """The companies whose calls of before are not all joined yet."""
    return _UNJOINED.rows(store)


class PastConversations:
    """Joins the calls of every company, `some` talks at each `work`."""

    def __init__(self, store: Store, some: int = SOME) -> None:
        self._store = store
        self._some = some
        self._talks: dict[str, PastTalks] = {}
        self._is_done = False

    def work(self) -> bool:
        """Join what some talks tell; False once nothing is left to do."""
        if self._is_done:
            return False
        left = next(iter(unjoined(self._store)), None)
        if left is None:
            self._is_done = True
            return False
        talks = self._talks.get(left.company) or self._remembered(left)
        found = _NEXT.rows(
            self._store,
            company=left.company,
            at=left.at,
            decision=left.decision,
            until_at=left.until_at,
            some=self._some,
        )
        with self._store.atomic():
            for one in found:
                for other in talks.take(_past(one)):
                    self._join(left.company, one, other)
            if len(found) < self._some:
                _DONE.run(self._store, company=left.company)
            else:
                _COME_TO.run(self._store, company=left.company, at=found[-1].at, decision=found[-1].id)
        self._talks = {} if len(found) < self._some else {left.company: talks}
        return True

    def _remembered(self, left: Unjoined) -> PastTalks:
        """What the talks before tell, which were taken in already, for those that follow."""
        talks = PastTalks()
        known = {"company": left.company, "at": left.at, "decision": left.decision}
        for one in _BEFORE.rows(self._store, **known, since=left.at - LONGEST_SECONDS):
            talks.take(_past(one))
        return talks

    def _join(self, company: str, talk: _Decided, other: str) -> None:
        """These two calls are of one conversation: the later of their conversations becomes part of the earlier."""
        known = {one.id: one for one in _CALLS.rows(self._store, company=company, calls=[talk.call, other])}
        firsts = [one.conversation or one.id for one in known.values()]
        begun = sorted(_CALLS.rows(self._store, company=company, calls=firsts), key=lambda one: (one.at, one.id))
        if len(begun) == 2:
            first, later = begun
            times = {"joined_at": talk.at, "known_until": talk.at}
            _JOIN.run(self._store, company=company, first=first.id, later=later.id, part_of=later.id, **times)


def _past(one: _Decided) -> PastTalk:
    caller, *others = everybody(one.inputs, one.caller, one.answerer)
    users = frozenset(end.username for end in (caller, *others) if end.username)
    return PastTalk(one.at, one.call, legs_of(one.talk), caller.username, users, bool(one.inputs.get("part_of")))
