"""Gaps: what policy wanted recorded and nobody can play."""

from dataclasses import dataclass

from peewee import JOIN

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.tables import COMPANY, DECISION, GAP


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
    GAP.decision,
    COMPANY.domain,
    GAP.call,
    GAP.recording,
    GAP.cause,
    GAP.detail,
    GAP.at,
    DECISION.username,
)
_GAPS = (
    GAP.select(*_COLUMNS)
    .join(COMPANY, on=(COMPANY.id == GAP.company))
    .join(DECISION, JOIN.LEFT_OUTER, on=((DECISION.id == GAP.decision) & (DECISION.company == GAP.company)))
)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Gap]:
    """The company's gaps, newest first. `person`: the user of the decision; `number`: its caller or answerer."""
    query = _GAPS.where(GAP.company == company_id(store, domain))
    if wanted.person is not None:
        query = query.where(DECISION.username == wanted.person)
    if wanted.number is not None:
        query = query.where((DECISION.caller == wanted.number) | (DECISION.answerer == wanted.number))
    return [Gap(*row) for row in store.query(page(query, GAP, wanted, limit, before, key="decision"))]
