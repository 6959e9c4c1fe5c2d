"""What users hold beside their name: licences, rights, and the departments they administer."""

from fsplug.policy.entities import Licence, Right
from fsplug.store.audit import wording
from fsplug.store.config.nouns import Change, Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Store

LICENCE = Noun("licence", "licence_grant", ("username", "licence"))
RIGHT = Noun("right", "right_grant", ("username", "right_name"))
ADMIN_DEPARTMENT = Noun("administered department", "admin_department", ("username", "department"))


def licences(store: Store, domain: str, username: str, version: int) -> frozenset[Licence]:
    """The licences the user held at a policy version."""
    return frozenset(Licence(name) for name in _held(store, domain, LICENCE, username, version))


def rights(store: Store, domain: str, username: str, version: int) -> frozenset[Right]:
    """The rights the user held at a policy version."""
    return frozenset(Right(name) for name in _held(store, domain, RIGHT, username, version))


def administered(store: Store, domain: str, username: str, version: int) -> frozenset[str]:
    """The departments named in a sub-admin's scope at a policy version."""
    return frozenset(_held(store, domain, ADMIN_DEPARTMENT, username, version))


def granted(change: Change) -> set[str]:
    """What a change gives or takes that not everybody may: "licence", "right", "role", "admin scope"."""
    return {grant.what for grant in wording.grants(change)}


def _held(store: Store, domain: str, noun: Noun, username: str, version: int) -> list[str]:
    sql = f"""SELECT g.{noun.key[1]} FROM {noun.table} g
        WHERE g.company = ? AND g.username = ? AND {HOLDS.format("g")} ORDER BY 1"""
    found = store.rows(sql, company_id(store, domain), username, version, version)
    return [name for (name,) in found]
