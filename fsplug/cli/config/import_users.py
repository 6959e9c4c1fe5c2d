"""`fsplug import`: users from a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from fsplug.cli.kernel import crud, documents
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.document_file import DocumentFile
from fsplug.cli.kernel.granting import grant_option
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.output import counted, safe
from fsplug.cli.kernel.rules import PEOPLE
from fsplug.cli.kernel.waiting import facts_of, lines_of, lines_of_held
from fsplug.errors import Invalid
from fsplug.store.change.draft import Draft

_TEXTS = ("username", "extension", "name", "email", "department", "role", "fixed_number")
_LISTS = ("mobile_numbers", "licences", "rights")
COLUMNS = (*_TEXTS, "record", *_LISTS)
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_ENOUGH_ERRORS = 100


@dataclass(frozen=True, slots=True)
class _Line:
    """One user of the file; `number` is the line the user's row ends on, as an editor counts lines."""

    number: int
    cells: Mapping[str, str]

    @property
    def username(self) -> str:
        return self.cells["username"]


@click.group(cls=NounGroup, name="import")
def import_() -> None:
    """Import data from other programs."""


@import_.command(rule=PEOPLE)
@click.argument("file", metavar="FILE.csv", type=DocumentFile())
@company_option
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@grant_option
@pass_invocation
def users(invocation: Invocation, file: str, company: str, dry_run: bool, yes: bool) -> None:
    """Add the users in FILE.csv (-: standard input) and change those that exist already; nobody is removed.

    The first line names the columns: username, and any of extension (a new user needs it), name, email, department,
    record (yes or no), role (none, my-console, superuser), fixed_number, mobile_numbers, licences, rights. The last
    three hold several values separated by spaces, so numbers in them are written without spaces. Columns are
    separated by commas or semicolons; the text is UTF-8. An empty cell clears the value; a missing column keeps it.

    Before somebody who is there already gets a right, a licence or a role, you see what that will reach; confirm it, or
    give --yes.

    If any line is wrong, nothing is imported, and every wrong line is reported with its remedy.
    """
    lines = _lines(invocation, file)
    made, granting = crud.confirmed(
        invocation, company, lambda draft: _take_all(draft, file, company, lines), yes, dry_run
    )
    plan, versions = made.plan, {company: made.version} if made.changed and not dry_run else {}
    facts: dict[str, Any] = {"company": company, "dry_run": dry_run, "users": len(lines), "changes": len(plan.changes)}
    facts |= {"reaches": granting.facts()} if granting.found else {}
    summary = f"{len(lines)} users, {len(plan.changes)} changes"
    facts |= {"waiting": [facts_of(one) for one in made.waiting]} if made.waiting else {}
    waits = lines_of_held(made.held) if dry_run else lines_of(made.waiting)
    said = f"{summary}; nothing was changed (--dry-run)" if dry_run else summary
    invocation.print({**facts, "versions": versions}, said, *waits)


def _take_all(draft: Draft, file: str, company: str, lines: list[_Line]) -> None:
    draft.read("user", [line.username for line in lines])
    errors = [*_unnamed(lines), *(error for line in counted(lines, "users") for error in _take(draft, line))]
    errors += _placed(company, lines, draft.errors())
    if errors:
        raise _invalid(file, errors)


def _lines(invocation: Invocation, file: str) -> list[_Line]:
    try:
        text = documents.content(file, invocation).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = f"{file} can't be read as UTF-8: {error}; save it as CSV UTF-8"
        raise Invalid("unreadable-file", text, file=file) from error
    separator = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        text = f"line {reader.line_num}: not CSV: {error}"
        raise Invalid("bad-csv", f"{file}, {text}; close the quotes", file=file) from error
    _, columns = rows[0] if rows else (0, [])
    columns = [column.strip() for column in columns]
    _check_columns(file, columns)
    return list(_cells(file, columns, rows[1:]))


def _check_columns(file: str, columns: list[str]) -> None:
    # What has no such column may be any file at all, of which nothing must be repeated.
    shown = columns if "username" in columns else []
    unknown = [column for column in shown if column not in COLUMNS]
    twice = [column for column in dict.fromkeys(shown) if columns.count(column) > 1]
    if unknown or twice or not shown:
        wrong = ", ".join(map(repr, (*unknown, *twice))) or "username is missing"
        text = f"{file}, line 1: wrong columns ({wrong}); use username and any of {', '.join(COLUMNS[1:])}"
        raise Invalid("bad-columns", text, file=file, columns=shown)


def _cells(file: str, columns: list[str], rows: list[tuple[int, list[str]]]) -> Iterator[_Line]:
    uneven = [
        f"line {number}: {len(row)} cells for {len(columns)} columns; add what is missing or quote separators"
        for number, row in rows
        if len(row) != len(columns)
    ]
    if uneven:
        raise _invalid(file, uneven)
    for number, row in rows:
        yield _Line(number, dict(zip(columns, map(str.strip, row), strict=True)))


def _unnamed(lines: list[_Line]) -> Iterator[str]:
    """The errors of lines that name no user, or a user named by an earlier line."""
    first: dict[str, int] = {}
    for line in lines:
        if not line.username:
            yield f"line {line.number}: username is empty; fill it in"
        elif first.setdefault(line.username, line.number) != line.number:
            yield f"line {line.number}, user {line.username}: already on line {first[line.username]}; keep one"


def _take(draft: Draft, line: _Line) -> Iterator[str]:
    """Put the line into the draft; the errors of the line itself."""
    if not line.username:
        return
    where = f"line {line.number}, user {line.username}"
    record = line.cells.get("record", "")
    if record and record.lower() not in _YES_NO:
        yield f"{where}: record: {record!r} won't do; write yes or no"
        return
    is_known = draft.has("user", line.username)
    before = draft.entry("user", line.username) if is_known else {}
    draft.put("user", crud.merged(before, _table(line)), line.username if is_known else None)


def _table(line: _Line) -> dict[str, Any]:
    table: dict[str, Any] = {name: line.cells[name] for name in _TEXTS if name in line.cells}
    table |= {name: tuple(line.cells[name].split()) or ("",) for name in _LISTS if name in line.cells}
    if "record" in line.cells:
        table["record"] = _YES_NO.get(line.cells["record"].lower(), False)
    return table


def _placed(company: str, lines: list[_Line], errors: list[str]) -> list[str]:
    """The errors with the line of the user they are about."""
    numbers = {line.username: line.number for line in lines}
    said = []
    for error in errors:
        place, _, text = error.removeprefix(f"company {company}, ").partition(": ")
        user, _, inside = place.removeprefix("user ").partition(", ")
        known = place.startswith("user ") and user in numbers
        detail = f", {inside}" if inside else ""
        said.append(f"line {numbers[user]}, user {user}{detail}: {text}" if known else error)
    return said


def _invalid(file: str, errors: list[str]) -> Invalid:
    shown = [safe(error) for error in errors[:_ENOUGH_ERRORS]]
    more = [f"and {len(errors) - len(shown)} more"] if len(errors) > len(shown) else []
    count = f"{len(errors)} error{'s' if len(errors) > 1 else ''} in {file}, nothing was changed:"
    return Invalid("invalid-file", "\n  ".join((count, *shown, *more)), file=file, errors=errors)
