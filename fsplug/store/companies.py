"""Companies: the tenants, each a FreeSWITCH domain."""

import uuid
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.store.database import Store
from fsplug.store.versioned import Noun, company_id, revise

DETAIL = Noun("company", "company_detail", (), ("name", "country", "language", "timezone"))


@dataclass(frozen=True, slots=True)
class Company:
    """A company as it is now. `country` is an ISO 3166 code, `version` its policy version."""

    domain: str
    name: str
    country: str
    language: str = "en"
    timezone: str = "UTC"
    version: int = 0


def add(store: Store, company: Company, by: str) -> None:
    """Make a company, at version 1; Invalid("company-exists") if its domain is taken."""
    with store.atomic():
        if exists(store, company.domain):
            text = f"there is a company {company.domain} already; change it with: fsplug apply FILE.toml"
            raise Invalid("company-exists", text, company=company.domain)
        insert(store, company.domain)
        with revise(store, company.domain, by) as revision:
            revision.put(DETAIL, (), (company.name, company.country, company.language, company.timezone))


def insert(store: Store, domain: str) -> None:
    """Make the bare row of a company, at version 0; its details must follow in the same transaction."""
    store.run("INSERT INTO company (id, domain, version) VALUES (?, ?, 0)", uuid.uuid4().hex, domain)


def exists(store: Store, domain: str) -> bool:
    """Whether the store has this company."""
    return store.row("SELECT 1 FROM company WHERE domain = ?", domain) is not None


def get(store: Store, domain: str) -> Company:
    """The company; Invalid("unknown-company") if there is none."""
    company_id(store, domain)
    [company] = _companies(store, "WHERE c.domain = ?", domain)
    return company


def every(store: Store) -> list[Company]:
    """All companies, by domain."""
    return _companies(store, "")


def _companies(store: Store, where: str, *params: object) -> list[Company]:
    sql = f"""SELECT c.domain, d.name, d.country, d.language, d.timezone, c.version FROM company c
        JOIN company_detail d ON d.company = c.id AND d.until IS NULL {where} ORDER BY c.domain"""
    return [Company(*row) for row in store.rows(sql, *params)]
