"""`fsplug number range`: the numbers that the operator gives a company."""

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.options import company_option, yes_option
from fsplug.cli.kernel.rules import COMPANY_SETTINGS, INSTALLATION
from fsplug.errors import Invalid
from fsplug.store.change.draft import Draft

_COLUMNS = ("first", "last")
_FIRST = click.argument("first", metavar="FIRST")
_dry_run = click.option("--dry-run", is_flag=True, help="Only check whether it can be done.")


@click.group(cls=NounGroup, name="range")
def number_range() -> None:
    """The numbers a company owns. Its fixed numbers, and those dialled from outside, lie in its ranges.

    Only the operator gives a company numbers. No two companies have the same one.
    """


@number_range.command(rule=INSTALLATION)
@company_option
@_FIRST
@click.argument("last", metavar="[LAST]", required=False)
@_dry_run
@pass_invocation
def add(invocation: Invocation, company: str, first: str, last: str | None, dry_run: bool) -> None:
    """Give a company the numbers from FIRST to LAST, or FIRST alone, in any spelling."""
    name, end = crud.in_e164(invocation, company, first, last or first)

    def put(draft: Draft) -> None:
        if draft.has("range", name):
            remedy = f"take it away first: fsplug number range remove --company {company} {name}"
            raise Invalid("range-exists", f"{company} has a range from {name} already; {remedy}", company=company)
        draft.put("range", {"first": name, "last": end})

    said = f"number range {name}" if name == end else f"number range {name} to {end}"
    crud.edit(invocation, company, f"{said} added", put, dry_run=dry_run)


@number_range.command(name="list", rule=COMPANY_SETTINGS)
@company_option
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the company's ranges of numbers."""
    crud.list_all(invocation, company, "range", _COLUMNS)


@number_range.command(rule=INSTALLATION)
@company_option
@_FIRST
@_dry_run
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, first: str, dry_run: bool, yes: bool) -> None:
    """Take the range that begins with FIRST away. None of its numbers may be in use."""
    [name] = crud.in_e164(invocation, company, first)
    with crud.reading(invocation, company) as draft:
        draft.entry("range", name)
    if not dry_run:
        crud.confirm(invocation, f"number range {name} of {company}", yes)

    def take(draft: Draft) -> None:
        draft.entry("range", name)
        draft.remove("range", name)

    crud.edit(invocation, company, f"number range {name} removed", take, dry_run=dry_run)
