"""`fsplug trunk`: the connections to other networks."""

from collections.abc import Callable
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.options import company_option, password_options, secrets_option, yes_option
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.policy.entities import Transport

_NAME = click.argument("name")
_COLUMNS = ("name", "gateway", "host", "port", "register", "username", "sources", "prefixes", "caller_id_trusted")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        password_options,
        click.option(
            "--inbound-password-file",
            metavar="FILE",
            type=click.Path(allow_dash=True),
            help="A file that holds the password its calls prove  [a random one]",
        ),
        click.option(
            "--inbound-digest/--no-inbound-digest",
            default=None,
            help="Whether its calls must prove a password as well, as the user NAME.DOMAIN.",
        ),
        click.option(
            "--srtp/--no-srtp", default=None, help="Whether audio must be encrypted (SRTP); other calls are refused."
        ),
        click.option(
            "--transport",
            type=click.Choice(list(map(str, Transport))),
            help="How SIP travels; over tls, calls come only over TLS  [udp]",
        ),
        click.option(
            "--source",
            "sources",
            metavar="HOST|NETWORK",
            multiple=True,
            help="Where its calls come from, besides the host: a host name, an address, or a network such as "
            "192.0.2.0/28; may be repeated. Calls from elsewhere are refused.",
        ),
        click.option(
            "--trust-caller-id/--no-trust-caller-id",
            "caller_id_trusted",
            default=None,
            help="Whether caller numbers that come from the trunk are trusted.",
        ),
        click.option(
            "--prefix",
            "prefixes",
            multiple=True,
            help="A prefix of numbers that the trunk takes, such as +45; may be repeated.",
        ),
        click.option("--username", help="The username to sign in with."),
        click.option("--register/--no-register", default=None, help="Whether to sign in to the other side."),
        click.option("--port", type=int, help="SIP port of the other side  [5060]"),
        click.option(
            "--host", help="The address of the other side; without it, the gateway must exist on the switch already."
        ),
        click.option("--gateway", metavar="NAME", help="The gateway's name on the switch  [NAME]"),
    ):
        command = option(command)
    return command


@click.group(cls=NounGroup)
def trunk() -> None:
    """Trunks: calls go out to other networks and come in from other networks through them."""


@trunk.command(rule=INSTALLATION)
@company_option
@_NAME
@_options
@pass_invocation
def add(invocation: Invocation, company: str, name: str, **given: Any) -> None:
    """Add a trunk. A random password is made for its username, unless a password is given; it is printed once."""
    crud.add(invocation, company, "trunk", name, {"name": name, **_with_password(given)})


@trunk.command(name="list", rule=INSTALLATION)
@company_option
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the trunks."""
    crud.list_all(invocation, company, "trunk", _COLUMNS)


@trunk.command(rule=INSTALLATION)
@company_option
@_NAME
@secrets_option
@pass_invocation
def show(invocation: Invocation, company: str, name: str, show_secrets: bool) -> None:
    """Show a trunk."""
    with crud.reading(invocation, company) as draft:
        shown = draft.entry_with_secrets("trunk", name, invocation.by) if show_secrets else draft.entry("trunk", name)
    crud.print_one(invocation, shown)


@trunk.command(name="set", rule=INSTALLATION)
@company_option
@_NAME
@_options
@pass_invocation
def set_(invocation: Invocation, company: str, name: str, **given: Any) -> None:
    """Change a trunk. Options that are not given keep their values; '' clears a value."""
    crud.change(invocation, company, "trunk", name, _with_password(given))


@trunk.command(rule=INSTALLATION)
@company_option
@_NAME
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, name: str, yes: bool) -> None:
    """Remove a trunk."""
    crud.remove(invocation, company, "trunk", name, yes)


def _with_password(given: dict[str, Any]) -> dict[str, Any]:
    password = crud.password(given.pop("password_file"), given.pop("ask_password"))
    inbound = crud.password(given.pop("inbound_password_file"), False)
    return {**given, "password": password, "inbound_password": inbound}
