"""Whose calls each user hears now (`fsplug.policy.access.waiting.Rank`)."""

from collections.abc import Collection
from typing import Any

from fsplug.policy.access.waiting import Rank
from fsplug.policy.entities import Role
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, constant, given, given_each
from fsplug.store.schema.history import is_current
from fsplug.store.schema.users import RightGrants, Users


def _theirs(table: Any, *which: Any) -> Any:
    of_company = (table.company == given.company) & table.username.in_(given_each.usernames) & is_current(table)
    return table.select(table.username).where(of_company, *which)


_BY_RANK = {
    Rank.LISTENER: Select(str, lambda: _theirs(RightGrants)),
    Rank.SUPERUSER: Select(str, lambda: _theirs(Users, Users.role == constant(Role.SUPERUSER))),
}


def of_users(store: Store, domain: str, usernames: Collection[str]) -> dict[str, Rank]:
    """The rank of those of these users who hear others."""
    company, found = company_id(store, domain), dict[str, Rank]()
    for rank, which in _BY_RANK.items():
        for some in in_batches(usernames):
            found |= dict.fromkeys(which.rows(store, company=company, usernames=some), rank)
    return found


def of_user(store: Store, domain: str, username: str) -> Rank:
    """The user's rank."""
    return of_users(store, domain, [username]).get(username, Rank.NONE)
