"""Numbers dialled from outside (DIDs) and where they lead."""

from dataclasses import dataclass

from fsplug.store.database import Store
from fsplug.store.versioned import HOLDS, Noun, company_id

NUMBER = Noun("number", "number", ("number",), ("username", "grp"))


@dataclass(frozen=True, slots=True)
class Route:
    """Where an E.164 number leads: to a user (username) or to a ring group (its number), never both."""

    number: str
    user: str | None = None
    group: str | None = None


def route_at(store: Store, domain: str, e164: str, version: int) -> Route | None:
    """Where the number led at a policy version, or None if it was not the company's."""
    sql = (
        f"SELECT n.number, n.username, n.grp FROM number n WHERE n.company = ? AND n.number = ? AND {HOLDS.format('n')}"
    )
    found = store.row(sql, company_id(store, domain), e164, version, version)
    return Route(*found) if found else None


def owner(store: Store, e164: str) -> str | None:
    """The domain of the company that has this number now, or None."""
    sql = "SELECT c.domain FROM number n JOIN company c ON c.id = n.company WHERE n.number = ? AND n.until IS NULL"
    found = store.row(sql, e164)
    return str(found[0]) if found else None
