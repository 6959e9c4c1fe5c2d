"""The ranges of telephone numbers that the operator has given each company."""

from dataclasses import dataclass

from fsplug.policy.ranges import NumberRange
from fsplug.store.config.nouns import Noun, Row
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.history import is_current
from fsplug.store.schema.routes import NumberRanges

RANGE = Noun("number range", NumberRanges)
# Any number will do but the one of the migrations, as long as every fsplug takes the same one.
_ADVISORY_LOCK = 7_375_848


@dataclass(frozen=True, slots=True)
class OwnedRange:
    """A range and the domain of its company."""

    domain: str
    first: str
    last: str


_EVERY = Select(
    OwnedRange,
    lambda: (
        NumberRanges.select(Companies.domain, NumberRanges.first, NumberRanges.last)
        .join(Companies, on=(Companies.id == NumberRanges.company))
        .where(is_current(NumberRanges))
    ),
)
_OF = Select(
    NumberRange,
    lambda: NumberRanges.select(NumberRanges.first, NumberRanges.last).where(
        (NumberRanges.company == given.company) & is_current(NumberRanges)
    ),
)


def number_range(row: Row) -> NumberRange:
    """The range of a row of `RANGE`."""
    return NumberRange(row.first, row.last)


def of_company(store: Store, domain: str) -> list[NumberRange]:
    """The ranges of the company now."""
    return _OF.rows(store, company=company_id(store, domain))


def every(store: Store) -> list[OwnedRange]:
    """The ranges of every company now."""
    return _EVERY.rows(store)


def hold_all(store: Store) -> None:
    """Let nobody else give a company ranges until the transaction around this ends."""
    # In SQLite nobody else can write during a transaction.
    if store.dialect == "postgresql":
        store.rows("SELECT pg_advisory_xact_lock(?)", _ADVISORY_LOCK)
