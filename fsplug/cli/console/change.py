"""`fsplug change`: changes of people that wait for a second person or for a day."""

from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.output import cell, table, when
from fsplug.cli.kernel.rules import CHANGES, CHECKED, OWN_CHANGES, CommandRule
from fsplug.cli.kernel.waiting import facts_of
from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need
from fsplug.policy.access.waiting import Wait
from fsplug.store.change import carrying, rejecting, waiting, waiting_rows
from fsplug.store.change.waiting_rows import WaitingChange

_CHANGE = click.argument("change", metavar="CHANGE")
_TAKES = {Wait.DAY: "24 hours", Wait.SECOND_PERSON: "a second person", Wait.SUPERUSER: "a superuser"}
_REJECTING = CommandRule(Need.CHANGES, own=CHECKED)


@click.group(cls=NounGroup)
def change() -> None:
    """Changes that wait: of the role, address, second factor, rights or phones of somebody who may hear.

    An operator's changes never wait. An administrator's are made when a second administrator or the operator confirms
    them; most are also made after 24 hours, unless somebody whom they concern rejects them. A new superuser
    must be confirmed by a superuser or the operator, and so must a new address, phone or second factor of somebody who
    hears other people's calls, unless the person who asks hears as much.
    """


@change.command(name="list", rule=OWN_CHANGES)
@company_option
@click.option("--user", "username", metavar="USERNAME", help="Only changes of this user.")
@pass_invocation
def list_(invocation: Invocation, company: str, username: str | None) -> None:
    """List the changes that wait, and those that ended in the last 30 days."""
    with invocation.store() as store:
        found = waiting_rows.listed(store, company, invocation.by, username)
    titles = ("change", "user", "what", "by", "made", "due", "takes", "state")
    lines = table(titles, [_row(one) for one in found]) if found else [f"nothing waits in {company}"]
    invocation.print([facts_of(one) for one in found], *lines)


@change.command(rule=OWN_CHANGES)
@company_option
@_CHANGE
@click.option("--user", "username", metavar="USERNAME", help="Only if it is a change of this user.")
@pass_invocation
def show(invocation: Invocation, company: str, change: str, username: str | None) -> None:
    """Show a change."""
    with invocation.store() as store:
        found = waiting_rows.seen(store, company, change, invocation.by)
    if username not in (None, found.username):
        raise Invalid("unknown-change", f"{company} has no waiting change {change} of {username}", change=change)
    facts = facts_of(found)
    facts["changes"] = "; ".join(facts["changes"])
    crud.print_one(invocation, {name: when(facts[name]) if name.endswith("_at") else facts[name] for name in facts})


@change.command(rule=CHANGES)
@company_option
@_CHANGE
@pass_invocation
def confirm(invocation: Invocation, company: str, change: str) -> None:
    """Make a change now, as its second person: not the one who asked for it, nor the user whom it changes.

    In the last seven days, neither the person who confirms nor the one who asked may have added the other, changed the
    other's role, rights, address or second factor, or sent the other an invitation or a new password.
    """
    with invocation.store() as store:
        made = carrying.confirm(store, company, change, invocation.by)
    invocation.print(facts_of(made), cell(f"change {made.id} of {made.username} is made, from the next call on"))


@change.command(rule=_REJECTING)
@company_option
@_CHANGE
@pass_invocation
def reject(invocation: Invocation, company: str, change: str) -> None:
    """Reject a change, so that it is never made. Users may reject changes of themselves."""
    with invocation.store() as store:
        found = rejecting.reject(store, company, change, invocation.by)
    invocation.print(facts_of(found), cell(f"change {found.id} of {found.username} is rejected"))


def _row(one: WaitingChange) -> tuple[Any, ...]:
    ended = f": {one.reason}" if one.reason else f" by {one.ended_by}" if one.ended_by else ""
    state = f"{one.state}{ended}"
    takes = _TAKES[one.takes]
    what = "; ".join(waiting.in_words(one))
    return (one.id, one.username, what, one.made_by, when(one.made_at), when(one.due_at), takes, state)
