"""Recording policies: department boxes, group modes, excluded numbers; and the versions they make."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fsplug.errors import Invalid
from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot
from fsplug.policy.terms import TERM_NAMES, Plain, Terms, terms_from
from fsplug.store.config.companies import DETAIL, DetailKey
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id, unknown_company
from fsplug.store.db.database import Store

_TERM_COLUMNS: list[tuple[str, Any]] = [(name, Plain) for name in TERM_NAMES]


class DepartmentPolicyKey(NamedTuple):
    """The department, or `*`."""

    department: str


# The three boxes of a department, and a column for each term.
_BOXES = [("outgoing", bool), ("internal", bool), ("incoming", bool)]
DepartmentPolicyRow: Any = NamedTuple("DepartmentPolicyRow", [*_BOXES, *_TERM_COLUMNS])  # type: ignore[misc]


class GroupPolicyKey(NamedTuple):
    """The ring group's number."""

    grp: str


# The mode of a ring group, and a column for each term.
GroupPolicyRow: Any = NamedTuple("GroupPolicyRow", [("mode", str), *_TERM_COLUMNS])  # type: ignore[misc]


class ExcludedKey(NamedTuple):
    """The number (E.164)."""

    number: str


class ExcludedRow(NamedTuple):
    """Why it is never recorded."""

    note: str


DEPARTMENT_POLICY = Noun("department policy", "department_policy", DepartmentPolicyKey, DepartmentPolicyRow)
GROUP_POLICY = Noun("group policy", "group_policy", GroupPolicyKey, GroupPolicyRow)
EXCLUDED = Noun("excluded number", "excluded_number", ExcludedKey, ExcludedRow)
# What a recording policy is made of.
DRAFTED: tuple[Noun[Any, Any], ...] = (DETAIL, DEPARTMENT_POLICY, GROUP_POLICY, EXCLUDED)

_AT = f"p.company = ? AND {HOLDS.format('p')}"
_COUNTRY = f"SELECT p.country FROM company_detail p WHERE {_AT}"
_TERMS = ", ".join(f"p.{name}" for name in TERM_NAMES)
_DEPARTMENTS = f"""SELECT p.department, p.outgoing, p.internal, p.incoming, {_TERMS}
    FROM department_policy p WHERE {_AT}"""
_GROUPS = f"SELECT p.grp, p.mode, {_TERMS} FROM group_policy p WHERE {_AT}"
_EXCLUDED = f"SELECT p.number FROM excluded_number p WHERE {_AT}"


@dataclass(frozen=True, slots=True)
class ExcludedNumber:
    """A number that is never recorded (E.164), and who said so when (epoch seconds), in which version."""

    number: str
    note: str
    version: int
    at: float
    by: str


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One change of a company's configuration, at epoch seconds; `what["changes"]` lists [action, noun, key]."""

    version: int
    at: float
    by: str
    what: Mapping[str, Any]


def current_version(store: Store, domain: str) -> int:
    """The company's policy version now: one index look-up, made for the path of every call."""
    found = store.row("SELECT version FROM company WHERE domain = ?", domain)
    # company_id raises what an unknown company raises everywhere.
    return int(found[0]) if found else int(company_id(store, domain))


def version_at(store: Store, domain: str, epoch: float) -> int:
    """The policy version in force at epoch seconds; Invalid("no-version-then") before the company's first."""
    sql = "SELECT MAX(version) FROM policy_version WHERE company = ? AND at <= ?"
    [(version,)] = store.rows(sql, company_id(store, domain), epoch)
    if version is None:
        text = f"{domain} had no policy yet at that time; its first version is younger"
        raise Invalid("no-version-then", text, company=domain, at=epoch)
    return int(version)


def snapshot(store: Store, domain: str, version: int | None = None) -> PolicySnapshot:
    """The company's policy as of `version`, or as of now. Read once per version, then from memory."""
    if version is None:
        version = current_version(store, domain)
    if store.in_transaction:
        return _load(store, domain, version)
    return store.snapshots.get((domain, version), lambda: _load(store, domain, version))


