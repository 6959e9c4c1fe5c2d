"""Grants: licences, rights, and the departments that users administer."""

from typing import Any

from fsplug.policy.entities import Licence, Right
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.history import holds
from fsplug.store.schema.users import AdminDepartments, LicenceGrants, RightGrants

# A grant has no columns beside its key: the row itself is the grant.
LICENCE = Noun("licence", LicenceGrants)
RIGHT = Noun("right", RightGrants)
ADMIN_DEPARTMENT = Noun("administered department", AdminDepartments)


def _held(table: Any, what: Any) -> Any:
    which = (table.company == given.company) & (table.username == given.username)
    return table.select(what).where(which & holds(table, given.version)).order_by(what)


_LICENCES = Select(Licence, lambda: _held(LicenceGrants, LicenceGrants.licence))
_RIGHTS = Select(Right, lambda: _held(RightGrants, RightGrants.right_name))
_ADMINISTERED = Select(str, lambda: _held(AdminDepartments, AdminDepartments.department))


def licences(store: Store, domain: str, username: str, version: int) -> frozenset[Licence]:
    """The licences the user held at a policy version."""
    return frozenset(_LICENCES.rows(store, company=company_id(store, domain), username=username, version=version))


def rights(store: Store, domain: str, username: str, version: int) -> frozenset[Right]:
    """The rights the user held at a policy version."""
    return frozenset(_RIGHTS.rows(store, company=company_id(store, domain), username=username, version=version))


def administered(store: Store, domain: str, username: str, version: int) -> frozenset[str]:
    """The departments named in a sub-admin's scope at a policy version."""
    return frozenset(_ADMINISTERED.rows(store, company=company_id(store, domain), username=username, version=version))
