"""Calls as the switches saw them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import fn

from fsplug.store.calls.talk_users import talked
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given, given_each
from fsplug.store.schema.calls import Calls, TalkUsers
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class Call:
    """A company's call, by its A-leg's uuid. Times are epoch seconds; unknown values are None.

    `conversation` is the call that began the conversation of which this one is a later part.
    """

    id: str
    company: str
    switch: str | None
    version: int | None
    direction: str | None
    group: str | None
    caller: str | None
    called: str | None
    facts: Mapping[str, Any]
    started_at: float | None
    answered_at: float | None
    ended_at: float | None
    cause: str | None
    at: float
    conversation: str | None = None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this call ends."""
        return (self.at, self.id)


@dataclass(frozen=True, slots=True)
class _CallId:
    id: str


_CALLS = Calls.select(
    *columns(Call, Calls, company=Companies.domain, facts=fn.COALESCE(Calls.facts, constant("{}")))
).join(Companies, on=(Companies.id == Calls.company))
_LISTED = Listing(
    Call,
    Calls,
    lambda: _CALLS.where(Calls.company == given.company),
    person=talked(Calls),
    version=talked(Calls, TalkUsers.version >= given.version),
    numbers=(Calls.caller.in_(given_each.numbers)) | (Calls.called.in_(given_each.numbers)),
)
_OPEN = Select(
    Call,
    lambda: _CALLS.where((Calls.switch == given.switch) & Calls.ended_at.is_null()).order_by(Calls.at, Calls.id),
)
_AMONG = Select(
    _CallId,
    lambda: Calls.select(Calls.id).where((Calls.company == given.company) & Calls.id.in_(given_each.calls)),
)
_CALL = Select(Call, lambda: _CALLS.where((Calls.company == given.company) & (Calls.id == given.call)))


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Call]:
    """The company's calls, newest first.

    `person`: calls in which this user talked, recorded or not; `numbers`: the caller's or called one.
    """
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def get(store: Store, domain: str, call: str) -> Call | None:
    """The company's call. None if it is unknown or another company's."""
    return _CALL.row(store, company=company_id(store, domain), call=call)


def open_on(store: Store, switch: str) -> list[Call]:
    """Every company's open calls on this switch, oldest first."""
    return _OPEN.rows(store, switch=switch)


def among(store: Store, domain: str, ids: Collection[str]) -> set[str]:
    """Those of these ids that are calls of the company's."""
    company = company_id(store, domain)
    return {one.id for some in in_batches(ids) for one in _AMONG.rows(store, company=company, calls=some)}
