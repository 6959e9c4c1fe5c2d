"""Licences and rights, which users hold by name: one set of commands serves both."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.granting import grant_option
from fsplug.cli.kernel.options import company_option, yes_option
from fsplug.cli.kernel.rules import GRANTS, PEOPLE
from fsplug.store.change.draft import Draft
from fsplug.store.config import nouns
from fsplug.store.config.grants import LICENCE, RIGHT

# Where a user's grants are, by the field of the user's entry that lists them.
_GRANTS: Mapping[str, tuple[nouns.Noun, str]] = {"licences": (LICENCE, "licence"), "rights": (RIGHT, "right_name")}
_SHOWN = "First you see the address, phones and numbers that it will reach, and who set them; confirm, or give --yes."
_USERS = click.argument("usernames", metavar="USERNAME...", nargs=-1, required=True)


def commands(noun: str, field: str, choices: type[StrEnum], about: str) -> click.Group:
    """The commands that give and take `choices`, which are listed under `field` in a user's entry."""
    named = click.argument("name", metavar=noun.upper(), type=click.Choice(list(map(str, choices))))
    group = NounGroup(noun, help=about)

    @group.command(rule=GRANTS, help=f"Give users a {noun}. Either every user gets it or none does. {_SHOWN}")
    @company_option
    @named
    @_USERS
    @grant_option
    @pass_invocation
    def add(invocation: Invocation, company: str, name: str, usernames: tuple[str, ...], yes: bool) -> None:
        done = f"{noun} {name} given to {', '.join(usernames)}"
        crud.edit(invocation, company, done, lambda draft: _give(draft, field, name, usernames), yes=yes)

    @group.command(name="list", rule=PEOPLE, help=f"List who holds which {noun}.")
    @company_option
    @click.option("--user", "username", metavar="USERNAME", help=f"Only {field} of this user.")
    @pass_invocation
    def list_(invocation: Invocation, company: str, username: str | None) -> None:
        with crud.reading(invocation, company) as draft:
            users = draft.entries("user") if username is None else {username: draft.entry("user", username)}
            found = [{"user": user, noun: name} for user, entry in users.items() for name in entry.get(field, [])]
        crud.print_list(invocation, found, ("user", noun), f"no user here holds a {noun}")

    @group.command(rule=PEOPLE, help=f"Show who holds a {noun}.")
    @company_option
    @named
    @pass_invocation
    def show(invocation: Invocation, company: str, name: str) -> None:
        with crud.reading(invocation, company) as draft:
            found: dict[str, Any] = {noun: name, "users": _holders(draft, field, name)}
        crud.print_one(invocation, found)

    @group.command(name="set", rule=GRANTS, help=f"Give a {noun} to these users and take it from all others. {_SHOWN}")
    @company_option
    @named
    @_USERS
    @yes_option
    @pass_invocation
    def set_(invocation: Invocation, company: str, name: str, usernames: tuple[str, ...], yes: bool) -> None:
        with crud.reading(invocation, company) as draft:
            losing = [user for user in _holders(draft, field, name) if user not in usernames]
        if losing:
            crud.confirm(invocation, f"{noun} {name} from {', '.join(losing)}", yes)

        def put(draft: Draft) -> None:
            _take(draft, field, name, [user for user in _holders(draft, field, name) if user not in usernames])
            _give(draft, field, name, usernames)

        crud.edit(invocation, company, f"{noun} {name} held by {', '.join(usernames)}", put, yes=yes)

    @group.command(rule=GRANTS, help=f"Take a {noun} from users.")
    @company_option
    @named
    @_USERS
    @yes_option
    @pass_invocation
    def remove(invocation: Invocation, company: str, name: str, usernames: tuple[str, ...], yes: bool) -> None:
        crud.confirm(invocation, f"{noun} {name} from {', '.join(usernames)}", yes)
        done = f"{noun} {name} taken from {', '.join(usernames)}"
        crud.edit(invocation, company, done, lambda draft: _take(draft, field, name, usernames))

    return group


def _held(draft: Draft, field: str, username: str) -> list[str]:
    return list(draft.entry("user", username).get(field, []))


def _holders(draft: Draft, field: str, name: str) -> list[str]:
    noun, column = _GRANTS[field]
    usernames = draft.naming(noun, column, name)
    draft.read("user", usernames)
    return usernames


def _give(draft: Draft, field: str, name: str, usernames: Collection[str]) -> None:
    draft.read("user", usernames)
    for username in dict.fromkeys(usernames):
        held = _held(draft, field, username)
        if name not in held:
            draft.put("user", {**draft.entry("user", username), field: [*held, name]}, username)


def _take(draft: Draft, field: str, name: str, usernames: Collection[str]) -> None:
    draft.read("user", usernames)
    for username in dict.fromkeys(usernames):
        left = [one for one in _held(draft, field, username) if one != name]
        draft.put("user", {**draft.entry("user", username), field: left}, username)
