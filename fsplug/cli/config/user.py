"""`fsplug user`: the people of a company."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.granting import grant_option
from fsplug.cli.kernel.options import company_option, yes_option
from fsplug.cli.kernel.rules import PEOPLE
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.change.draft import Draft
from fsplug.store.change.edit_entry import leave_groups
from fsplug.store.change.merging import merged
from fsplug.store.config import user_list

_USERNAME = click.argument("username")
_COLUMNS = ("username", "extension", "name", "department", "record", "role", "fixed_number", "licences", "rights")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--mobile-number", "mobile_numbers", multiple=True, help="Mobile number; may be repeated."),
        click.option("--fixed-number", help="Fixed number, in any spelling."),
        click.option(
            "--admin-department",
            "admin_departments",
            metavar="NAME",
            multiple=True,
            help="A department a sub-admin administers; may be repeated.",
        ),
        click.option(
            "--admin",
            type=click.Choice(list(map(str, AdminScope))),
            help="What the user administers: nothing, departments or the company.",
        ),
        click.option("--role", type=click.Choice(list(map(str, Role))), help="What the user may do in the console."),
        click.option("--record/--no-record", default=None, help="Whether the user may be recorded at all."),
        click.option("--department", metavar="NAME", type=LINE, help="The department; '' for none."),
        click.option(
            "--email", metavar="ADDRESS", type=LINE, help="The user's e-mail address; a console role requires one."
        ),
        click.option("--name", metavar="TEXT", type=LINE, help="The user's name."),
    ):
        command = option(command)
    return command


@click.group(cls=NounGroup)
def user() -> None:
    """Users: their extensions and numbers, whether they are recorded, and what they may do."""


@user.command(rule=PEOPLE)
@company_option
@_USERNAME
@click.option("--extension", required=True, help="The number that colleagues dial.")
@_options
@pass_invocation
def add(invocation: Invocation, company: str, username: str, **given: Any) -> None:
    """Add a user. Devices, profiles, licences and rights are added afterwards with their own commands."""
    crud.add(invocation, company, "user", username, {"username": username, **given})


@user.command(name="list", rule=PEOPLE)
@company_option
@click.option("--department", metavar="NAME", help="Only users of this department.")
@click.option("--find", metavar="TEXT", help="Part of the name, the beginning of the extension, or part of the number.")
@pass_invocation
def list_(invocation: Invocation, company: str, department: str | None, find: str | None) -> None:
    """List the users. --find finds names without regard to case and accents, as the console does."""
    found: frozenset[str] | None = None
    if find is not None:
        with invocation.store() as store:
            found = user_list.called(store, company, find)

    def wanted(one: Mapping[str, Any]) -> bool:
        is_found = found is None or one["username"] in found
        return is_found and (department is None or one.get("department") == department)

    crud.list_all(invocation, company, "user", _COLUMNS, wanted)


@user.command(rule=PEOPLE)
@company_option
@_USERNAME
@pass_invocation
def show(invocation: Invocation, company: str, username: str) -> None:
    """Show a user, with devices, profiles, licences and rights."""
    crud.show(invocation, company, "user", username)


@user.command(name="set", rule=PEOPLE)
@company_option
@_USERNAME
@click.option("--extension", help="The number that colleagues dial.")
@_options
@click.option(
    "--same-person", is_flag=True, help="The person is the same, although the name and address are different."
)
@grant_option
@pass_invocation
def set_(invocation: Invocation, company: str, username: str, same_person: bool, yes: bool, **given: Any) -> None:
    """Change a user. Options that are not given keep their values; '' clears a value.

    Before a role or an admin's scope is given, you see the address, phones and numbers that it will reach, who
    set them and when; confirm, or give --yes.

    A user who leaves is removed: whoever is added under that username later hears none of the earlier calls.
    """
    if given["admin"] not in (None, AdminScope.SUB_ADMIN) and not given["admin_departments"]:
        given["admin_departments"] = ("",)

    def put(draft: Draft) -> None:
        if same_person:
            draft.keep_person(username)
        draft.put("user", merged(draft.entry("user", username), given), username)

    crud.check_given(given)
    crud.edit(invocation, company, f"user {username} changed", put, yes=yes)


@user.command(rule=PEOPLE)
@company_option
@_USERNAME
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, username: str, yes: bool) -> None:
    """Remove a user, also from ring groups. Numbers that lead to the user must first be led elsewhere."""
    with crud.reading(invocation, company) as draft:
        draft.entry("user", username)
    crud.confirm(invocation, f"user {username} of {company} with devices, profiles, licences and rights", yes)

    def take(draft: Draft) -> None:
        draft.entry("user", username)
        draft.remove("user", username)
        leave_groups(draft, username)

    crud.edit(invocation, company, f"user {username} removed", take)
