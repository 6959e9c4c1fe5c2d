"""Users as actors: what each of them may do now."""

from dataclasses import dataclass

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.config import grants, users
from fsplug.store.config.companies import get
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.history import is_current
from fsplug.store.schema.users import Users


@dataclass(frozen=True, slots=True)
class _Reach:
    role: Role
    admin: AdminScope


_REACH = Select(
    _Reach,
    lambda: Users.select(Users.role, Users.admin).where(
        (Users.company == given.company) & (Users.username == given.username) & is_current(Users)
    ),
)


def actor(store: Store, domain: str, username: str) -> Actor:
    """The user, with role and admin scope; Invalid("unknown-user") if there is none."""
    found = _REACH.row(store, company=company_id(store, domain), username=username)
    if found is None:
        text = f"{domain} has no user {username}; see: fsplug user list --company {domain}"
        raise Invalid("unknown-user", text, company=domain, name=username)
    departments = grants.administered(store, domain, username, get(store, domain).version)
    tenure = users.tenure(store, domain, username)
    return Actor(username, found.admin, found.role, domain, departments, tenure)


def named(store: Store, text: str, company: str | None = None) -> Actor:
    """The user written as USERNAME@COMPANY, or as USERNAME in `company`; Refused("unknown-actor") if there is none."""
    username, _, domain = text.partition("@")
    try:
        return actor(store, domain or company or "", username)
    except Invalid:
        raise Refused(
            "unknown-actor", f"there is no user {text}; write it like 1001@acme.example", actor=text
        ) from None
