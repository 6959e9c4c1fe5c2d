"""Recording policies: department boxes, group modes, excluded numbers; and the versions they make."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.entities import EVERY_DEPARTMENT, DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot
from fsplug.policy.terms import TERM_NAMES, TERMS, Plain, Terms, terms_facts, terms_from
from fsplug.store.config import groups, users
from fsplug.store.config.companies import DETAIL
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id, revise, unknown_company
from fsplug.store.db.database import Row, Store

DEPARTMENT_POLICY = Noun(
    "department policy",
    "department_policy",
    ("department",),
    ("outgoing", "internal", "incoming", *TERM_NAMES),
    frozenset({"outgoing", "internal", "incoming"}),
)
GROUP_POLICY = Noun("group policy", "group_policy", ("grp",), ("mode", *TERM_NAMES))
EXCLUDED = Noun("excluded number", "excluded_number", ("number",), ("note",))

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


def drafted(domain: str, version: int, rows: Mapping[Noun, Mapping[Row, Row]]) -> PolicySnapshot:
    """The policy that these rows of a company make, which need not be in the store."""
    return PolicySnapshot(
        company=domain,
        version=version,
        country=DETAIL.named(rows[DETAIL][()])["country"],
        departments={key[0]: _department_policy((*key, *row)) for key, row in rows[DEPARTMENT_POLICY].items()},
        groups={key[0]: _group_policy((*key, *row)) for key, row in rows[GROUP_POLICY].items()},
        excluded=frozenset(number for (number,) in rows[EXCLUDED]),
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


def set_department_policy(store: Store, domain: str, policy: DepartmentPolicy, by: str) -> int:
    """Set the three boxes of a department (or of `*`); the company's version after it, the same if nothing changed."""
    if policy.department not in (EVERY_DEPARTMENT, *users.departments(store, domain)):
        raise unknown("department", policy.department, users.departments(store, domain))
    boxes = (policy.outgoing, policy.internal, policy.incoming)
    return _put(store, domain, DEPARTMENT_POLICY, policy.department, (*boxes, *_terms_row(policy.terms)), by)


def set_group_policy(store: Store, domain: str, policy: GroupPolicy, by: str) -> int:
    """Set the mode of a ring group; the company's version after it, the same if nothing changed."""
    known = [group.number for group in groups.groups(store, domain, current_version(store, domain))]
    if policy.group not in known:
        raise unknown("group", policy.group, known)
    return _put(store, domain, GROUP_POLICY, policy.group, (str(policy.mode), *_terms_row(policy.terms)), by)


def exclude(store: Store, domain: str, notes: Mapping[str, str], by: str) -> list[str]:
    """Never record these numbers (E.164, each with its note) from the next call on, as one version of the company.

    Returns the numbers that were not excluded before, or whose note is a new one.
    """
    for e164 in notes:
        _check_e164(e164)
    with revise(store, domain, by) as revision:
        return [e164 for e164, note in notes.items() if revision.put(EXCLUDED, (e164,), (note,))]


def unexclude(store: Store, domain: str, numbers: Collection[str], by: str) -> list[str]:
    """Let policy decide about these numbers again, as one version of the company; returns those that were excluded."""
    for e164 in numbers:
        _check_e164(e164)
    with revise(store, domain, by) as revision:
        return [e164 for e164 in numbers if revision.remove(EXCLUDED, (e164,))]


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
            departments={row[0]: _department_policy(row) for row in store.rows(_DEPARTMENTS, *at)},
            groups={row[0]: _group_policy(row) for row in store.rows(_GROUPS, *at)},
            excluded=frozenset(number for (number,) in store.rows(_EXCLUDED, *at)),
        )


def _department_policy(row: Row) -> DepartmentPolicy:
    department, outgoing, internal, incoming, *terms = row
    return DepartmentPolicy(department, bool(outgoing), bool(internal), bool(incoming), _terms(terms))


def _group_policy(row: Row) -> GroupPolicy:
    group, mode, *terms = row
    return GroupPolicy(group, GroupMode(mode), _terms(terms))


def _terms(columns: list[Plain]) -> Terms:
    return terms_from(dict(zip(TERM_NAMES, columns, strict=True)))


def _terms_row(terms: Terms) -> Row:
    facts = terms_facts(terms)
    # What the operator's document does not take could be stored here and exported, but not applied again.
    for term in TERMS:
        if trouble := term.values.trouble(facts[term.name]):
            text = f"{facts[term.name]!r} won't do for {term.key}; {trouble}"
            raise Invalid(f"bad-{term.key}", text, **{term.name: facts[term.name]})
    return tuple(facts.values())


def _put(store: Store, domain: str, noun: Noun, key: str, values: Row, by: str) -> int:
    with revise(store, domain, by) as revision:
        changed = revision.put(noun, (key,), values)
        return revision.version if changed else revision.version - 1


def _check_e164(e164: str) -> None:
    if not (e164.startswith("+") and e164[1:].isdecimal() and e164.isascii()):
        text = f"{e164} is not an E.164 number; write it with + and the country's code, such as +4570101155"
        raise Invalid("bad-number", text, number=e164)


def unknown(noun: str, name: str, known: list[str]) -> Invalid:
    """The error for a department or ring group that isn't there."""
    text = f"there is no {noun} {name}; there are: {', '.join(known) or 'none yet'}"
    return Invalid(f"unknown-{noun}", text, name=name)
