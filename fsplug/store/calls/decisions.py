"""Decisions: one immutable row for every verdict on a talk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.calls import Decisions
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class Decision:
    """What policy said about one talk, under which policy version, and everything it looked at (`inputs`)."""

    id: str
    company: str
    call: str
    talk: str
    at: float
    version: int
    user: str | None
    leg: str | None
    record: bool
    rule: str
    reason: str
    direction: str
    group: str | None
    caller: str
    answerer: str
    inputs: Mapping[str, Any]
    recording: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this decision ends."""
        return (self.at, self.id)


_COLUMNS = (
    Decisions.id,
    Companies.domain,
    Decisions.call,
    Decisions.talk,
    Decisions.at,
    Decisions.version,
    Decisions.username,
    Decisions.leg,
    Decisions.record,
    Decisions.rule,
    Decisions.reason,
    Decisions.direction,
    Decisions.group,
    Decisions.caller,
    Decisions.answerer,
    Decisions.inputs,
    Decisions.recording,
)
_DECISIONS = Decisions.select(*_COLUMNS).join(Companies, on=(Companies.id == Decisions.company))


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Decision]:
    """The company's decisions, newest first. `person`: the user it is about; `number`: caller or answerer."""
    query = _DECISIONS.where(Decisions.company == company_id(store, domain))
    if wanted.person is not None:
        query = query.where(Decisions.username == wanted.person)
    if wanted.number is not None:
        query = query.where((Decisions.caller == wanted.number) | (Decisions.answerer == wanted.number))
    return [_decision(row) for row in store.query(page(query, Decisions, wanted, limit, before))]


def get(store: Store, domain: str, decision: str) -> Decision | None:
    """The company's decision, or None: also when it is another company's."""
    query = _DECISIONS.where((Decisions.company == company_id(store, domain)) & (Decisions.id == decision))
    return next((_decision(row) for row in store.query(query)), None)


def of_calls(store: Store, domain: str, calls: list[str]) -> dict[str, list[Decision]]:
    """The decisions made in each of these calls of the company, oldest first."""
    found: dict[str, list[Decision]] = {call: [] for call in calls}
    query = _DECISIONS.where((Decisions.company == company_id(store, domain)) & Decisions.call.in_(calls))
    for row in store.query(query.order_by(Decisions.at, Decisions.id)) if calls else []:
        decision = _decision(row)
        found[decision.call].append(decision)
    return found


def _decision(row: Row) -> Decision:
    values = list(row)
    values[8], values[15] = bool(values[8]), json.loads(values[15])
    return Decision(*values)
