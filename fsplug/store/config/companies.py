"""Companies: the tenants, each a FreeSWITCH domain."""

import uuid
from dataclasses import dataclass
from typing import Any

from fsplug.policy.entities import WhenAway
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import unknown_company
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given
from fsplug.store.db.statements import insert as insert_row
from fsplug.store.schema.companies import Companies, CompanyDetails
from fsplug.store.schema.history import is_current

# Its `languages` are separated by blanks. A company has one row, whose key is empty.
DETAIL = Noun("company", CompanyDetails)


@dataclass(frozen=True, slots=True)
class Company:
    """A company as configured now. `country` is an ISO 3166 code, `version` its policy version.

    It speaks `language`, and its callers hear one of `languages`. `listen_from_app`: apps may listen in too;
    `listen_consent`: a colleague at the other end must allow it as well. `superuser_totp`: its superusers must sign in
    with one-time codes. `playback_reason`: who plays a recording must say why. `when_away`: what happens to its calls
    while fsplug is away.
    """

    domain: str
    name: str
    country: str
    language: str = "en"
    timezone: str = "UTC"
    version: int = 0
    languages: tuple[str, ...] = ()
    listen_from_app: bool = False
    listen_consent: bool = False
    superuser_totp: bool = False
    playback_reason: bool = False
    when_away: WhenAway = WhenAway.UNRECORDED
    admins_set_record: bool = False

    @property
    def arms_itself(self) -> bool:
        """Whether the switch arms this company's calls by itself while fsplug is away."""
        return self.when_away is WhenAway.RECORD_THEN_JUDGE


@dataclass(frozen=True, slots=True)
class _Company:
    domain: str
    name: str
    country: str
    language: str
    timezone: str
    version: int
    languages: str
    listen_from_app: bool
    listen_consent: bool
    superuser_totp: bool
    playback_reason: bool
    when_away: str
    admins_set_record: bool


def _companies() -> Any:
    is_its = (CompanyDetails.company == Companies.id) & is_current(CompanyDetails)
    said = columns(_Company, CompanyDetails, domain=Companies.domain, version=Companies.version)
    return Companies.select(*said).join(CompanyDetails, on=is_its).order_by(Companies.domain)


_EVERY = Select(_Company, _companies)
_ONE = Select(_Company, lambda: _companies().where(Companies.domain == given.domain))
_DOMAINS = Select(str, lambda: Companies.select(Companies.domain).order_by(Companies.domain))
_INSERT = Write(lambda: insert_row(Companies, "id domain version", once_by="domain"))


def insert(store: Store, domain: str) -> None:
    """Make the bare row of a company, at version 0; its details must follow in the same transaction.

    A company that was removed has its row still, with the calls of its time, and goes on at its last version.
    """
    _INSERT.run(store, id=uuid.uuid4().hex, domain=domain, version=0)


def exists(store: Store, domain: str) -> bool:
    """Whether the store has this company now."""
    return _ONE.row(store, domain=domain) is not None


def get(store: Store, domain: str) -> Company:
    """The company; Invalid("unknown-company") if there is none."""
    found = _ONE.row(store, domain=domain)
    if found is None:
        raise unknown_company(domain)
    return _company(found)


def every(store: Store) -> list[Company]:
    """All companies, by domain."""
    return [_company(found) for found in _EVERY.rows(store)]


def domains(store: Store) -> list[str]:
    """The domain of every company there is or was: calls, recordings and trail of one that was removed stay."""
    return _DOMAINS.rows(store)


def _company(found: _Company) -> Company:
    known = {name: getattr(found, name) for name in _Company.__slots__}
    languages, when_away = tuple(found.languages.split()), WhenAway(found.when_away)
    return Company(**{**known, "languages": languages, "when_away": when_away})
