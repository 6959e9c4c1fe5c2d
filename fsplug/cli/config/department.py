"""`fsplug department`: the departments of a company."""

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.options import company_option, yes_option
from fsplug.cli.kernel.rules import COMPANY_SETTINGS
from fsplug.store.change.draft import Draft
from fsplug.store.change.merging import merged
from fsplug.store.config.grants import ADMIN_DEPARTMENT
from fsplug.store.config.users import USER

_NAME = click.argument("name", type=LINE)


@click.group(cls=NounGroup)
def department() -> None:
    """Departments: users belong to them; recording policy and sub-admins are set for them."""


@department.command(rule=COMPANY_SETTINGS)
@company_option
@_NAME
@pass_invocation
def add(invocation: Invocation, company: str, name: str) -> None:
    """Add a department."""
    crud.add(invocation, company, "department", name, {"name": name})


@department.command(name="list", rule=COMPANY_SETTINGS)
@company_option
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the departments."""
    crud.list_all(invocation, company, "department", ("name",))


@department.command(rule=COMPANY_SETTINGS)
@company_option
@_NAME
@pass_invocation
def show(invocation: Invocation, company: str, name: str) -> None:
    """Show a department and who belongs to it."""
    with crud.reading(invocation, company) as draft:
        found = draft.entry("department", name)
        users = draft.naming(USER, "department", name)
    crud.print_one(invocation, {**found, "users": users})


@department.command(name="set", rule=COMPANY_SETTINGS)
@company_option
@_NAME
@click.option("--name", "new_name", metavar="TEXT", type=LINE, required=True, help="The department's new name.")
@pass_invocation
def set_(invocation: Invocation, company: str, name: str, new_name: str) -> None:
    """Rename a department. It keeps its users, policy and administrators."""

    def rename(draft: Draft) -> None:
        draft.put("department", {**draft.entry("department", name), "name": new_name}, name)
        _rename(draft, name, new_name)

    # Who administered it goes on administering it: nobody is granted anything.
    crud.edit(invocation, company, f"department {name} renamed to {new_name}", rename, yes=True)


@department.command(rule=COMPANY_SETTINGS)
@company_option
@_NAME
@yes_option
@pass_invocation
def remove(invocation: Invocation, company: str, name: str, yes: bool) -> None:
    """Remove a department that nobody belongs to, and its policy."""
    with crud.reading(invocation, company) as draft:
        draft.entry("department", name)
    crud.confirm(invocation, f"department {name} of {company} and its policy", yes)

    def take(draft: Draft) -> None:
        draft.entry("department", name)
        draft.remove("department", name)
        draft.remove("policy", name)

    crud.edit(invocation, company, f"department {name} removed", take)


def _rename(draft: Draft, name: str, new_name: str) -> None:
    if draft.has("policy", name):
        draft.put("policy", {**draft.entry("policy", name), "department": new_name}, name)
    usernames = sorted({*draft.naming(USER, "department", name), *draft.naming(ADMIN_DEPARTMENT, "department", name)})
    draft.read("user", usernames)
    for username in usernames:
        user = draft.entry("user", username)
        own = new_name if user.get("department") == name else user.get("department")
        renamed = [new_name if one == name else one for one in user.get("admin_departments", [])]
        given = {"department": own, "admin_departments": tuple(renamed)}
        draft.put("user", merged(user, given), username)
