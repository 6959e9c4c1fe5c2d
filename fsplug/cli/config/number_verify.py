"""`fsplug number verify`: the operator vouches for a mobile that is not one of the company's numbers."""

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.errors import Invalid
from fsplug.store.change.claims import MOBILE
from fsplug.store.change.draft import Draft
from fsplug.store.config.users import USER_NUMBER


@click.command(cls=Verb, name="verify", rule=INSTALLATION)
@company_option
@click.argument("number")
@click.option("--withdraw", is_flag=True, help="Say that the number is no longer known to be the user's.")
@click.option("--dry-run", is_flag=True, help="Only check whether it can be done.")
@pass_invocation
def verify(invocation: Invocation, company: str, number: str, withdraw: bool, dry_run: bool) -> None:
    """Say that a user's mobile NUMBER is known to be that user's, for example because you called it.

    A mobile outside the company's ranges is somebody's subscription. Until the operator vouches for it, it counts for
    nothing: it is not rung, not shown as the caller, not called back for listen-in, and calls with it are nobody's.
    """
    [name] = crud.in_e164(invocation, company, number)

    def change(draft: Draft) -> None:
        rows = [one for one in draft.rows(USER_NUMBER, "number", name) if one.kind == MOBILE]
        if not rows:
            remedy = f"give it to one with: fsplug user set --company {company} USERNAME --mobile-number {name}"
            raise Invalid("unknown-number", f"{name} is no user's mobile in {company}; {remedy}", number=name)
        [row] = rows
        draft.put_rows(USER_NUMBER, row.username, USER_NUMBER.by_key([row._replace(verified=not withdraw)]))

    said = "no longer known to be the user's" if withdraw else "known to be the user's"
    crud.edit(invocation, company, f"mobile number {name} is {said}", change, dry_run=dry_run)
