"""The people of a company as lists show them, now: found by name, a page at a time, with all they hold."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fsplug.policy.entities import AdminScope, Licence, Right, Role
from fsplug.store.config import entitlements, policies
from fsplug.store.config.entitlements import Held
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import in_batches

# Where the page before ended: the last one's name and username.
Place = tuple[str, str]
_COLUMNS = "u.username, u.extension, u.name, u.email, u.department, u.record, u.role, u.admin"
_USERS = f'SELECT {_COLUMNS} FROM "user" u WHERE u.company = ? AND u.until IS NULL'
_GROUPS = """SELECT m.username, g.name, g.number FROM group_member m
    JOIN ring_group g ON g.company = m.company AND g.number = m.grp AND g.until IS NULL
    WHERE m.company = ? AND m.until IS NULL"""


@dataclass(frozen=True, slots=True)
class Person:
    """A user as of now. `groups` are the names of the ring groups they are in; `profiles` say who allows listen-in."""

    username: str
    extension: str
    name: str
    email: str
    department: str | None
    records: bool
    role: Role
    admin: AdminScope
    groups: tuple[str, ...] = ()
    licences: frozenset[Licence] = frozenset()
    rights: frozenset[Right] = frozenset()
    profiles: Mapping[str, bool] = field(default_factory=dict)
    active: str | None = None

    @property
    def called(self) -> str:
        """The name, else the username."""
        return self.name or self.username

    @property
    def place(self) -> Place:
        """Where the page that ends with this one ends."""
        return (self.name, self.username)


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom a list holds; None for no limit. `text` is part of a name, or the beginning of a number."""

    text: str = ""
    department: str | None = None
    group: str | None = None
    role: Role | None = None
    licence: Licence | None = None
    departments: frozenset[str] | None = None


EVERYBODY = Sought()


def listed(
    store: Store, domain: str, sought: Sought = EVERYBODY, limit: int = 50, after: Place | None = None
) -> list[Person]:
    """The people sought, by name."""
    company = company_id(store, domain)
    where, params = _sought(company, sought)
    if after is not None:
        where, params = f"{where} AND (u.name > ? OR (u.name = ? AND u.username > ?))", [*params, after[0], *after]
    sql = f"{_USERS}{where} ORDER BY u.name, u.username LIMIT ?"
    return _people(store, domain, store.rows(sql, company, *params, limit))


def count(store: Store, domain: str, sought: Sought = EVERYBODY) -> int:
    """How many there are of them."""
    company = company_id(store, domain)
    where, params = _sought(company, sought)
    sql = f'SELECT COUNT(*) FROM "user" u WHERE u.company = ? AND u.until IS NULL{where}'
    [(number,)] = store.rows(sql, company, *params)
    return int(number)


def of(store: Store, domain: str, usernames: Iterable[str], departments: frozenset[str] | None = None) -> list[Person]:
    """The users of these names, by name; those there are, of these departments only if any are given."""
    found: list[Row] = []
    company = company_id(store, domain)
    where, params = _sought(company, Sought(departments=departments))
    for some in in_batches(dict.fromkeys(usernames)):
        sql = f"{_USERS}{where} AND u.username IN ({', '.join('?' * len(some))})"
        found += store.rows(sql, company, *params, *some)
    return sorted(_people(store, domain, found), key=lambda one: one.place)


def names(store: Store, domain: str, usernames: Iterable[str]) -> dict[str, str]:
    """What these users are called, by username."""
    found: dict[str, str] = {}
    for some in in_batches(dict.fromkeys(usernames)):
        marks = ", ".join("?" * len(some))
        sql = f'SELECT username, name FROM "user" WHERE company = ? AND until IS NULL AND username IN ({marks})'
        found |= {username: name or username for username, name in store.rows(sql, company_id(store, domain), *some)}
    return found


def _people(store: Store, domain: str, rows: list[Row]) -> list[Person]:
    usernames = [row[0] for row in rows]
    held = entitlements.held(store, domain, usernames, policies.current_version(store, domain))
    groups = _groups(store, domain, usernames)
    return [_person(row, held[row[0]], groups.get(row[0], ())) for row in rows]


def _person(row: Row, held: Held, groups: tuple[str, ...]) -> Person:
    username, extension, name, email, department, record, role, admin = row
    known = (username, extension, name, email, department, bool(record), Role(role), AdminScope(admin))
    return Person(
        *known, groups, frozenset(held.licences), frozenset(held.rights), dict(held.profiles), active=held.active
    )


def _groups(store: Store, domain: str, usernames: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for some in in_batches(usernames):
        sql = f"{_GROUPS} AND m.username IN ({', '.join('?' * len(some))}) ORDER BY g.name, g.number"
        for username, name, number in store.rows(sql, company_id(store, domain), *some):
            found[username] = (*found.get(username, ()), name or number)
    return found


def _sought(company: str, sought: Sought) -> tuple[str, list[object]]:
    where, params = "", []
    if sought.text.strip():
        where, params = _text(sought.text.strip())
    columns = (("department", sought.department), ("role", sought.role and str(sought.role)))
    for column, value in columns:
        if value is not None:
            where, params = f"{where} AND u.{column} = ?", [*params, value]
    for table, column, value in (
        ("group_member", "grp", sought.group),
        ("licence_grant", "licence", sought.licence and str(sought.licence)),
    ):
        if value is not None:
            held = f"SELECT h.username FROM {table} h WHERE h.company = ? AND h.{column} = ? AND h.until IS NULL"
            where, params = f"{where} AND u.username IN ({held})", [*params, company, value]
    if sought.departments is not None:
        marks = ", ".join("?" * len(sought.departments)) or "NULL"
        where, params = f"{where} AND u.department IN ({marks})", [*params, *sorted(sought.departments)]
    return where, params


def _text(text: str) -> tuple[str, list[object]]:
    """SQLite's lower() knows ASCII only: letters beyond it are looked for small and great."""
    marked = "".join(f"!{char}" if char in "!%_" else char for char in text.lower())
    great = "".join(char if char.isascii() else char.upper() for char in marked)
    name = "lower(u.name) LIKE ? ESCAPE '!'"
    number = "lower(u.username) LIKE ? ESCAPE '!' OR u.extension LIKE ? ESCAPE '!'"
    return f" AND ({name} OR {name} OR {number})", [f"%{marked}%", f"%{great}%", f"{marked}%", f"{marked}%"]
