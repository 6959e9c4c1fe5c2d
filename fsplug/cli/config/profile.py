"""`fsplug profile`: users' states, each with whether others may listen in during it."""

from typing import Any

import click

from fsplug.cli.kernel import crud, nested
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.options import company_option, user_option, yes_option
from fsplug.cli.kernel.rules import PEOPLE
from fsplug.store.change.draft import Draft
from fsplug.store.change.merging import merged

_NAME = click.argument("name", type=LINE)
_COLUMNS = ("name", "allow_listen", "active")
_ALLOW = click.option("--allow-listen/--no-allow-listen", default=None, help="Whether others may listen in.")
_ACTIVE = click.option("--active", is_flag=True, default=None, help="Make this the active profile.")


@click.group(cls=NounGroup)
def profile() -> None:
    """Profiles: a user's states, of which one is active. Each states whether listen-in is allowed."""


@profile.command(rule=PEOPLE)
@company_option
@user_option
@_NAME
@_ALLOW
@_ACTIVE
@pass_invocation
def add(invocation: Invocation, company: str, username: str, name: str, **given: Any) -> None:
    """Give a user a profile; the first one is active."""

    def put(draft: Draft) -> None:
        nested.check_new(draft, username, "profile", name)
        others = nested.of_user(draft, username, "profile")
        made = merged({"name": name}, {**given, "active": bool(given["active"]) or not others})
        nested.put(draft, username, "profile", _with(others, name, made))

    crud.edit(invocation, company, f"profile {name} of user {username} added", put)


@profile.command(name="list", rule=PEOPLE)
@company_option
@click.option("--user", "username", metavar="USERNAME", help="Only profiles of this user.")
@pass_invocation
def list_(invocation: Invocation, company: str, username: str | None) -> None:
    """List profiles."""
    nested.list_all(invocation, company, username, "profile", _COLUMNS)


@profile.command(rule=PEOPLE)
@company_option
@user_option
@_NAME
@pass_invocation
def show(invocation: Invocation, company: str, username: str, name: str) -> None:
    """Show a profile."""
    with crud.reading(invocation, company) as draft:
        found = nested.one(draft, username, "profile", name)
    crud.print_one(invocation, {"user": username, **found})


@profile.command(name="set", rule=PEOPLE)
@company_option
@user_option
@_NAME
@_ALLOW
@_ACTIVE
@pass_invocation
def set_(invocation: Invocation, company: str, username: str, name: str, **given: Any) -> None:
    """Change a profile, or make it active."""
    crud.check_given(given)

    def put(draft: Draft) -> None:
        made = merged(nested.one(draft, username, "profile", name), given)
        nested.put(draft, username, "profile", _with(nested.of_user(draft, username, "profile"), name, made))

    crud.edit(invocation, company, f"profile {name} of user {username} changed", put)


@profile.command(rule=PEOPLE)
@company_option
@user_option
@_NAME
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, username: str, name: str, yes: bool) -> None:
    """Remove a profile from a user. The active profile can be removed only if it is the user's last."""
    nested.remove(invocation, company, username, "profile", name, yes)


def _with(profiles: dict[str, nested.Table], name: str, made: nested.Table) -> dict[str, nested.Table]:
    """The profiles with this one added or replaced; if it is active, all others become inactive."""
    others = {other: {**one, "active": False} if made["active"] else one for other, one in profiles.items()}
    return {**others, name: made}
