"""A company's recording policy as facts and as lines."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fsplug.cli.kernel.output import sheet, table, when
from fsplug.policy.entities import DepartmentPolicy, GroupPolicy
from fsplug.policy.terms import TERM_NAMES, terms_facts
from fsplug.store.config import companies, groups, policies
from fsplug.store.db.database import Store

Facts = dict[str, Any]


def facts(store: Store, company: str, version: int) -> Facts:
    """The whole policy of one version, and the time from which it applies."""
    snapshot = policies.snapshot(store, company, version)
    # Version numbers have no gaps, so counting back from now gives this one.
    made = policies.history(store, company, policies.current_version(store, company) - version + 1)[-1]
    ring_groups = groups.groups(store, company, version)
    return {
        "company": company,
        "name": companies.get(store, company).name,
        "country": snapshot.country,
        "version": version,
        "since": made.at,
        "by": made.by,
        "departments": [of_department(one) for _, one in sorted(snapshot.departments.items())],
        "groups": [
            {"name": one.name, **of_group(snapshot.groups.get(one.number, GroupPolicy(one.number)))}
            for one in ring_groups
        ],
        "excluded": sorted(snapshot.excluded),
    }


def of_department(policy: DepartmentPolicy) -> Facts:
    """One department's boxes."""
    return _flat(policy)


def of_group(policy: GroupPolicy) -> Facts:
    """One group's mode."""
    return _flat(policy)


def _flat(policy: DepartmentPolicy | GroupPolicy) -> Facts:
    flat = asdict(policy)
    del flat["terms"]
    return flat | terms_facts(policy.terms)


def lines(facts: Mapping[str, Any]) -> list[str]:
    """The policy as people read it."""
    heading = {
        "company": f"{facts['company']} ({facts['name']}, {facts['country']})",
        "version": facts["version"],
        "since": f"{when(facts['since'])}, by {facts['by']}",
        "never recorded": f"{_count(len(facts['excluded']))}; see: fsplug exclude list --company {facts['company']}",
    }
    return [*sheet(heading), "", *_departments(facts), "", *_groups(facts)]


def _departments(facts: Mapping[str, Any]) -> list[str]:
    names = ("department", "outgoing", "internal", "incoming", *TERM_NAMES)
    if not facts["departments"]:
        return [
            "no department is recorded yet; set boxes with: fsplug policy set --company C --department D --incoming"
        ]
    return table(names, [[one[name] for name in names] for one in facts["departments"]])


def _groups(facts: Mapping[str, Any]) -> list[str]:
    names = ("group", "name", "mode", *TERM_NAMES)
    if not facts["groups"]:
        return ["no ring groups"]
    return table(names, [[one[name] for name in names] for one in facts["groups"]])


def _count(numbers: int) -> str:
    return "1 number" if numbers == 1 else f"{numbers} numbers"
