"""Companies: the tenants, each a FreeSWITCH domain."""

import uuid
from dataclasses import dataclass
from typing import NamedTuple

from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import unknown_company
from fsplug.store.db.database import Store


class DetailKey(NamedTuple):
    """There is one row."""


class DetailRow(NamedTuple):
    """What a company says of itself; `languages` with blanks between them."""

    name: str
    country: str
    language: str
    timezone: str
    languages: str
    listen_from_app: bool
    listen_consent: bool
    superuser_totp: bool
    playback_reason: bool


DETAIL = Noun("company", "company_detail", DetailKey, DetailRow)


@dataclass(frozen=True, slots=True)
class Company:
    """A company as it is now. `country` is an ISO 3166 code, `version` its policy version.

    It speaks `language`, and its callers hear one of `languages`. `listen_from_app`: apps may listen in too;
    `listen_consent`: a colleague at the other end must allow it as well. `superuser_totp`: its superusers must sign in
    with one-time codes. `playback_reason`: who plays a recording must say why.
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


def insert(store: Store, domain: str) -> None:
    """Make the bare row of a company, at version 0; its details must follow in the same transaction.

    A company that was removed has its row still, with the calls of its time, and goes on at its last version.
    """
    if store.row("SELECT 1 FROM company WHERE domain = ?", domain) is None:
        store.run("INSERT INTO company (id, domain, version) VALUES (?, ?, 0)", uuid.uuid4().hex, domain)


def exists(store: Store, domain: str) -> bool:
    """Whether the store has this company now."""
    return bool(_companies(store, "WHERE c.domain = ?", domain))


def get(store: Store, domain: str) -> Company:
    """The company; Invalid("unknown-company") if there is none."""
    found = _companies(store, "WHERE c.domain = ?", domain)
    if not found:
        raise unknown_company(domain)
    return found[0]


def every(store: Store) -> list[Company]:
    """All companies, by domain."""
    return _companies(store, "")


def domains(store: Store) -> list[str]:
    """The domain of every company there is or was: calls, recordings and trail of one that was removed stay."""
    return [domain for (domain,) in store.rows("SELECT domain FROM company ORDER BY domain")]


def _companies(store: Store, where: str, *params: object) -> list[Company]:
    sql = f"""SELECT c.domain, d.name, d.country, d.language, d.timezone, c.version, d.languages,
        d.listen_from_app, d.listen_consent, d.superuser_totp, d.playback_reason FROM company c
        JOIN company_detail d ON d.company = c.id AND d.until IS NULL {where} ORDER BY c.domain"""
    return [Company(*row[:6], tuple(row[6].split()), *map(bool, row[7:])) for row in store.rows(sql, *params)]
