"""`fsplug trunk`: the ways to other networks."""

from collections.abc import Callable
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, Noun, pass_invocation
from fsplug.cli.kernel.options import company_option, password_options, secrets_option, yes_option
from fsplug.cli.kernel.rules import HOUSE

_NAME = click.argument("name")
_COLUMNS = ("name", "gateway", "host", "port", "register", "username", "prefixes", "caller_id_trusted")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        password_options,
        click.option(
            "--trust-caller-id/--no-trust-caller-id",
            "caller_id_trusted",
            default=None,
            help="Whether the numbers its callers show are believed.",
        ),
        click.option(
            "--prefix", "prefixes", multiple=True, help="How the numbers begin that it takes, such as +45; repeat it."
        ),
        click.option("--username", help="What to sign in as."),
        click.option("--register/--no-register", default=None, help="Whether to sign in there."),
        click.option("--port", type=int, help="SIP port of the other side  [5060]"),
        click.option("--host", help="The other side; without one, the switch has the gateway already."),
        click.option("--gateway", metavar="NAME", help="The gateway's name on the switch  [NAME]"),
    ):
        command = option(command)
    return command


@click.group(cls=Noun)
def trunk() -> None:
    """Trunks: where calls go out to other networks, and come in from them."""


@trunk.command(rule=HOUSE)
@company_option
@_NAME
@_options
@pass_invocation
def add(invocation: Invocation, company: str, name: str, **given: Any) -> None:
    """Add a trunk. A password for its username is made at random, unless one is given."""
    crud.add(invocation, company, "trunk", name, {"name": name, **_with_password(given)})


@trunk.command(name="list", rule=HOUSE)
@company_option
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the trunks."""
    crud.list_all(invocation, company, "trunk", _COLUMNS)


@trunk.command(rule=HOUSE)
@company_option
@_NAME
@secrets_option
@pass_invocation
def show(invocation: Invocation, company: str, name: str, show_secrets: bool) -> None:
    """Show a trunk."""
    crud.show(invocation, company, "trunk", name, show_secrets)


@trunk.command(name="set", rule=HOUSE)
@company_option
@_NAME
@_options
@pass_invocation
def set_(invocation: Invocation, company: str, name: str, **given: Any) -> None:
    """Change a trunk. What is not named stays as it is; '' takes a value away."""
    crud.change(invocation, company, "trunk", name, _with_password(given))


@trunk.command(rule=HOUSE)
@company_option
@_NAME
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, name: str, yes: bool) -> None:
    """Remove a trunk."""
    crud.remove(invocation, company, "trunk", name, yes)


def _with_password(given: dict[str, Any]) -> dict[str, Any]:
    password = crud.password(given.pop("password_file"), given.pop("ask_password"))
    return {**given, "password": password}
