"""Conversations: calls that belong together, from the first ring of one to the last hangup of another.

A conversation has the id of the call that began it; a call that is no part of another begins one. A call that is part
of one whose first call the company does not have (it may be removed, or another company's) begins one, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import SQL, fn

from fsplug.store.calls.calls import Call
from fsplug.store.calls.talk_users import talked
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given, given_each, unsought
from fsplug.store.schema.calls import Calls, TalkUsers
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class Member:
    """A call of any company (a domain), when it began (epoch seconds), and the conversation of which it is a part."""

    call: str
    company: str
    at: float
    conversation: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """The first call of a conversation, whose id is the conversation's. Times are epoch seconds."""

    id: str
    company: str
    direction: str | None
    group: str | None
    caller: str | None
    called: str | None
    at: float

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this conversation ends."""
        return (self.at, self.id)


_ID = fn.COALESCE(Calls.conversation, Calls.id)


def _members(condition: Any) -> Select[Member]:
    return Select(
        Member,
        lambda: (
            Calls.select(*columns(Member, Calls, call=Calls.id, company=Companies.domain, conversation=_ID))
            .join(Companies, on=(Companies.id == Calls.company))
            .where(condition)
        ),
    )


# Two statements where one could say either: SQLite would read all calls of the company.
_FIRST_CALLS, _PARTS = _members(Calls.id.in_(given_each.roots)), _members(Calls.conversation.in_(given_each.roots))
_First, _Part = Calls.alias("first"), Calls.alias("part")
_BEGINS = Calls.conversation.is_null() | ~fn.EXISTS(
    _First.select(SQL("1")).where((_First.id == Calls.conversation) & (_First.company == Calls.company))
)
_PARTS_OF = (_Part.conversation == Calls.id) & (_Part.company == Calls.company)


def _of_person(*conditions: Any) -> Any:
    in_parts = fn.EXISTS(_Part.select(SQL("1")).where(_PARTS_OF & talked(_Part, *conditions)))
    return talked(Calls, *conditions) | in_parts


_NUMBERS_OF_PARTS = fn.EXISTS(
    _Part.select(SQL("1")).where(
        _PARTS_OF & (_Part.caller.in_(given_each.numbers) | _Part.called.in_(given_each.numbers))
    )
)
_LISTED = Listing(
    Conversation,
    Calls,
    lambda: (
        Calls.select(*columns(Conversation, Calls, company=Companies.domain))
        .join(Companies, on=(Companies.id == Calls.company))
        .where((Calls.company == given.company) & _BEGINS)
    ),
    person=_of_person(),
    version=_of_person(TalkUsers.version >= given.version),
    numbers=Calls.caller.in_(given_each.numbers) | Calls.called.in_(given_each.numbers) | _NUMBERS_OF_PARTS,
)


def _calls(condition: Any) -> Select[Call]:
    facts = fn.COALESCE(Calls.facts, constant("{}"))
    return Select(
        Call,
        lambda: (
            Calls.select(*columns(Call, Calls, company=Companies.domain, facts=facts))
            .join(Companies, on=(Companies.id == Calls.company))
            .where(unsought(Calls.company) == given.company, condition)
        ),
    )


_FIRST_OF = _calls(Calls.id.in_(given_each.conversations))
_PARTS_OF_FIRST = _calls(Calls.conversation.in_(given_each.conversations))


@dataclass(frozen=True, slots=True)
class _Joined:
    id: str
    conversation: str


_JOINED = Select(
    _Joined,
    lambda: Calls.select(*columns(_Joined, Calls)).where(
        (unsought(Calls.company) == given.company) & Calls.id.in_(given_each.calls) & Calls.conversation.is_null(False)
    ),
)


def members(store: Store, roots: Iterable[str]) -> list[Member]:
    """The calls of these conversations, in whichever company, the first one first. Only for the call path."""
    found: dict[str, Member] = {}
    for some in in_batches(roots):
        for select in (_FIRST_CALLS, _PARTS):
            found |= {one.call: one for one in select.rows(store, roots=some)}
    return sorted(found.values(), key=lambda one: (one.at, one.call))


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Conversation]:
    """The company's conversations, those that began last first.

    `person`: conversations in which this user talked, recorded or not; `numbers`: with a call from or to one.
    """
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def calls_of(store: Store, domain: str, conversations: Iterable[str]) -> dict[str, list[Call]]:
    """The company's calls of each of these conversations, the first one first."""
    wanted = list(conversations)
    found: dict[str, list[Call]] = {one: [] for one in wanted}
    for call in _read(store, company_id(store, domain), wanted):
        found[call.id if call.id in found else call.conversation or call.id].append(call)
    return found


def by_call(store: Store, domain: str, calls: Iterable[str]) -> dict[str, str]:
    """The ids of the conversations of the company's calls, by call; a call that began its conversation is left out."""
    company = company_id(store, domain)
    found = (_JOINED.rows(store, company=company, calls=some) for some in in_batches(calls))
    return {one.id: one.conversation for some in found for one in some}


def of_call(store: Store, domain: str, call: str) -> list[Call]:
    """The company's calls of the conversation that this call of the company belongs to; none if it is unknown."""
    company = company_id(store, domain)
    found = _read(store, company, [call])
    own = next((one for one in found if one.id == call), None)
    if own is None:
        return []
    return _read(store, company, [own.conversation]) if own.conversation else found


def _read(store: Store, company: str, conversations: Iterable[str]) -> list[Call]:
    found: dict[str, Call] = {}
    for some in in_batches(conversations):
        for select in (_FIRST_OF, _PARTS_OF_FIRST):
            found |= {one.id: one for one in select.rows(store, company=company, conversations=some)}
    # A call that a called leg placed may be as old as that leg, and so as the call for which it was made.
    return sorted(found.values(), key=lambda one: (one.conversation is not None, one.at, one.id))
