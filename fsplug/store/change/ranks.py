"""Whose calls each user hears, now or lately (`fsplug.policy.access.waiting.Rank`)."""

import math
from collections.abc import Collection
from typing import Any

from peewee import JOIN

from fsplug.policy.access import waiting as waits
from fsplug.policy.access.waiting import Rank
from fsplug.policy.entities import Role
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, constant, given, given_each
from fsplug.store.schema.companies import PolicyVersions
from fsplug.store.schema.history import ended_with, is_current
from fsplug.store.schema.users import RightGrants, Users


def _theirs(table: Any, *which: Any) -> Any:
    """Who has such a row, or had one that ended after `given.after`."""
    of_company = (table.company == given.company) & table.username.in_(given_each.usernames)
    is_late = is_current(table) | (PolicyVersions.at > given.after)
    found = table.select(table.username).join(PolicyVersions, JOIN.LEFT_OUTER, on=ended_with(table))
    return found.where(of_company & is_late, *which).distinct()


_BY_RANK = {
    Rank.LISTENER: Select(str, lambda: _theirs(RightGrants)),
    Rank.SUPERUSER: Select(str, lambda: _theirs(Users, Users.role == constant(Role.SUPERUSER))),
}


def lately(store: Store, domain: str, usernames: Collection[str]) -> dict[str, Rank]:
    """The highest rank that those of these users who hear others have, or had within the longest wait: a rank that is
    taken away for a moment protects whose it is all the same.
    """
    return _since(store, domain, usernames, store.now() - waits.LONGEST_SECONDS)


def of_user(store: Store, domain: str, username: str) -> Rank:
    """The rank that the user has now."""
    return _since(store, domain, [username], math.inf).get(username, Rank.NONE)


def _since(store: Store, domain: str, usernames: Collection[str], after: float) -> dict[str, Rank]:
    company, found = company_id(store, domain), dict[str, Rank]()
    for rank, which in _BY_RANK.items():
        for some in in_batches(usernames):
            found |= dict.fromkeys(which.rows(store, company=company, usernames=some, after=after), rank)
    return found
