"""`fsplug ivr`: numbers that ask the caller to press a key."""

from collections.abc import Callable
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.options import Pair, TargetType, company_option, yes_option
from fsplug.cli.kernel.rules import COMPANY_SETTINGS

_NUMBER = click.argument("number")
_COLUMNS = ("number", "name", "choices", "default", "timeout_seconds", "tries")
_TARGET = TargetType("group", "user", "number")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--tries", type=int, help="How often the prompt is played."),
        click.option("--timeout-seconds", type=int, help="How long the IVR waits for a key."),
        click.option(
            "--prompt",
            "prompts",
            type=Pair("LANGUAGE"),
            multiple=True,
            help="The sound file to play; may be repeated, once per language.",
        ),
        click.option("--default", type=_TARGET, help="Where the call goes when no key is pressed."),
        click.option(
            "--choice",
            "choices",
            type=Pair("DIGIT", _TARGET),
            multiple=True,
            help="Where a key leads; may be repeated.",
        ),
        click.option("--name", metavar="TEXT", type=LINE, help="The IVR's name."),
    ):
        command = option(command)
    return command


@click.group(cls=NounGroup)
def ivr() -> None:
    """IVRs: each is a number that plays a prompt and sends the caller on by the key pressed, or by silence."""


@ivr.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@_options
@pass_invocation
def add(invocation: Invocation, company: str, number: str, **given: Any) -> None:
    """Add an IVR."""
    crud.add(invocation, company, "ivr", number, {"number": number, **_tables(given)})


@ivr.command(name="list", rule=COMPANY_SETTINGS)
@company_option
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the IVRs."""
    crud.list_all(invocation, company, "ivr", _COLUMNS)


@ivr.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@pass_invocation
def show(invocation: Invocation, company: str, number: str) -> None:
    """Show an IVR."""
    crud.show(invocation, company, "ivr", number)


@ivr.command(name="set", rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@_options
@pass_invocation
def set_(invocation: Invocation, company: str, number: str, **given: Any) -> None:
    """Change an IVR. Options that are not given keep their values; --choice and --prompt replace their whole lists."""
    crud.change(invocation, company, "ivr", number, _tables(given))


@ivr.command(rule=COMPANY_SETTINGS)
@company_option
@_NUMBER
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, number: str, yes: bool) -> None:
    """Remove an IVR. This is refused while anything still leads to it."""
    crud.remove(invocation, company, "ivr", number, yes)


def _tables(given: dict[str, Any]) -> dict[str, Any]:
    """The pairs of the command line as tables; an option that was not given is None."""
    return given | {name: dict(given[name]) if given[name] else None for name in ("choices", "prompts")}
