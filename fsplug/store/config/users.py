"""The people of a company: departments, users, and the numbers users are known by."""

from collections.abc import Iterable
from typing import NamedTuple

from fsplug.policy.entities import User
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import in_batches


class DepartmentKey(NamedTuple):
    """A department by its name."""

    name: str


class DepartmentRow(NamedTuple):
    """It has nothing but its name."""


class UserKey(NamedTuple):
    """A user by username."""

    username: str


class UserRow(NamedTuple):
    """What a user is and may do."""

    extension: str
    name: str
    email: str
    department: str | None
    record: bool
    role: str
    admin: str


class UserNumberKey(NamedTuple):
    """A user's number by itself (E.164): nobody shares one."""

    number: str


class UserNumberRow(NamedTuple):
    """`kind` is fixed or mobile; `position` orders the numbers of one user, the fixed one first."""

    username: str
    kind: str
    position: int


DEPARTMENT = Noun("department", "department", DepartmentKey, DepartmentRow)
USER = Noun("user", "user", UserKey, UserRow)
USER_NUMBER = Noun("user's number", "user_number", UserNumberKey, UserNumberRow)

_USERS = f"""SELECT u.username, u.extension, u.name, u.department, u.record, n.number FROM "user" u
    LEFT JOIN user_number n ON n.company = u.company AND n.username = u.username AND {HOLDS.format("n")}
    WHERE u.company = ? AND {HOLDS.format("u")}"""
_BY_USERNAME = f"{_USERS} AND u.username = ? ORDER BY n.position"
_BY_EXTENSION = f"{_USERS} AND u.extension = ? ORDER BY n.position"
_OWNER = f"SELECT o.username FROM user_number o WHERE o.company = ? AND o.number = ? AND {HOLDS.format('o')}"
_BY_NUMBER = f"{_USERS} AND u.username = ({_OWNER}) ORDER BY n.position"
_LISTED = f"""{_USERS} AND u.username IN
    (SELECT p.username FROM "user" p WHERE p.company = ? AND {HOLDS.format("p")} AND p.username > ?
     ORDER BY p.username LIMIT ?) ORDER BY u.username, n.position"""

# One row after the other without a pause is one and the same user; the first user of that name had all that is his.
_BEGAN_AT = """SELECT v.at FROM "user" u JOIN policy_version v ON v.company = u.company AND v.version = u.since
    WHERE u.company = ? AND u.username = ? AND NOT EXISTS (SELECT 1 FROM "user" b
        WHERE b.company = u.company AND b.username = u.username AND b.until = u.since)
    AND EXISTS (SELECT 1 FROM "user" o
        WHERE o.company = u.company AND o.username = u.username AND o.until < u.since)
    ORDER BY u.since DESC LIMIT 1"""


def began_at(store: Store, domain: str, username: str) -> float:
    """Since when (epoch seconds) the username is its latest user's: 0.0 when nobody else had it before.

    A username that somebody has left behind may be given to another person, whose calls the earlier ones are not.
    """
    found = store.row(_BEGAN_AT, company_id(store, domain), username)
    return float(found[0]) if found else 0.0


def user_at(store: Store, domain: str, username: str, version: int) -> User | None:
    """The user as of a policy version, or None."""
    company = company_id(store, domain)
    return _one(store.rows(_BY_USERNAME, version, version, company, version, version, username))


def by_extension(store: Store, domain: str, extension: str, version: int) -> User | None:
    """The user who had this extension at a policy version, or None."""
    company = company_id(store, domain)
    return _one(store.rows(_BY_EXTENSION, version, version, company, version, version, extension))


def by_number(store: Store, domain: str, e164: str, version: int) -> User | None:
    """The user whose fixed or mobile number this was at a policy version, or None."""
    company = company_id(store, domain)
    whose = (version, version, company, version, version)
    return _one(store.rows(_BY_NUMBER, *whose, company, e164, version, version))


def named(store: Store, domain: str, usernames: Iterable[str], version: int) -> dict[str, User]:
    """The users of these names as of a policy version, by username; those there are."""
    company = company_id(store, domain)
    found: dict[str, User] = {}
    for some in in_batches(usernames):
        sql = f"{_USERS} AND u.username IN ({', '.join('?' * len(some))}) ORDER BY n.position"
        rows = store.rows(sql, version, version, company, version, version, *some)
        found |= {user.username: user for user in _grouped(rows)}
    return found


def users(store: Store, domain: str, version: int, after: str = "", limit: int = 100) -> list[User]:
    """The users of a policy version by username, `limit` of them after the username `after`."""
    company = company_id(store, domain)
    whose = (version, version, company, version, version)
    return list(_grouped(store.rows(_LISTED, *whose, company, version, version, after, limit)))


def in_department(store: Store, domain: str, department: str | None, version: int) -> list[str]:
    """The usernames of a department (None: of those in none) as of a policy version."""
    which = "u.department IS NULL" if department is None else "u.department = ?"
    sql = f"""SELECT u.username FROM "user" u WHERE u.company = ? AND {HOLDS.format("u")} AND {which}
        ORDER BY u.username"""
    named = () if department is None else (department,)
    return [username for (username,) in store.rows(sql, company_id(store, domain), version, version, *named)]


def departments(store: Store, domain: str) -> list[str]:
    """The names of the company's departments, now."""
    sql = "SELECT name FROM department WHERE company = ? AND until IS NULL ORDER BY name"
    return [name for (name,) in store.rows(sql, company_id(store, domain))]


def _one(rows: list[Row]) -> User | None:
    return next(iter(_grouped(rows)), None)


def _grouped(rows: Iterable[Row]) -> Iterable[User]:
    numbers: dict[Row, list[str]] = {}
    for *user, number in rows:
        numbers.setdefault(tuple(user), []).extend([number] if number else [])
    for (username, extension, name, department, record), its_numbers in numbers.items():
        yield User(username, extension, name, department, bool(record), tuple(its_numbers))
