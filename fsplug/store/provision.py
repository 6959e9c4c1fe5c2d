"""From a document to the store and back: plan what would change, apply the plan, export what is there."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from fsplug.errors import Refused
from fsplug.store import companies, numbers
from fsplug.store.database import Row, Store
from fsplug.store.document import NOUNS, Rows, invalid, read, write
from fsplug.store.versioned import Change, company_id, current, revise


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """What would change in one company, which is at `version` (0: it isn't there yet)."""

    domain: str
    version: int
    changes: tuple[Change, ...]

    def lines(self) -> Iterator[str]:
        """One line for each change, for people."""
        return (f"{self.domain}: {_line(change)}" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document would change. True when there is something to change; its text says what."""

    companies: tuple[CompanyPlan, ...]

    def __bool__(self) -> bool:
        return any(company.changes for company in self.companies)

    def __str__(self) -> str:
        lines = [line for company in self.companies for line in company.lines()]
        return "\n".join(lines) or "nothing to change"

    @property
    def changes(self) -> list[Change]:
        """Every change, company by company."""
        return [change for company in self.companies for change in company.changes]


def plan(store: Store, document: Mapping[str, Any]) -> Plan:
    """What it takes to make the companies in `document` (parsed TOML) as it says; the others stay as they are.

    Invalid("invalid-document") lists everything that is wrong with it.
    """
    wanted = read(document)
    planned = Plan(tuple(_company_plan(store, domain, rows) for domain, rows in wanted.items()))
    errors = [error for company in planned.companies for error in _foreign_numbers(store, company, wanted)]
    if errors:
        raise invalid(errors)
    return planned


def apply_plan(store: Store, plan: Plan, by: str) -> dict[str, int]:
    """Make the changes, all or none, each company one version further; the new versions by domain.

    Refused("plan-outdated") if the store has changed since the plan was made.
    """
    changing = [company for company in plan.companies if company.changes]
    with store.atomic(), ExitStack() as revisions:
        for company in changing:
            _check_still_true(store, company)
        opened = [(company, revisions.enter_context(revise(store, company.domain, by))) for company in changing]
        # First every end, then every beginning: a number may move from one company or user to another.
        for company, revision in opened:
            revision.close(company.changes)
        for company, revision in opened:
            revision.open(company.changes)
    return {company.domain: company.version + 1 for company in changing}


def export(store: Store, domain: str) -> dict[str, Any]:
    """The document that `plan` finds nothing to change with; Invalid("unknown-company") if there is none."""
    return {"company": [write(domain, _current(store, domain))]}


def _current(store: Store, domain: str) -> Rows:
    company = company_id(store, domain)
    with store.connection():
        return {noun: current(store, company, noun) for noun in NOUNS}


def _company_plan(store: Store, domain: str, wanted: Rows) -> CompanyPlan:
    if not companies.exists(store, domain):
        return CompanyPlan(domain, 0, tuple(_differences({noun: {} for noun in NOUNS}, wanted)))
    version = companies.get(store, domain).version
    return CompanyPlan(domain, version, tuple(_differences(_current(store, domain), wanted)))


def _differences(present: Rows, wanted: Rows) -> Iterator[Change]:
    for noun in NOUNS:
        before, after = present[noun], wanted[noun]
        for key in (*after, *(key for key in before if key not in after)):
            if before.get(key) != after.get(key):
                yield Change(noun, key, before.get(key), after.get(key))


def _foreign_numbers(store: Store, company: CompanyPlan, wanted: Mapping[str, Rows]) -> Iterator[str]:
    added = (change for change in company.changes if change.noun is numbers.NUMBER and change.action == "add")
    for change in added:
        owner = numbers.owner(store, change.key[0])
        if owner is not None and owner not in wanted:
            where = f"company {company.domain}, number {change.key[0]}"
            yield f"{where}: it already belongs to {owner}; take it out there first"


def _check_still_true(store: Store, company: CompanyPlan) -> None:
    if company.version == 0 and not companies.exists(store, company.domain):
        companies.insert(store, company.domain)
    elif company.version == 0 or companies.get(store, company.domain).version != company.version:
        text = f"{company.domain} has changed since the plan was made; plan again"
        raise Refused("plan-outdated", text, company=company.domain, version=company.version)


def _line(change: Change) -> str:
    what = " ".join((change.action, change.noun.name, *change.key))
    if change.action == "remove":
        return what
    before = change.noun.named(change.before) if change.before is not None else {}
    after = change.noun.named(change.after or ())
    details = [_detail(name, before, value) for name, value in after.items() if before.get(name) != value]
    return f"{what}: {', '.join(details)}" if details else what


def _detail(name: str, before: Mapping[str, Any], value: Row | object) -> str:
    return f"{name} {before[name]!r} -> {value!r}" if before else f"{name} {value!r}"
