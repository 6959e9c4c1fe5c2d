"""`fsplug import`: users from a spreadsheet or another telephone system."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from fsplug.cli.kernel import crud, documents
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.document_file import STDIN, DocumentFile
from fsplug.cli.kernel.granting import grant_option
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.output import safe
from fsplug.cli.kernel.rules import PEOPLE
from fsplug.cli.kernel.waiting import facts_of, lines_of, lines_of_held
from fsplug.errors import Invalid
from fsplug.store.change.draft import Draft
from fsplug.store.change.sheets import headings, reading
from fsplug.store.change.sheets.headings import Columns, ColumnTrouble, Field
from fsplug.store.change.sheets.reading import Sheet
from fsplug.store.change.sheets.users import InvalidSheet, Taken, UserChange, take

_ENOUGH_ERRORS = 100
_ENOUGH_CHANGES = 100


@click.group(cls=NounGroup, name="import")
def import_() -> None:
    """Import users from a spreadsheet or another system."""


@import_.command(rule=PEOPLE)
@click.argument("file", metavar="FILE", type=DocumentFile())
@company_option
@click.option(
    "--map",
    "corrections",
    multiple=True,
    metavar="HEADING=FIELD",
    help="What a column holds, if its heading does not say so; HEADING= leaves it out. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would change, for whom.")
@grant_option
@pass_invocation
def users(
    invocation: Invocation, file: str, company: str, corrections: tuple[str, ...], dry_run: bool, yes: bool
) -> None:
    """Add the users in FILE (-: standard input) and change those that exist already; nobody is removed.

    FILE is CSV as spreadsheets and other telephone systems write it, in whatever encoding and with whatever separator,
    or an Excel workbook (.xlsx), of which the first sheet counts. The first line names the columns in English, Danish
    or Swedish, or as FusionPBX and Yeastar export extensions: username or extension, and any of name (or first_name
    and last_name), email, department, record (yes or no), role (none, my-console, superuser), fixed_number,
    mobile_numbers, licences, rights, enabled (no: left out). Without usernames, an extension names the user.
    Mobile numbers, licences and rights may be several, separated by commas or semicolons. An empty cell clears the
    value; a missing column keeps it.

    --dry-run shows how each column is read, and what changes for each user. Correct a column with --map.

    Before somebody who is there already gets a right, a licence or a role, you see what that will reach; confirm it, or
    give --yes.

    If anything is wrong, nothing is imported, and every fault of every line is reported with its remedy.
    """
    sheet, columns = _read(invocation, file, corrections)
    found: list[Taken] = []

    def change(draft: Draft) -> None:
        found[:] = [take(draft, sheet, columns)]

    try:
        made, granting = crud.confirmed(invocation, company, change, yes, dry_run)
    except InvalidSheet as error:
        raise _invalid(file, error) from error
    [taken] = found
    versions = {company: made.version} if made.changed and not dry_run else {}
    facts: dict[str, Any] = {"company": company, "dry_run": dry_run, "users": taken.users}
    facts |= {"changes": len(made.plan.changes), "left_out": taken.left_out}
    facts |= {"columns": _columns_named(columns), "changed": [asdict(one) for one in taken.changes]} if dry_run else {}
    facts |= {"reaches": granting.facts()} if granting.found else {}
    facts |= {"waiting": [facts_of(one) for one in made.waiting]} if made.waiting else {}
    waits = lines_of_held(made.held) if dry_run else lines_of(made.waiting)
    shown = [*_said_of_columns(columns), *_said_of_changes(taken.changes)] if dry_run else []
    invocation.print({**facts, "versions": versions}, *shown, _summary(taken, dry_run), *waits)


def _summary(taken: Taken, dry_run: bool) -> str:
    new = sum(one.is_new for one in taken.changes)
    users = "1 user" if taken.users == 1 else f"{taken.users} users"
    parts = [f"{users}: {new} added, {len(taken.changes) - new} changed"]
    parts += [f"{taken.left_out} left out, who are not enabled"] if taken.left_out else []
    parts += ["nothing was changed (--dry-run)"] if dry_run else []
    return "; ".join(parts)


def _read(invocation: Invocation, file: str, corrections: Sequence[str]) -> tuple[Sheet, Columns]:
    data = documents.content(file, invocation)
    try:
        sheet = reading.read(data)
        columns = headings.guessed(sheet.headings)
        # What has no such column may be any file at all, of which nothing must be repeated: with --as, a correction
        # does not make it a table of users.
        if not columns.recognised and invocation.actor is not None and file != STDIN:
            raise Invalid("bad-columns", f"line 1 names no column of users; use {', '.join(Field)}")
        columns = headings.corrected(columns, dict(map(_correction, corrections)))
        _check(columns, {heading for heading, _ in map(_correction, corrections)})
    except Invalid as error:
        raise Invalid(error.code, f"{file}: {error.text}", **{"file": file, **error.facts}) from error
    return sheet, columns


def _correction(text: str) -> tuple[str, str]:
    heading, equals, field = text.rpartition("=")
    if not equals:
        raise Invalid("bad-map", f"--map {text[:60]!r} is not valid; write HEADING=FIELD, or HEADING= to leave it out")
    return heading, field


def _check(columns: Columns, corrected: set[str]) -> None:
    said = [_said_of(trouble) for trouble in columns.troubles()]
    # The export of a system has many columns that are no concern of fsplug's.
    known = columns.recognised and columns.system is None
    said += [_said_of_unknown(heading) for heading in columns.left_out() if known and heading not in corrected]
    if said:
        text = f"line 1: wrong columns ({'; '.join(said)})"
        raise Invalid("bad-columns", text, columns=list(columns.headings) if columns.recognised else [])


def _said_of(trouble: ColumnTrouble) -> str:
    if trouble.code == "column-missing":
        return f"there is neither a username nor an extension; say which column it is: --map HEADING={trouble.field}"
    return f"two columns hold {trouble.field}; take one out, or leave it out: --map HEADING="


def _said_of_unknown(heading: str) -> str:
    close = headings.close_to(heading)
    meant = f" (did you mean {close}?)" if close else ""
    return f"{heading[:60]!r} is not known{meant}, say what it holds, or leave it out: --map {heading[:60]!r}="


def _columns_named(columns: Columns) -> list[dict[str, str | None]]:
    pairs = zip(columns.headings, columns.fields, strict=True)
    return [{"heading": heading, "field": str(field) if field else None} for heading, field in pairs]


def _said_of_columns(columns: Columns) -> Iterator[str]:
    if columns.system:
        yield f"reads as an export of {columns.system}"
    for heading, field in zip(columns.headings, columns.fields, strict=True):
        yield safe(f"column {heading or '(no heading)'}: {field or 'left out'}")


def _said_of_changes(changes: Sequence[UserChange]) -> Iterator[str]:
    for one in changes[:_ENOUGH_CHANGES]:
        fields = ", ".join(f"{field.field}: {field.before or '-'} -> {field.after or '-'}" for field in one.fields)
        yield safe(f"user {one.username} ({one.called}){' is new' if one.is_new else ''}: {fields}")
    if len(changes) > _ENOUGH_CHANGES:
        yield f"and {len(changes) - _ENOUGH_CHANGES} more; --json lists all"


def _invalid(file: str, error: InvalidSheet) -> Invalid:
    errors = list(map(str, error.faults))
    shown = [safe(one) for one in errors[:_ENOUGH_ERRORS]]
    more = [f"and {len(errors) - len(shown)} more"] if len(errors) > len(shown) else []
    count = f"{len(errors)} error{'s' if len(errors) > 1 else ''} in {file}, nothing was changed:"
    return Invalid("invalid-file", "\n  ".join((count, *shown, *more)), file=file, errors=errors)