def drafted(domain: str, version: int, rows: Mapping[Noun[Any, Any], Mapping[Any, Any]]) -> PolicySnapshot:
    """The policy that these rows of a company (of `DRAFTED`) make, which need not be in the store."""
    return PolicySnapshot(
        company=domain,
        version=version,
        country=rows[DETAIL][DetailKey()].country,
        departments={key.department: _department_policy(key, row) for key, row in rows[DEPARTMENT_POLICY].items()},
        groups={key.grp: _group_policy(key, row) for key, row in rows[GROUP_POLICY].items()},
        excluded=frozenset(key.number for key in rows[EXCLUDED]),
    )


def last_change(store: Store, domain: str) -> PolicyVersion | None:
    """The version since which the policy is as it is now; None when it was never changed."""
    company = company_id(store, domain)
    sql = "SELECT MAX(since), MAX(until) FROM {} WHERE company = ?"
    nouns = (DEPARTMENT_POLICY, GROUP_POLICY, EXCLUDED)
    found = [one for noun in nouns for one in store.rows(sql.format(noun.table), company)[0] if one is not None]
    which = "SELECT version, at, author, what FROM policy_version WHERE company = ? AND version = ?"
    row = store.row(which, company, max(found)) if found else None
    return PolicyVersion(*row[:3], json.loads(row[3])) if row else None


def excluded(store: Store, domain: str) -> list[ExcludedNumber]:
    """The numbers never recorded, now, by number."""
    sql = """SELECT e.number, e.note, e.since, v.at, v.author FROM excluded_number e
        JOIN policy_version v ON v.company = e.company AND v.version = e.since
        WHERE e.company = ? AND e.until IS NULL ORDER BY e.number"""
    return [ExcludedNumber(*row) for row in store.rows(sql, company_id(store, domain))]


def history(store: Store, domain: str, limit: int = 100) -> list[PolicyVersion]:
    """The last `limit` versions, newest first."""
    sql = "SELECT version, at, author, what FROM policy_version WHERE company = ? ORDER BY version DESC LIMIT ?"
    found = store.rows(sql, company_id(store, domain), limit)
    return [PolicyVersion(version, at, by, json.loads(what)) for version, at, by, what in found]


def _load(store: Store, domain: str, version: int) -> PolicySnapshot:
    with store.connection():
        newest = current_version(store, domain)
        if not 1 <= version <= newest:
            text = f"{domain} has no policy version {version}; they go from 1 to {newest}"
            raise Invalid("unknown-version", text, company=domain, version=version)
        at = (company_id(store, domain), version, version)
        country = store.row(_COUNTRY, *at)
        if country is None:
            raise unknown_company(domain)
        return PolicySnapshot(
            company=domain,
            version=version,
            country=country[0],
            departments={
                key.department: _department_policy(key, row)
                for key, row in map(DEPARTMENT_POLICY.read, store.rows(_DEPARTMENTS, *at))
            },
            groups={key.grp: _group_policy(key, row) for key, row in map(GROUP_POLICY.read, store.rows(_GROUPS, *at))},
            excluded=frozenset(number for (number,) in store.rows(_EXCLUDED, *at)),
        )


def _department_policy(key: DepartmentPolicyKey, row: Any) -> DepartmentPolicy:
    return DepartmentPolicy(key.department, row.outgoing, row.internal, row.incoming, _terms(row))


def _group_policy(key: GroupPolicyKey, row: Any) -> GroupPolicy:
    return GroupPolicy(key.grp, GroupMode(row.mode), _terms(row))


def _terms(row: Any) -> Terms:
    return terms_from({name: getattr(row, name) for name in TERM_NAMES})


def unknown(noun: str, name: str, known: list[str]) -> Invalid:
    """The error for a department or ring group that isn't there."""
    text = f"there is no {noun} {name}; there are: {', '.join(known) or 'none yet'}"
    return Invalid(f"unknown-{noun}", text, name=name)
