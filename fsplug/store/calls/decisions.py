"""Decisions: one immutable row for every verdict on a talk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.policy.terms import Start
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each, unsought
from fsplug.store.schema.calls import Decisions
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class Decision:
    """What policy decided about one talk, under which policy version, and from which facts (`inputs`).

    `start` says how its recording begins (`policy.terms.Start`); None is by itself.
    """

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
    start: str | None = None

    @property
    def waits(self) -> bool:
        """Whether its recording is made or kept only if the recorded user wants it."""
        return self.start not in (None, Start.AUTOMATIC)

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this decision ends."""
        return (self.at, self.id)


_DECISIONS = Decisions.select(*columns(Decision, Decisions, company=Companies.domain, user=Decisions.username)).join(
    Companies, on=(Companies.id == Decisions.company)
)
_LISTED = Listing(
    Decision,
    Decisions,
    lambda: _DECISIONS.where(Decisions.company == given.company),
    person=Decisions.username == given.person,
    numbers=(Decisions.caller.in_(given_each.numbers)) | (Decisions.answerer.in_(given_each.numbers)),
)
_OF_CALLS = Select(
    Decision,
    lambda: _DECISIONS.where(
        (unsought(Decisions.company) == given.company) & Decisions.call.in_(given_each.calls)
    ).order_by(Decisions.at, Decisions.id),
)
_DECISION = Select(
    Decision, lambda: _DECISIONS.where((Decisions.company == given.company) & (Decisions.id == given.decision))
)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Decision]:
    """The company's decisions, newest first. `person`: the user it is about; `numbers`: caller or answerer."""
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def get(store: Store, domain: str, decision: str) -> Decision | None:
    """The company's decision. None if it is unknown or another company's."""
    return _DECISION.row(store, company=company_id(store, domain), decision=decision)


def of_companies(store: Store, calls: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Decision]]:
    """As `of_calls`, for calls of any companies: by the company, a domain, and the call. Two may have the same call."""
    by_company: dict[str, list[str]] = {}
    for company, call in calls:
        by_company.setdefault(company, []).append(call)
    found: dict[tuple[str, str], list[Decision]] = {}
    for company, its_calls in by_company.items():
        for some in in_batches(its_calls):
            made = of_calls(store, company, list(some))
            found |= {(company, call): its for call, its in made.items()}
    return found


def of_calls(store: Store, domain: str, calls: list[str]) -> dict[str, list[Decision]]:
    """The decisions made in each of these calls of the company, oldest first."""
    found: dict[str, list[Decision]] = {call: [] for call in calls}
    for decision in _OF_CALLS.rows(store, company=company_id(store, domain), calls=calls) if calls else ():
        found[decision.call].append(decision)
    return found
