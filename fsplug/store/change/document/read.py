"""The operator's document (TOML, parsed) brought to rows: checked as a whole, every error said at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid
from fsplug.store.change import checks, entry_rows
from fsplug.store.change.document.fields import COMPANY, DOCUMENT
from fsplug.store.change.document.intake import Intake
from fsplug.store.change.document.reader import Reader
from fsplug.store.change.entry_rows import OWNED, Rows
from fsplug.store.config import companies, numbers
from fsplug.store.db.database import Row

DEFAULT_LANGUAGE = "en"


def read(document: Mapping[str, Any], folder: Path = Path()) -> dict[str, Rows]:
    """The rows of each company by domain; Invalid("invalid-document") lists every error, with its place and remedy.

    Passwords that the document keeps in files are read from `folder`.
    """
    reader = Reader(folder)
    found: dict[str, Rows] = {}
    for given in reader.table("the document", document, DOCUMENT).get("company") or []:
        values = reader.table("company", given, COMPANY)
        domain: str = values.get("domain") or ""
        if domain and domain in found:
            reader.error(f"company {domain}", "the domain occurs twice; put all of the company in one [[company]]")
        found[domain] = _rows(reader, domain, values)
    _check_shared_numbers(reader, found)
    if reader.errors:
        raise invalid(reader.errors)
    return found


def detail(reader: Reader, where: str, values: Mapping[str, Any]) -> companies.DetailRow:
    """The company's own columns. Its language is the first of its languages, unless it says otherwise."""
    given = values.get("language")
    languages = list(dict.fromkeys(values.get("languages") or [given or DEFAULT_LANGUAGE]))
    if given is not None and given not in languages:
        reader.error(where, f"languages: {given} is missing, which is its language; add it")
    named = {**values, "language": given or languages[0], "languages": " ".join(languages)}
    return companies.DetailRow(*(named.get(column) for column in companies.DETAIL.values))


def check(reader: Reader, domain: str, rows: Rows) -> None:
    """Tell the reader what is wrong between the entries of a company."""
    for entry, text in checks.troubles(rows):
        reader.error(f"company {domain or '?'}, {entry}", text)


def invalid(errors: list[str]) -> Invalid:
    """One error that says them all."""
    count = f"{len(errors)} error{'s' if len(errors) > 1 else ''} in the document"
    return Invalid("invalid-document", "\n  ".join((f"{count}, nothing was changed:", *errors)), errors=errors)


def _rows(reader: Reader, domain: str, values: Mapping[str, Any]) -> Rows:
    rows = entry_rows.empty()
    intake = Intake(reader, domain, values.get("country"), rows)
    rows[companies.DETAIL][companies.DetailKey()] = detail(reader, intake.where, values)
    for kind in OWNED:
        for given in values.get(kind) or []:
            intake.take(kind, given)
    check(reader, domain, rows)
    return rows


def _check_shared_numbers(reader: Reader, found: Mapping[str, Rows]) -> None:
    owners: dict[Row, str] = {}
    for domain, rows in found.items():
        for key in rows[numbers.NUMBER]:
            if key in owners:
                text = f"{owners[key]} has it too; a number leads to one company"
                reader.error(f"company {domain}, number {key[0]}", text)
            owners[key] = domain
