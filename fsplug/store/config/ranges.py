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
from fsplug.store.schema.users import UserNumbers

RANGE = Noun("number range", NumberRanges)
# Any number will do but the one of the migrations, as long as every fsplug takes the same one.
_ADVISORY_LOCK = 7_375_848


@dataclass(frozen=True, slots=True)
class OwnedRange:
    """A range and the domain of its company."""

    domain: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class HeldNumber:
    """A number that counts as a user's, and the domain of the company."""

    domain: str
    number: str
    username: str


_EVERY = Select(
    OwnedRange,
    lambda: (
        NumberRanges.select(Companies.domain, NumberRanges.first, NumberRanges.last)
        .join(Companies, on=(Companies.id == NumberRanges.company))
        .where(is_current(NumberRanges))
    ),
)
_HELD = Select(
    HeldNumber,
    lambda: (
        UserNumbers.select(Companies.domain, UserNumbers.number, UserNumbers.username)
        .join(Companies, on=(Companies.id == UserNumbers.company))
        .where(is_current(UserNumbers) & UserNumbers.verified)
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


def held(store: Store) -> list[HeldNumber]:
    """The numbers of every company's users that count now."""
    return _HELD.rows(store)


def hold_all(store: Store) -> None:
    """Let nobody else give a company ranges until the transaction around this ends."""
    # In SQLite nobody else can write during a transaction.
    if store.dialect == "postgresql":
        store.rows("SELECT pg_advisory_xact_lock(?)", _ADVISORY_LOCK)
