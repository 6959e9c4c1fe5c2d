"""What users hold beside their name: licences, rights, and the departments they administer."""

from typing import Any, NamedTuple

from fsplug.policy.entities import Licence, Right
from fsplug.store.audit import wording
from fsplug.store.config.nouns import Change, Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Store


class LicenceKey(NamedTuple):
    """Who holds which licence."""

    username: str
    licence: str


class RightKey(NamedTuple):
    """Who holds which right."""

    username: str
    right_name: str


class AdminDepartmentKey(NamedTuple):
    """Who administers which department."""

    username: str
    department: str


class GrantRow(NamedTuple):
    """A grant says nothing but that it is held."""


LICENCE = Noun("licence", "licence_grant", LicenceKey, GrantRow)
RIGHT = Noun("right", "right_grant", RightKey, GrantRow)
ADMIN_DEPARTMENT = Noun("administered department", "admin_department", AdminDepartmentKey, GrantRow)


def licences(store: Store, domain: str, username: str, version: int) -> frozenset[Licence]:
    """The licences the user held at a policy version."""
    return frozenset(Licence(name) for name in _held(store, domain, LICENCE, username, version))


def rights(store: Store, domain: str, username: str, version: int) -> frozenset[Right]:
    """The rights the user held at a policy version."""
    return frozenset(Right(name) for name in _held(store, domain, RIGHT, username, version))


def administered(store: Store, domain: str, username: str, version: int) -> frozenset[str]:
    """The departments named in a sub-admin's scope at a policy version."""
    return frozenset(_held(store, domain, ADMIN_DEPARTMENT, username, version))


def granted(change: Change[Any, Any]) -> set[str]:
    """What a change gives or takes that not everybody may: "licence", "right", "role", "admin scope"."""
    return {grant.what for grant in wording.grants(change)}


def _held(store: Store, domain: str, noun: Noun[Any, Any], username: str, version: int) -> list[str]:
    sql = f"""SELECT g.{noun.key[1]} FROM {noun.table} g
        WHERE g.company = ? AND g.username = ? AND {HOLDS.format("g")} ORDER BY 1"""
    found = store.rows(sql, company_id(store, domain), username, version, version)
    return [name for (name,) in found]
