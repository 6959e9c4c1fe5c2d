"""Recording policies: department boxes, group modes, excluded numbers; and the versions they make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import Case, fn

from fsplug.errors import Invalid
from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot
from fsplug.policy.terms import TERM_NAMES, Terms, terms_from
from fsplug.store.config.companies import DETAIL
from fsplug.store.config.nouns import Noun, Row
from fsplug.store.config.versioned import company_id, unknown_company
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.companies import Companies, CompanyDetails, PolicyVersions
from fsplug.store.schema.history import began_with, holds, is_current
from fsplug.store.schema.policies import DepartmentPolicies, ExcludedNumbers, GroupPolicies

DEPARTMENT_POLICY = Noun("department policy", DepartmentPolicies)
GROUP_POLICY = Noun("group policy", GroupPolicies)
EXCLUDED = Noun("excluded number", ExcludedNumbers)
# The tables that a recording policy consists of.
DRAFTED: tuple[Noun, ...] = (DETAIL, DEPARTMENT_POLICY, GROUP_POLICY, EXCLUDED)


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


def _at(table: Any, *selected: Any) -> Any:
    return table.select(*selected).where((table.company == given.company) & holds(table, given.version))


def _versions(which: Any) -> Any:
    said = columns(PolicyVersion, PolicyVersions, by=PolicyVersions.author)
    return PolicyVersions.select(*said).where((PolicyVersions.company == given.company) & which)


def _excluded_now() -> Any:
    said = {"version": ExcludedNumbers.since, "at": PolicyVersions.at, "by": PolicyVersions.author}
    return (
        ExcludedNumbers.select(*columns(ExcludedNumber, ExcludedNumbers, **said))
        .join(PolicyVersions, on=began_with(ExcludedNumbers))
        .where((ExcludedNumbers.company == given.company) & is_current(ExcludedNumbers))
        .order_by(ExcludedNumbers.number)
    )


def _changed_last(table: Any) -> Select[int]:
    """The youngest version in which a row of the table began or ended."""
    youngest = fn.MAX(Case(None, [(table.until.is_null(), table.since)], table.until))
    return Select(int, lambda: table.select(youngest.alias("version")).where(table.company == given.company))


_COUNTRY = Select(str, lambda: _at(CompanyDetails, CompanyDetails.country))
_DEPARTMENTS = Select(DepartmentPolicy, lambda: _at(DepartmentPolicies, *columns(DepartmentPolicy, DepartmentPolicies)))
_GROUPS = Select(GroupPolicy, lambda: _at(GroupPolicies, *columns(GroupPolicy, GroupPolicies)))
_EXCLUDED = Select(str, lambda: _at(ExcludedNumbers, ExcludedNumbers.number))
_EXCLUDED_OF = Select(
    str,
    lambda: ExcludedNumbers.select(ExcludedNumbers.number).where(
        (ExcludedNumbers.company == given.company)
        & ExcludedNumbers.number.in_(given_each.numbers)
        & is_current(ExcludedNumbers)
    ),
)
_EXCLUDED_NOW = Select(ExcludedNumber, _excluded_now)
_CHANGED_LAST = tuple(map(_changed_last, (DepartmentPolicies, GroupPolicies, ExcludedNumbers)))
_CURRENT_VERSION = Select(int, lambda: Companies.select(Companies.version).where(Companies.domain == given.domain))
_VERSION_AT = Select(
    int,
    lambda: PolicyVersions.select(fn.MAX(PolicyVersions.version).alias("version")).where(
        (PolicyVersions.company == given.company) & (PolicyVersions.at <= given.epoch)
    ),
)
_VERSION = Select(PolicyVersion, lambda: _versions(PolicyVersions.version == given.version))
_HISTORY = Select(
    PolicyVersion,
    lambda: _versions(PolicyVersions.version > 0).order_by(PolicyVersions.version.desc()).limit(given.limit),
)


def current_version(store: Store, domain: str) -> int:
    """The company's policy version now: one index look-up, made for the path of every call."""
    found = _CURRENT_VERSION.row(store, domain=domain)
    # company_id raises what an unknown company raises everywhere.
    return found if found is not None else int(company_id(store, domain))


