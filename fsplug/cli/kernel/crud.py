"""What `add`, `list`, `show`, `set` and `remove` do with an entry of a company: a user, a group, a trunk ..."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from fsplug.cli.kernel import confirming
from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.granting import Granting, Unanswered
from fsplug.cli.kernel.output import cell, sheet, table
from fsplug.cli.kernel.waiting import facts_of, lines_of
from fsplug.errors import Invalid
from fsplug.policy.numbers import required
from fsplug.store.change import draft as drafts
from fsplug.store.change.draft import Draft
from fsplug.store.change.merging import merged
from fsplug.store.change.outcome import Outcome
from fsplug.store.config import companies
from fsplug.store.db.database import Store

Table = dict[str, Any]
# Longer than any password may be.
_MOST_PASSWORD = 4096


def edit(
    invocation: Invocation,
    company: str,
    done: str,
    change: Callable[[Draft], None],
    new_password: str | None = None,
    dry_run: bool = False,
    yes: bool = False,
) -> None:
    """Change the company by passing a draft to `change`; then print what was done and the resulting version.

    A password that was made, here or as `new_password`, is printed this once: nobody can read it later. What a grant
    reaches is shown, and with `yes` nobody is asked about it.
    """
    made, granting = confirmed(invocation, company, change, yes, dry_run)
    line = f"{done}; {company} has policy version {made.version}, from the next call on"
    if dry_run:
        line = "nothing is wrong with it; nothing was changed (--dry-run)"
    unchanged = f"nothing to change; {company} stays at policy version {made.version}"
    facts: Table = {"company": company, "changed": made.changed, "version": made.version}
    if dry_run:
        facts["dry_run"] = True
    if granting.found:
        facts["reaches"] = granting.facts()
    passwords = {one.column: one.password for one in made.plan.made} or (
        {"password": new_password} if new_password else {}
    )
    facts |= passwords
    facts |= {"waiting": [facts_of(one) for one in made.waiting]} if made.waiting else {}
    lines = [] if made.waiting and not made.changed else [cell(line if made.changed else unchanged)]
    lines += [f"its {name.replace('_', ' ')}, which is shown only now: {one}" for name, one in passwords.items()]
    invocation.print(facts, *lines, *lines_of(made.waiting))


def confirmed(
    invocation: Invocation, company: str, change: Callable[[Draft], None], yes: bool, dry_run: bool
) -> tuple[Outcome, Granting]:
    """The change, made once what its grants reach is confirmed; and what they reach."""
    granting = Granting(invocation, yes or dry_run)
    with invocation.store() as store:
        while True:
            try:
                made = drafts.edit(store, company, invocation.by, change, dry_run=dry_run, confirm=granting.confirm)
                break
            except Unanswered:
                granting.ask()
    if yes or dry_run:
        granting.show()
    return made, granting


@contextmanager
def reading(invocation: Invocation, company: str) -> Iterator[Draft]:
    """The company to look at."""
    with invocation.store() as store:
        yield Draft(store, company, departments=invocation.departments)


def add(
    invocation: Invocation, company: str, kind: str, name: str, given: Mapping[str, Any], yes: bool = False
) -> None:
    """Add an entry; Invalid("...-exists") when it exists already."""

    def put(draft: Draft) -> None:
        if draft.has(kind, name):
            remedy = f"change it with: fsplug {kind} set --company {company} {name}"
            text = f"{company} has a {kind} {name} already; {remedy}"
            raise Invalid(f"{kind}-exists", text, company=company, name=name)
        draft.put(kind, merged({}, given))

    edit(invocation, company, f"{kind} {name} added", put, yes=yes)


def change(
    invocation: Invocation, company: str, kind: str, name: str, given: Mapping[str, Any], yes: bool = False
) -> None:
    """Change the given fields of an entry."""
    check_given(given)

    def put(draft: Draft) -> None:
        draft.put(kind, merged(draft.entry(kind, name), given), name)

    edit(invocation, company, f"{kind} {name} changed", put, yes=yes)


def remove(invocation: Invocation, company: str, kind: str, name: str, yes: bool) -> None:
    """Remove an entry, once the user has confirmed."""
    with reading(invocation, company) as draft:
        draft.entry(kind, name)
    confirm(invocation, f"{kind} {name} of {company}", yes)

    def take(draft: Draft) -> None:
        draft.entry(kind, name)
        draft.remove(kind, name)

    edit(invocation, company, f"{kind} {name} removed", take)


def list_all(
    invocation: Invocation,
    company: str,
    kind: str,
    columns: Sequence[str],
    wanted: Callable[[Table], bool] | None = None,
) -> None:
    """List the entries of a kind."""
    with reading(invocation, company) as draft:
        found = list(draft.entries(kind).values())
    print_list(invocation, [one for one in found if wanted is None or wanted(one)], columns, f"{company} has no {kind}")


def show(invocation: Invocation, company: str, kind: str, name: str) -> None:
    """Show one entry."""
    with reading(invocation, company) as draft:
        found = draft.entry(kind, name)
    print_one(invocation, found)


def print_list(invocation: Invocation, found: Sequence[Table], columns: Sequence[str], none: str) -> None:
    """Print entries; for people, only these columns."""
    rows = [[in_words(one.get(column)) for column in columns] for one in found]
    invocation.print(found, *(table([one.replace("_", " ") for one in columns], rows) if rows else [cell(none)]))


def print_one(invocation: Invocation, found: Table) -> None:
    """Print one entry."""
    invocation.print(found, *sheet({name.replace("_", " "): in_words(value) for name, value in found.items()}))


def check_given(given: Mapping[str, Any]) -> None:
    """UsageError when no option names a change."""
    if all(value is None or value == () for value in given.values()):
        raise click.UsageError("name what to change; see --help")


def confirm(invocation: Invocation, what: str, yes: bool) -> None:
    """Return once the user has confirmed the removal; Invalid("removal-not-confirmed") when nobody can be asked."""
    confirming.confirm(invocation, f"remove {what}?", yes, f"removes {what}", "removal-not-confirmed", what=what)


def password(password_file: str | None, ask_password: bool) -> str | None:
    """The password from a file, standard input or a prompt; None when no option names one."""
    if password_file is not None and ask_password:
        raise click.UsageError("--password-file and --ask-password: choose one")
    if ask_password:
        asked: str = click.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    if password_file is None:
        return None
    try:
        with click.open_file(password_file, encoding="utf-8") as file:
            # A device never ends.
            text: str = file.read(_MOST_PASSWORD)
    except (OSError, UnicodeDecodeError) as error:
        # A decoding error would repeat what is in the file.
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        text = f"the password file {password_file} can't be read: {why}"
        raise Invalid("unreadable-file", text, file=password_file) from error
    return text.rstrip("\r\n")


def e164(store: Store, company: str, text: str) -> str:
    """The number in E.164; Invalid, with a `NumberTrouble` as its code, if the text is not a number."""
    return required(text, companies.get(store, company).country)


def in_e164(invocation: Invocation, company: str, *texts: str) -> list[str]:
    """Each number in E.164, as `e164`."""
    with invocation.store() as store:
        return [e164(store, company, text) for text in texts]


def in_words(value: Any) -> Any:
    """A value of an entry in one line."""
    if isinstance(value, list):
        return ", ".join(str(one["name"] if isinstance(one, dict) else one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {in_words(one)}" for name, one in value.items())
    return value
