"""`fsplug device`: the phones, apps and mobiles that users are reached on."""

from typing import Any

import click

from fsplug.cli.kernel import crud, nested
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.options import company_option, password_options, user_option, yes_option
from fsplug.cli.kernel.rules import PEOPLE
from fsplug.policy.entities import DeviceKind
from fsplug.store.change.credentials import new_password
from fsplug.store.change.draft import Draft
from fsplug.store.change.merging import merged

_NAME = click.argument("name")
_COLUMNS = ("name", "kind", "sip_username", "number")
_NUMBER = click.option("--number", help="A mobile's number, one of the user's own.")
_SIP_USERNAME = click.option("--sip-username", help="The name it signs in with  [the username, or USERNAME-NAME]")


@click.group(cls=NounGroup)
def device() -> None:
    """Devices: desk phones and apps sign in to the switch; mobiles have a number.

    A phone's password can be written, not read: one that fsplug makes is printed once.
    """


@device.command(rule=PEOPLE)
@company_option
@user_option
@click.argument("name", required=False)
@click.option("--kind", type=click.Choice(list(map(str, DeviceKind))), required=True, help="The kind of device.")
@_NUMBER
@_SIP_USERNAME
@password_options
@pass_invocation
def add(invocation: Invocation, company: str, username: str, name: str | None, **given: Any) -> None:
    """Give a user a device. NAME defaults to the kind.

    A random password is made unless one is given. It is printed now, and never again.
    """
    name = name or given["kind"]
    password = crud.password(given.pop("password_file"), given.pop("ask_password"))

    def put(draft: Draft) -> None:
        nested.check_new(draft, username, "device", name)
        made = merged({"name": name}, {**given, "password": password})
        nested.put(draft, username, "device", {**nested.of_user(draft, username, "device"), name: made})

    crud.edit(invocation, company, f"device {name} of user {username} added", put)


@device.command(name="list", rule=PEOPLE)
@company_option
@click.option("--user", "username", metavar="USERNAME", help="Only devices of this user.")
@pass_invocation
def list_(invocation: Invocation, company: str, username: str | None) -> None:
    """List devices."""
    nested.list_all(invocation, company, username, "device", _COLUMNS)


@device.command(rule=PEOPLE)
@company_option
@user_option
@_NAME
@pass_invocation
def show(invocation: Invocation, company: str, username: str, name: str) -> None:
    """Show a device. Its password can't be shown; replace it with fsplug device set --new-password."""
    with crud.reading(invocation, company) as draft:
        found = nested.one(draft, username, "device", name)
    crud.print_one(invocation, {"user": username, **found})


@device.command(name="set", rule=PEOPLE)
@company_option
@user_option
@_NAME
@_NUMBER
@_SIP_USERNAME
@password_options
@click.option("--new-password", is_flag=True, help="Make a new random password, and print it once.")
@pass_invocation
def set_(invocation: Invocation, company: str, username: str, name: str, new_password: bool, **given: Any) -> None:
    """Change a device. A phone that is signed in stays signed in until it registers again."""
    password = _password(given.pop("password_file"), given.pop("ask_password"), new_password)
    made = password if new_password else None
    crud.check_given({**given, "password": password})

    def put(draft: Draft) -> None:
        before = nested.one(draft, username, "device", name)
        after = merged(before, {**given, "password": password})
        nested.put(draft, username, "device", {**nested.of_user(draft, username, "device"), name: after})

    crud.edit(invocation, company, f"device {name} of user {username} changed", put, made)


@device.command(rule=PEOPLE)
@company_option
@user_option
@_NAME
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, username: str, name: str, yes: bool) -> None:
    """Take a device from a user."""
    nested.remove(invocation, company, username, "device", name, yes)


def _password(password_file: str | None, ask_password: bool, at_random: bool) -> str | None:
    given = crud.password(password_file, ask_password)
    if at_random and given is not None:
        raise click.UsageError("--new-password makes a password: give no other password with it")
    return new_password() if at_random else given
