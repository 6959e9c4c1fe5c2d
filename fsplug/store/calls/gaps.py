"""Gaps: talks that policy wanted recorded and that nobody can play."""

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import given, given_each
from fsplug.store.schema.calls import Calls, Decisions, Gaps
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class Gap:
    """The one gap of a decision: cause code, detail for people, and when it was found (epoch seconds).

    `conversation` is that of its call.
    """

    decision: str
    company: str
    call: str | None
    recording: str | None
    cause: str
    detail: str
    at: float
    user: str | None
    conversation: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this gap ends."""
        return (self.at, self.decision)


_GAPS = (
    Gaps.select(
        *columns(
            Gap,
            Gaps,
            company=Companies.domain,
            user=Decisions.username,
            conversation=fn.COALESCE(Calls.conversation, Gaps.call),
        )
    )
    .join(Companies, on=(Companies.id == Gaps.company))
    .join(Decisions, JOIN.LEFT_OUTER, on=((Decisions.id == Gaps.decision) & (Decisions.company == Gaps.company)))
    .join(Calls, JOIN.LEFT_OUTER, on=((Calls.id == Gaps.call) & (Calls.company == Gaps.company)))
)


def _listing(*conditions: Any) -> Listing[Gap]:
    return Listing(
        Gap,
        Gaps,
        lambda: _GAPS.where(Gaps.company == given.company, *conditions),
        key="decision",
        person=Decisions.username == given.person,
        version=Decisions.version.is_null() | (Decisions.version >= given.version),
        numbers=(Decisions.caller.in_(given_each.numbers)) | (Decisions.answerer.in_(given_each.numbers)),
    )


_LISTED, _OF_CAUSE = _listing(), _listing(Gaps.cause == given.cause)


def listed(
    store: Store,
    domain: str,
    limit: int = 100,
    before: Cursor | None = None,
    wanted: Wanted = EVERYTHING,
    cause: str | None = None,
) -> list[Gap]:
    """The company's gaps, newest first; of one cause. `person`: the user of the decision; `numbers`: its caller or
    answerer.
    """
    company = company_id(store, domain)
    if cause is None:
        return _LISTED.page(store, wanted, limit, before, company=company)
    return _OF_CAUSE.page(store, wanted, limit, before, company=company, cause=cause)
