"""Calls as the switches saw them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.calls import Calls, Decisions
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class Call:
    """One call by its A-leg's uuid. Times are epoch seconds; None is what isn't known (yet)."""

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

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this call ends."""
        return (self.at, self.id)


_COLUMNS = (
    Calls.id,
    Companies.domain,
    Calls.switch,
    Calls.version,
    Calls.direction,
    Calls.group,
    Calls.caller,
    Calls.called,
    Calls.facts,
    Calls.started_at,
    Calls.answered_at,
    Calls.ended_at,
    Calls.cause,
    Calls.at,
)
_CALLS = Calls.select(*_COLUMNS).join(Companies, on=(Companies.id == Calls.company))


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Call]:
    """The company's calls, newest first. `person`: there is a decision about this user; `number`: caller or called."""
    query = _CALLS.where(Calls.company == company_id(store, domain))
    if wanted.person is not None:
        query = query.where(_decided_for(wanted.person))
    if wanted.number is not None:
        query = query.where((Calls.caller == wanted.number) | (Calls.called == wanted.number))
    return [_call(row) for row in store.query(page(query, Calls, wanted, limit, before))]


def get(store: Store, domain: str, call: str) -> Call | None:
    """The company's call, or None: also when it is another company's."""
    query = _CALLS.where((Calls.company == company_id(store, domain)) & (Calls.id == call))
    return next((_call(row) for row in store.query(query)), None)


def open_on(store: Store, switch: str) -> list[Call]:
    """Every company's calls that this switch has not ended, oldest first."""
    query = _CALLS.where((Calls.switch == switch) & Calls.ended_at.is_null())
    return [_call(row) for row in store.query(query.order_by(Calls.at, Calls.id))]


def _decided_for(username: str) -> Any:
    decided = Decisions.select(peewee.SQL("1")).where(
        (Decisions.call == Calls.id) & (Decisions.company == Calls.company) & (Decisions.username == username)
    )
    return peewee.fn.EXISTS(decided)


def _call(row: Row) -> Call:
    values = list(row)
    values[8] = json.loads(values[8] or "{}")
    return Call(*values)
