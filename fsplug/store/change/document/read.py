"""The operator's document (TOML, parsed) brought to rows: checked as a whole, every error said at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fsplug.store.change import checks, entry_rows
from fsplug.store.change.document.intake import Intake
from fsplug.store.change.document.models import Company, Document
from fsplug.store.change.document.reader import Reader, invalid
from fsplug.store.change.document.tables import label, table
from fsplug.store.change.entry_rows import OWNED, Rows
from fsplug.store.config import companies, numbers
from fsplug.store.config.nouns import Row
from fsplug.store.config.ranges import RANGE

DEFAULT_LANGUAGE = "en"


def read(document: object, folder: Path | None = None) -> dict[str, Rows]:
    """The rows of each company by domain; Invalid("invalid-document") lists every error, with its place and remedy.

    There are none of `RANGE` where the document says nothing of ranges, which stay as they are.

    Passwords that the document keeps in files are read from `folder`; without one no file is read.
    """
    reader = Reader(folder)
    found: dict[str, Rows] = {}
    whole = table(reader, "the document", document, Document)
    for position, given in enumerate((whole and whole.company) or (), 1):
        _take_company(reader, position, given, found)
    _check_shared_numbers(reader, found)
    if reader.errors:
        raise invalid(reader.errors)
    return found


def take(reader: Reader, domain: str, country: str, kind: str, given: object, rows: Rows) -> None:
    """Turn one entry of the table `kind` into rows of a company; the reader collects its errors."""
    Intake(reader, domain, country, rows).take(kind, given)


def detail(reader: Reader, domain: str, given: Mapping[str, Any]) -> Row:
    """The row of the company's own columns, from its [[company]]."""
    where = f"company {domain}"
    company = table(reader, where, {"domain": domain, **given}, Company)
    return _detail(reader, where, vars(company) if company is not None else {})


def _take_company(reader: Reader, position: int, given: object, found: dict[str, Rows]) -> None:
    named = given.get("domain") if isinstance(given, Mapping) else None
    name = label(named) if isinstance(named, str) else f"no. {position}"
    company = table(reader, f"company {name}", given, Company)
    if company is None:
        return
    if company.domain in found:
        reader.error(f"company {name}", "the domain occurs twice; put all of the company in one [[company]]")
    rows = entry_rows.empty()
    intake = Intake(reader, name, company.country, rows)
    rows[companies.DETAIL][companies.DETAIL.key_type()] = _detail(reader, intake.where, vars(company))
    for kind in OWNED:
        for one in getattr(company, kind) or ():
            intake.take(kind, one)
    for place, text in checks.troubles(rows):
        reader.error(f"{intake.where}, {place}", text)
    if company.range is None:
        del rows[RANGE]
    if company.domain:
        found[company.domain] = rows


def _detail(reader: Reader, where: str, values: Mapping[str, Any]) -> Row:
    """A company's language is the first of its languages, unless it says otherwise."""
    given = values.get("language")
    languages = list(dict.fromkeys(values.get("languages") or [given or DEFAULT_LANGUAGE]))
    first, *_ = languages
    if given is not None and given not in languages:
        reader.error(where, f"languages: {given} is missing, which is its language; add it")
    named = {**values, "language": given or first, "languages": " ".join(languages)}
    return companies.DETAIL.row({column: named.get(column) for column in companies.DETAIL.columns})


def _check_shared_numbers(reader: Reader, found: Mapping[str, Rows]) -> None:
    owners: dict[str, str] = {}
    for domain, rows in found.items():
        for row in rows[numbers.NUMBER].values():
            if row.number in owners:
                text = f"{owners[row.number]} has it too; a number leads to one company"
                reader.error(f"company {domain}, number {row.number}", text)
            owners[row.number] = domain
