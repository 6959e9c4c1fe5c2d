"""Devices and profiles: entries that belong to a user and have a name within that user."""

from collections.abc import Mapping
from typing import Any

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation
from fsplug.errors import Invalid
from fsplug.store.change.draft import Draft

Table = dict[str, Any]


def of_user(draft: Draft, username: str, kind: str) -> dict[str, Table]:
    """The user's devices or profiles by name."""
    found: list[Table] = draft.entry("user", username).get(kind, [])
    return {one["name"]: one for one in found}


def one(draft: Draft, username: str, kind: str, name: str) -> Table:
    """One device or profile; Invalid("unknown-...") if there is none of that name."""
    found = of_user(draft, username, kind)
    if name not in found:
        text = f"user {username} has no {kind} {name}; there are: {', '.join(found) or 'none yet'}"
        raise Invalid(f"unknown-{kind}", text, user=username, name=name)
    return found[name]


def check_new(draft: Draft, username: str, kind: str, name: str) -> None:
    """Invalid("...-exists") if the user has one of that name already."""
    if name in of_user(draft, username, kind):
        text = f"user {username} has a {kind} {name} already; change it with: fsplug {kind} set"
        raise Invalid(f"{kind}-exists", text, user=username, name=name)


def put(draft: Draft, username: str, kind: str, every: Mapping[str, Table]) -> None:
    """Make these the user's devices or profiles."""
    user = draft.entry("user", username)
    draft.put("user", {**user, kind: list(every.values())}, username)


def list_all(invocation: Invocation, company: str, username: str | None, kind: str, columns: tuple[str, ...]) -> None:
    """List the devices or profiles of one user, or of all users."""
    with crud.reading(invocation, company) as draft:
        users = draft.entries("user") if username is None else {username: draft.entry("user", username)}
        found = [{"user": name, **one} for name, user in users.items() for one in user.get(kind, [])]
    crud.print_list(invocation, found, ("user", *columns), f"{company} has no {kind} to list")


def remove(invocation: Invocation, company: str, username: str, kind: str, name: str, yes: bool) -> None:
    """Remove a device or profile, once the user has confirmed."""
    with crud.reading(invocation, company) as draft:
        one(draft, username, kind, name)
    crud.confirm(invocation, f"{kind} {name} of user {username}", yes)

    def take(draft: Draft) -> None:
        one(draft, username, kind, name)
        left = {other: table for other, table in of_user(draft, username, kind).items() if other != name}
        put(draft, username, kind, left)

    crud.edit(invocation, company, f"{kind} {name} of user {username} removed", take)