def version_at(store: Store, domain: str, epoch: float) -> int:
    """The policy version in force at epoch seconds; Invalid("no-version-then") before the company's first."""
    version = _VERSION_AT.row(store, company=company_id(store, domain), epoch=epoch)
    if version is None:
        text = f"{domain} had no policy yet at that time; its first version is younger"
        raise Invalid("no-version-then", text, company=domain, at=epoch)
    return version


def snapshot(store: Store, domain: str, version: int | None = None) -> PolicySnapshot:
    """The company's policy as of `version`, or as of now. Read once per version, then from memory."""
    store = store.readable
    if version is None:
        version = current_version(store, domain)
    if store.in_transaction:
        return _load(store, domain, version)
    return store.snapshots.get((domain, version), lambda: _load(store, domain, version))


def drafted(domain: str, version: int, rows: Mapping[Noun, Mapping[Any, Row]]) -> PolicySnapshot:
    """The policy that these rows of a company (of `DRAFTED`) make, which need not be in the store."""
    return PolicySnapshot(
        company=domain,
        version=version,
        country=rows[DETAIL][DETAIL.key_type()].country,
        departments={row.department: _department_policy(row) for row in rows[DEPARTMENT_POLICY].values()},
        groups={row.group: _group_policy(row) for row in rows[GROUP_POLICY].values()},
        excluded=frozenset(row.number for row in rows[EXCLUDED].values()),
    )


def last_change(store: Store, domain: str) -> PolicyVersion | None:
    """The version of the latest change to the policy; None when it was never changed."""
    company = company_id(store, domain)
    found = [one for one in (select.row(store, company=company) for select in _CHANGED_LAST) if one is not None]
    return _VERSION.row(store, company=company, version=max(found)) if found else None


def excluded(store: Store, domain: str) -> list[ExcludedNumber]:
    """The numbers never recorded, now, by number."""
    return _EXCLUDED_NOW.rows(store, company=company_id(store, domain))


def excluded_of(store: Store, domain: str, numbers: Iterable[str]) -> frozenset[str]:
    """Those of these numbers (E.164) that are never recorded, now."""
    company, found = company_id(store, domain), set[str]()
    for some in in_batches(dict.fromkeys(numbers)):
        found.update(_EXCLUDED_OF.rows(store, company=company, numbers=some))
    return frozenset(found)


def of_departments(store: Store, domain: str) -> dict[str, DepartmentPolicy]:
    """The boxes of every department that has some, and of `*`, now."""
    version = current_version(store, domain)
    found = _DEPARTMENTS.rows(store, company=company_id(store, domain), version=version)
    return {one.department: one for one in found}


def history(store: Store, domain: str, limit: int = 100) -> list[PolicyVersion]:
    """The last `limit` versions, newest first."""
    return _HISTORY.rows(store, company=company_id(store, domain), limit=limit)


def _load(store: Store, domain: str, version: int) -> PolicySnapshot:
    with store.connection():
        newest = current_version(store, domain)
        if not 1 <= version <= newest:
            text = f"{domain} has no policy version {version}; they go from 1 to {newest}"
            raise Invalid("unknown-version", text, company=domain, version=version)
        company = company_id(store, domain)
        country = _COUNTRY.row(store, company=company, version=version)
        if country is None:
            raise unknown_company(domain)
        departments = _DEPARTMENTS.rows(store, company=company, version=version)
        groups = _GROUPS.rows(store, company=company, version=version)
        return PolicySnapshot(
            company=domain,
            version=version,
            country=country,
            departments={one.department: one for one in departments},
            groups={one.group: one for one in groups},
            excluded=frozenset(_EXCLUDED.rows(store, company=company, version=version)),
        )


def _department_policy(row: Row) -> DepartmentPolicy:
    return DepartmentPolicy(row.department, row.outgoing, row.internal, row.incoming, _terms(row))


def _group_policy(row: Row) -> GroupPolicy:
    return GroupPolicy(row.group, GroupMode(row.mode), _terms(row))


def _terms(row: Row) -> Terms:
    return terms_from({name: getattr(row, name) for name in TERM_NAMES})


def unknown(noun: str, name: str, known: list[str]) -> Invalid:
    """The error for a department or ring group that isn't there."""
    text = f"there is no {noun} {name}; there are: {', '.join(known) or 'none yet'}"
    return Invalid(f"unknown-{noun}", text, name=name)
