"""Calls as the switches saw them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import peewee

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.tables import CALL, COMPANY, DECISION


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
    CALL.id,
    COMPANY.domain,
    CALL.switch,
    CALL.version,
    CALL.direction,
    CALL.grp,
    CALL.caller,
    CALL.called,
    CALL.facts,
    CALL.started_at,
    CALL.answered_at,
    CALL.ended_at,
    CALL.cause,
    CALL.at,
)
_CALLS = CALL.select(*_COLUMNS).join(COMPANY, on=(COMPANY.id == CALL.company))


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Call]:
    """The company's calls, newest first. `person`: there is a decision about this user; `number`: caller or called."""
    query = _CALLS.where(CALL.company == company_id(store, domain))
    if wanted.person is not None:
        query = query.where(_decided_for(wanted.person))
    if wanted.number is not None:
        query = query.where((CALL.caller == wanted.number) | (CALL.called == wanted.number))
    return [_call(row) for row in store.query(page(query, CALL, wanted, limit, before))]


def get(store: Store, domain: str, call: str) -> Call | None:
    """The company's call, or None: also when it is another company's."""
    query = _CALLS.where((CALL.company == company_id(store, domain)) & (CALL.id == call))
    return next((_call(row) for row in store.query(query)), None)


def open_on(store: Store, switch: str) -> list[Call]:
    """Every company's calls that this switch has not ended, oldest first."""
    query = _CALLS.where((CALL.switch == switch) & CALL.ended_at.is_null())
    return [_call(row) for row in store.query(query.order_by(CALL.at, CALL.id))]


def _decided_for(username: str) -> Any:
    decided = DECISION.select(peewee.SQL("1")).where(
        (DECISION.call == CALL.id) & (DECISION.company == CALL.company) & (DECISION.username == username)
    )
    return peewee.fn.EXISTS(decided)


def _call(row: Row) -> Call:
    values = list(row)
    values[8] = json.loads(values[8] or "{}")
    return Call(*values)
