"""The people of a company: departments, users, and the numbers users are known by."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, SQL, fn

from fsplug.policy.access.tenure import FROM_THE_BEGINNING, Tenure
from fsplug.policy.entities import User
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.companies import PolicyVersions
from fsplug.store.schema.history import began_with, holds, is_current
from fsplug.store.schema.users import Departments, UserNumbers, Users

DEPARTMENT = Noun("department", Departments)
USER = Noun("user", Users)
# Its `kind` is fixed or mobile; `position` orders the numbers of one user, the fixed one first. A number that is not
# `verified` counts for nothing.
USER_NUMBER = Noun("user's number", UserNumbers)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A user beside one of their numbers, or beside none."""

    username: str
    extension: str
    name: str
    department: str | None
    record: bool
    number: str | None


def _users_at(which: Any = None) -> Any:
    """The users `which` as of a version, once for each of their numbers."""
    is_theirs = (UserNumbers.company == Users.company) & (UserNumbers.username == Users.username)
    query = Users.select(*columns(_Numbered, Users, number=UserNumbers.number)).join(
        UserNumbers, JOIN.LEFT_OUTER, on=is_theirs & UserNumbers.verified & holds(UserNumbers, given.version)
    )
    of_company = (Users.company == given.company) & holds(Users, given.version)
    return query.where(of_company if which is None else of_company & which)


def _owner(kind: str | None = None) -> Any:
    """The username of the number's user; with a kind, only if the number is of that kind.

    A claim that nobody has verified makes nobody its user.
    """
    owner: Any = UserNumbers.alias("o")
    which = (owner.company == given.company) & (owner.number == given.number) & owner.verified
    its = which & holds(owner, given.version)
    return owner.select(owner.username).where(its if kind is None else its & (owner.kind == kind))


def _page() -> Any:
    """The usernames of a page."""
    page: Any = Users.alias("p")
    which = (page.company == given.company) & holds(page, given.version) & (page.username > given.after)
    return page.select(page.username).where(which).order_by(page.username).limit(given.limit)


def _began() -> Any:
    """One row after the other without a pause is one and the same user; the first user of that name had all theirs."""
    before: Any = Users.alias("b")
    other: Any = Users.alias("o")
    is_follower = before.select(SQL("1")).where(
        (before.company == Users.company) & (before.username == Users.username) & (before.until == Users.since)
    )
    had_another = other.select(SQL("1")).where(
        (other.company == Users.company) & (other.username == Users.username) & (other.until < Users.since)
    )
    return (
        Users.select(PolicyVersions.version, PolicyVersions.at)
        .join(PolicyVersions, on=began_with(Users))
        .where(
            (Users.company == given.company)
            & (Users.username == given.username)
            & ~fn.EXISTS(is_follower)
            & fn.EXISTS(had_another)
        )
        .order_by(Users.since.desc())
        .limit(1)
    )


_BEGAN = Select(Tenure, _began)
_BY_USERNAME = Select(_Numbered, lambda: _users_at(Users.username == given.username).order_by(UserNumbers.position))
_BY_EXTENSION = Select(_Numbered, lambda: _users_at(Users.extension == given.extension).order_by(UserNumbers.position))
_BY_NUMBER = Select(_Numbered, lambda: _users_at(Users.username == _owner()).order_by(UserNumbers.position))
_BY_MOBILE = Select(_Numbered, lambda: _users_at(Users.username == _owner("mobile")).order_by(UserNumbers.position))
_BY_USERNAMES = Select(
    _Numbered, lambda: _users_at(Users.username.in_(given_each.usernames)).order_by(UserNumbers.position)
)
_LISTED = Select(
    _Numbered, lambda: _users_at(Users.username.in_(_page())).order_by(Users.username, UserNumbers.position)
)
_IN_DEPARTMENT = Select(str, lambda: _usernames(Users.department == given.department))
_IN_NO_DEPARTMENT = Select(str, lambda: _usernames(Users.department.is_null()))
_DEPARTMENTS = Select(
    str,
    lambda: (
        Departments.select(Departments.name)
        .where((Departments.company == given.company) & is_current(Departments))
        .order_by(Departments.name)
    ),
)


def _usernames(which: Any) -> Any:
    of_company = (Users.company == given.company) & holds(Users, given.version)
    return Users.select(Users.username).where(of_company & which).order_by(Users.username)


def tenure(store: Store, domain: str, username: str) -> Tenure:
    """Since when the username is its latest user's.

    A username that somebody has left behind may be given to another person, whose calls the earlier ones are not.
    """
    return _BEGAN.row(store, company=company_id(store, domain), username=username) or FROM_THE_BEGINNING


def still_theirs(
    store: Store, domain: str, usernames: Iterable[str], at: float, version: int | None = None
) -> list[str]:
    """Those of these usernames that nobody else has been given since a moment, in epoch seconds, of a call that began
    under this policy version (None: unknown, or of no call).
    """
    return [one for one in usernames if tenure(store, domain, one).covers(at, version)]


def user_at(store: Store, domain: str, username: str, version: int) -> User | None:
    """The user as of a policy version, or None."""
    return _one(_BY_USERNAME.rows(store, company=company_id(store, domain), version=version, username=username))


def by_extension(store: Store, domain: str, extension: str, version: int) -> User | None:
    """The user who had this extension at a policy version, or None."""
    return _one(_BY_EXTENSION.rows(store, company=company_id(store, domain), version=version, extension=extension))


def by_number(store: Store, domain: str, e164: str, version: int) -> User | None:
    """The user whose fixed or mobile number this was at a policy version, or None."""
    return _one(_BY_NUMBER.rows(store, company=company_id(store, domain), version=version, number=e164))


def by_mobile(store: Store, domain: str, e164: str, version: int) -> User | None:
    """The user whose mobile number this was at a policy version, or None."""
    return _one(_BY_MOBILE.rows(store, company=company_id(store, domain), version=version, number=e164))


def named(store: Store, domain: str, usernames: Iterable[str], version: int) -> dict[str, User]:
    """The users of these names as of a policy version, by username. Unknown usernames are left out."""
    company = company_id(store, domain)
    found: dict[str, User] = {}
    for some in in_batches(usernames):
        rows = _BY_USERNAMES.rows(store, company=company, version=version, usernames=some)
        found |= {user.username: user for user in _grouped(rows)}
    return found


def users(store: Store, domain: str, version: int, after: str = "", limit: int = 100) -> list[User]:
    """The users of a policy version by username, `limit` of them after the username `after`."""
    company = company_id(store, domain)
    return list(_grouped(_LISTED.rows(store, company=company, version=version, after=after, limit=limit)))


def in_department(store: Store, domain: str, department: str | None, version: int) -> list[str]:
    """The usernames of a department (None: of those in none) as of a policy version."""
    company = company_id(store, domain)
    if department is None:
        return _IN_NO_DEPARTMENT.rows(store, company=company, version=version)
    return _IN_DEPARTMENT.rows(store, company=company, version=version, department=department)


def departments(store: Store, domain: str) -> list[str]:
    """The names of the company's departments, now."""
    return _DEPARTMENTS.rows(store, company=company_id(store, domain))


def _one(rows: list[_Numbered]) -> User | None:
    return next(iter(_grouped(rows)), None)


def _grouped(rows: Iterable[_Numbered]) -> Iterable[User]:
    found: dict[str, tuple[_Numbered, list[str]]] = {}
    for row in rows:
        found.setdefault(row.username, (row, []))[1].extend([row.number] if row.number else [])
    for user, its_numbers in found.values():
        yield User(user.username, user.extension, user.name, user.department, user.record, tuple(its_numbers))
