"""`fsplug group`: ring groups."""

from collections.abc import Callable
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.options import TargetType, company_option, yes_option
from fsplug.cli.kernel.rules import COMPANY_SETTINGS
from fsplug.policy.entities import GroupMode, Strategy

_NUMBER = click.argument("number")
_COLUMNS = ("number", "name", "strategy", "ring_seconds", "members", "overflow", "mode")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--mode", type=click.Choice(list(map(str, GroupMode))), help="Whether the group's calls are recorded."
        ),
        click.option(
            "--overflow",
            type=TargetType("group", "user", "number"),
            help="Where the call goes when nobody has answered; '' for nowhere.",
        ),
        click.option("--ring-seconds", type=int, help="How long the group rings."),
        click.option(
            "--member",
            "members",
            metavar="USERNAME",
            multiple=True,
            help="A member, in ringing order; may be repeated.",
        ),
        click.option("--strategy", type=click.Choice(list(map(str, Strategy))), help="How the members are rung."),
        click.option("--name", metavar="TEXT", type=LINE, help="The group's name."),
    ):
        command = option(command)
    return command


@click.group(cls=NounGroup)
def group() -> None:
    """Ring groups: each is a number that several users answer."""


@group.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@_options
@pass_invocation
def add(invocation: Invocation, company: str, number: str, **given: Any) -> None:
    """Add a ring group."""
    crud.add(invocation, company, "group", number, {"number": number, **given})


@group.command(name="list", rule=COMPANY_SETTINGS)
@company_option
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the ring groups."""
    crud.list_all(invocation, company, "group", _COLUMNS)


@group.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@pass_invocation
def show(invocation: Invocation, company: str, number: str) -> None:
    """Show a ring group."""
    crud.show(invocation, company, "group", number)


@group.command(name="set", rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@_options
@pass_invocation
def set_(invocation: Invocation, company: str, number: str, **given: Any) -> None:
    """Change a ring group. Options that are not given keep their values; --member replaces all members."""
    crud.change(invocation, company, "group", number, given)


@group.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, number: str, yes: bool) -> None:
    """Remove a ring group. This is refused while anything still leads to it."""
    crud.remove(invocation, company, "group", number, yes)
