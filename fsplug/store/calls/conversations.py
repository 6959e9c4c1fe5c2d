"""Conversations: calls that belong together, from the first ring of one to the last hangup of another.

A conversation has the id of the call that began it; a call that is no part of another begins one. A call that is part
of one whose first call the company does not have (it may be removed, or another company's) begins one, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from peewee import SQL, fn

from fsplug.store.calls.calls import Call
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given, given_each
from fsplug.store.schema.calls import Calls, Decisions
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
_MEMBERS = Select(
    Member,
    lambda: (
        Calls.select(*columns(Member, Calls, call=Calls.id, company=Companies.domain, conversation=_ID))
        .join(Companies, on=(Companies.id == Calls.company))
        .where(Calls.id.in_(given_each.roots) | Calls.conversation.in_(given_each.roots))
        .order_by(Calls.at, Calls.id)
    ),
)
_First, _Part, _Of = Calls.alias("first"), Calls.alias("part"), Calls.alias("of")
_BEGINS = Calls.conversation.is_null() | ~fn.EXISTS(
    _First.select(SQL("1")).where((_First.id == Calls.conversation) & (_First.company == Calls.company))
)
_OF_PERSON = (Decisions.company == Calls.company) & (Decisions.username == given.person)
_IN_FIRST = Decisions.select(SQL("1")).where((Decisions.call == Calls.id) & _OF_PERSON)
_IN_PARTS = (
    Decisions.select(SQL("1"))
    .join(_Part, on=((_Part.id == Decisions.call) & (_Part.company == Decisions.company)))
    .where((_Part.conversation == Calls.id) & _OF_PERSON)
)
_SINCE_VERSION = Decisions.version >= given.version
_NUMBERS_OF_PARTS = _Of.select(SQL("1")).where(
    (_Of.conversation == Calls.id)
    & (_Of.company == Calls.company)
    & (_Of.caller.in_(given_each.numbers) | _Of.called.in_(given_each.numbers))
)
_LISTED = Listing(
    Conversation,
    Calls,
    lambda: (
        Calls.select(*columns(Conversation, Calls, company=Companies.domain))
        .join(Companies, on=(Companies.id == Calls.company))
        .where((Calls.company == given.company) & _BEGINS)
    ),
    person=fn.EXISTS(_IN_FIRST) | fn.EXISTS(_IN_PARTS),
    version=fn.EXISTS(_IN_FIRST.where(_SINCE_VERSION)) | fn.EXISTS(_IN_PARTS.where(_SINCE_VERSION)),
    numbers=Calls.caller.in_(given_each.numbers) | Calls.called.in_(given_each.numbers) | fn.EXISTS(_NUMBERS_OF_PARTS),
)
_CALLS = Select(
    Call,
    lambda: (
        Calls.select(*columns(Call, Calls, company=Companies.domain, facts=fn.COALESCE(Calls.facts, constant("{}"))))
        .join(Companies, on=(Companies.id == Calls.company))
        .where(
            (Calls.company == given.company)
            & (Calls.id.in_(given_each.conversations) | Calls.conversation.in_(given_each.conversations))
        )
        .order_by(Calls.at, Calls.id)
    ),
)


def members(store: Store, roots: Iterable[str]) -> list[Member]:
    """The calls of these conversations, in whichever company. Only for the call path."""
    return [one for some in in_batches(roots) for one in _MEMBERS.rows(store, roots=some)]


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Conversation]:
    """The company's conversations, those that began last first.

    `person`: conversations with a decision about this user; `numbers`: with a call from or to one.
    """
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def calls_of(store: Store, domain: str, conversations: Iterable[str]) -> dict[str, list[Call]]:
    """The company's calls of each of these conversations, the first one first."""
    wanted = list(conversations)
    found: dict[str, list[Call]] = {one: [] for one in wanted}
    company = company_id(store, domain)
    for some in in_batches(wanted):
        for call in _CALLS.rows(store, company=company, conversations=some):
            found[call.id if call.id in found else call.conversation or call.id].append(call)
    return found


def of_call(store: Store, domain: str, call: str) -> list[Call]:
    """The company's calls of the conversation that this call of the company belongs to; none if it is unknown."""
    company = company_id(store, domain)
    found = _CALLS.rows(store, company=company, conversations=[call])
    own = next((one for one in found if one.id == call), None)
    if own is None:
        return []
    return _CALLS.rows(store, company=company, conversations=[own.conversation]) if own.conversation else found
