"""Gaps: what policy wanted recorded and nobody can play."""

from dataclasses import dataclass

from peewee import JOIN

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.calls import Decisions, Gaps
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class Gap:
    """The one gap of a decision: cause code, detail for people, and when it was found (epoch seconds)."""

    decision: str
    company: str
    call: str | None
    recording: str | None
    cause: str
    detail: str
    at: float
    user: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this gap ends."""
        return (self.at, self.decision)


_COLUMNS = (
    Gaps.decision,
    Companies.domain,
    Gaps.call,
    Gaps.recording,
    Gaps.cause,
    Gaps.detail,
    Gaps.at,
    Decisions.username,
)
_GAPS = (
    Gaps.select(*_COLUMNS)
    .join(Companies, on=(Companies.id == Gaps.company))
    .join(Decisions, JOIN.LEFT_OUTER, on=((Decisions.id == Gaps.decision) & (Decisions.company == Gaps.company)))
)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Gap]:
    """The company's gaps, newest first. `person`: the user of the decision; `number`: its caller or answerer."""
    query = _GAPS.where(Gaps.company == company_id(store, domain))
    if wanted.person is not None:
        query = query.where(Decisions.username == wanted.person)
    if wanted.number is not None:
        query = query.where((Decisions.caller == wanted.number) | (Decisions.answerer == wanted.number))
    return [Gap(*row) for row in store.query(page(query, Gaps, wanted, limit, before, key="decision"))]
