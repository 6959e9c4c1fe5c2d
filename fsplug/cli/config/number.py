"""`fsplug number`: numbers dialled from outside."""

from collections.abc import Callable
from typing import Any, Literal

import click

from fsplug.cli.config.number_range import number_range
from fsplug.cli.config.number_verify import verify
from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.options import TargetType, company_option, yes_option
from fsplug.cli.kernel.rules import COMPANY_SETTINGS

_NUMBER = click.argument("number")
_COLUMNS = ("number", "user", "group", "ivr", "hours", "closed")
_LEADS_TO = ("user", "group", "ivr")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--closed",
            type=TargetType("group", "user", "ivr", "number"),
            help="Where the number leads outside its hours.",
        ),
        click.option(
            "--hours",
            metavar="'mon-fri 08:00-16:00'",
            multiple=True,
            help="When the number is open; may be repeated; '' for always.",
        ),
    ):
        command = option(command)
    return command


@click.group(cls=NounGroup)
def number() -> None:
    """Numbers dialled from outside: each leads to a user, a ring group or an IVR."""


number.add_command(number_range)
number.add_command(verify)


@number.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@click.option("--to", type=TargetType(*_LEADS_TO), required=True, help="Where the number leads.")
@_options
@pass_invocation
def add(invocation: Invocation, company: str, number: str, to: dict[str, str] | Literal[""], **given: Any) -> None:
    """Add a number, in any spelling."""
    name = crud.in_e164(invocation, company, number)[0]
    crud.add(invocation, company, "number", name, {"number": name, **_led(to), **given})


@number.command(name="list", rule=COMPANY_SETTINGS)
@company_option
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the numbers."""
    crud.list_all(invocation, company, "number", _COLUMNS)


@number.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@pass_invocation
def show(invocation: Invocation, company: str, number: str) -> None:
    """Show where a number leads."""
    crud.show(invocation, company, "number", crud.in_e164(invocation, company, number)[0])


@number.command(name="set", rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@click.option("--to", type=TargetType(*_LEADS_TO), help="Where the number leads.")
@_options
@pass_invocation
def set_(invocation: Invocation, company: str, number: str, to: dict[str, str] | None, **given: Any) -> None:
    """Change where a number leads, and when. Without hours it is always open."""
    if given["hours"] == ("",):
        given["closed"] = ""
    name = crud.in_e164(invocation, company, number)[0]
    crud.change(invocation, company, "number", name, {**(_led(to) if to else {}), **given})


@number.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, number: str, yes: bool) -> None:
    """Remove a number."""
    crud.remove(invocation, company, "number", crud.in_e164(invocation, company, number)[0], yes)


def _led(to: dict[str, str] | Literal[""]) -> dict[str, str]:
    """The one target that the number leads to; '' for none."""
    return dict.fromkeys(_LEADS_TO, "") | (to or {})
