"""`fsplug apply`: make companies match a document."""

from collections.abc import Iterator
from typing import Any

import click

from fsplug.cli.kernel import documents
from fsplug.cli.kernel.confirming import confirm
from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.document_file import STDIN, DocumentFile
from fsplug.cli.kernel.granting import Granting
from fsplug.cli.kernel.output import safe, working
from fsplug.cli.kernel.rules import CommandRule
from fsplug.cli.kernel.waiting import facts_of, lines_of, lines_of_held
from fsplug.policy.access.scopes import Need, check_may
from fsplug.store.change import planning
from fsplug.store.change.plans import Plan
from fsplug.store.config.nouns import Change
from fsplug.words.english import so_many

_MARKS = {"add": "+", "change": "~", "remove": "-"}
_COUNTED = {"add": "new", "change": "different", "remove": "removed"}


@click.command(cls=Verb, rule=CommandRule(Need.PEOPLE, None, itself=True))
@click.argument("file", metavar="FILE.toml", type=DocumentFile())
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Remove and grant without asking for confirmation.")
@pass_invocation
def apply(invocation: Invocation, file: str, dry_run: bool, yes: bool) -> None:
    """Make companies match the document FILE.toml; - reads the document from standard input.

    Whatever the document leaves out of a company is removed. Companies that are not in the document stay as they
    are. Either every change is made or none, and a second run has nothing to change.

    Where somebody who is there already gets a right, a licence or a role, the plan shows the address, phones and
    numbers that it will reach, who set them and when, and asks for confirmation.
    """
    document = documents.read(file, invocation)
    _check_companies(invocation, document)
    with invocation.store() as store:
        with working("comparing the document with the store"):
            plan = planning.plan(store, document, documents.folder(file), invocation.by)
        planning.check(store, plan, invocation.by)
        _show_plan(invocation, plan)
        granting = Granting(invocation, yes or dry_run, may_ask=file != STDIN)
        granting.consider(planning.grantees(store, plan))
        made = planning.Applied({}, planning.held(store, plan, invocation.by) if dry_run else ())
        if plan and not dry_run:
            _check_removals(invocation, plan, yes, may_ask=file != STDIN)
            with working(f"making {len(plan.changes)} changes"):
                made = planning.make(store, plan, invocation.by)
    # Nobody reads them but a program: of 30,000 changes they are as many dicts.
    changes = list(_facts(plan)) if invocation.json else []
    facts: dict[str, Any] = {"dry_run": dry_run, "changes": changes, "versions": made.versions}
    if granting.found:
        facts["reaches"] = granting.facts()
    facts |= {"waiting": [facts_of(one) for one in made.waiting]} if made.waiting else {}
    waits = lines_of_held(made.held) if dry_run else lines_of(made.waiting)
    invocation.print(facts, _summary(plan, dry_run, made.versions), *waits)
    if plan.made and not dry_run:
        remedy = "make others that are printed, with: fsplug device set --new-password"
        invocation.note(f"made at random, and seen by nobody: {so_many(len(plan.made), 'password')}; {remedy}")


def _check_companies(invocation: Invocation, document: dict[str, Any]) -> None:
    """Before a company is compared: it must be the user's own."""
    if invocation.by.is_operator:
        return
    written = document.get("company")
    tables = written if isinstance(written, list) else []
    # A value that is not text cannot name a company: the plan refuses it.
    domains = [table.get("domain") for table in tables if isinstance(table, dict)]
    for domain in (one for one in domains if isinstance(one, str)):
        check_may(invocation.by, Need.PEOPLE, domain)


def _show_plan(invocation: Invocation, plan: Plan) -> None:
    if not invocation.json:
        for company in plan.companies:
            for change, line in zip(company.changes, company.lines(), strict=True):
                click.echo(f"{_MARKS[change.action]} {safe(line)}")


def _check_removals(invocation: Invocation, plan: Plan, yes: bool, may_ask: bool) -> None:
    removals = _count(plan, "remove")
    if removals:
        entries = so_many(removals, "entry", "entries")
        question, does = f"remove {entries} that exist?", f"removes {entries}"
        code = "removals-not-confirmed"
        confirm(invocation, question, yes, does, code, has_dry_run=True, may_ask=may_ask, removals=removals)


def _summary(plan: Plan, dry_run: bool, versions: dict[str, int]) -> str:
    if not plan:
        return "nothing to change"
    counts = [f"{_count(plan, action)} {said}" for action, said in _COUNTED.items()]
    if dry_run:
        return f"{', '.join(counts)}; nothing was changed (--dry-run)"
    now = [f"{domain} has policy version {version}" for domain, version in versions.items()]
    return f"done: {', '.join(counts)}; {', '.join(now)}"


def _count(plan: Plan, action: str) -> int:
    return sum(change.action == action for change in plan.changes)


def _facts(plan: Plan) -> Iterator[dict[str, Any]]:
    for company in plan.companies:
        for change in company.changes:
            yield {"company": company.domain, **_change_facts(change)}


def _change_facts(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "noun": change.noun.name,
        "key": list(change.key),
        "before": change.noun.shown(change.before) if change.before is not None else None,
        "after": change.noun.shown(change.after) if change.after is not None else None,
    }
