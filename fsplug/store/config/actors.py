"""Users as those who act: what they may do, as of now."""

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.config import grants, users
from fsplug.store.config.companies import get
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store


def actor(store: Store, domain: str, username: str) -> Actor:
    """The user, with role and admin scope; Invalid("unknown-user") if there is none."""
    sql = 'SELECT role, admin FROM "user" WHERE company = ? AND username = ? AND until IS NULL'
    found = store.row(sql, company_id(store, domain), username)
    if found is None:
        text = f"{domain} has no user {username}; see: fsplug user list --company {domain}"
        raise Invalid("unknown-user", text, company=domain, name=username)
    departments = grants.administered(store, domain, username, get(store, domain).version)
    began_at = users.began_at(store, domain, username)
    return Actor(username, AdminScope(found[1]), Role(found[0]), domain, departments, began_at)


def named(store: Store, text: str, company: str | None = None) -> Actor:
    """The user written as USERNAME@COMPANY, or as USERNAME in `company`; Refused("unknown-actor") if there is none."""
    username, _, domain = text.partition("@")
    try:
        return actor(store, domain or company or "", username)
    except Invalid:
        raise Refused(
            "unknown-actor", f"there is no user {text}; write it like 1001@acme.example", actor=text
        ) from None
