"""Users from a table: put into a draft of their company, with every fault of every row found at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.store.change.coded import Coded
from fsplug.store.change.draft import Draft, Table
from fsplug.store.change.merging import merged
from fsplug.store.change.sheets.cells import Cells, cells_of
from fsplug.store.change.sheets.headings import Columns, Field
from fsplug.store.change.sheets.reading import Sheet
from fsplug.store.config import users

_SHOWN = ("extension", "name", "email", "department", "record", "role", "fixed_number")
_SHOWN_LISTS = ("mobile_numbers", "licences", "rights")
# A text about a field begins with its name.
_ABOUT = re.compile(r"(fixed number|mobile number|[a-z_]+)(?=:| is missing)")
_FIELDS: Mapping[str, Field] = {
    **{str(field): field for field in Field},
    "fixed number": Field.FIXED_NUMBER,
    "mobile number": Field.MOBILE_NUMBERS,
    "sip_username": Field.USERNAME,
}
_FIELDS_OF_CODES = {"extension-taken": Field.EXTENSION, "another-person": Field.NAME}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one row.

    `line` is 0 where it is about another entry of the company. `field` and `heading` name the cell, if it is one. The
    text has the remedy in English; pages have theirs by its code and facts.
    """

    line: int
    username: str
    field: Field | None
    heading: str
    text: Coded

    def __str__(self) -> str:
        user = f", user {self.username}" if self.username else ""
        return str(self.text) if not self.line else f"line {self.line}{user}: {self.text}"


class InvalidSheet(Invalid):
    """Nothing can be imported, because of these faults; in the order of the rows."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("invalid-file", "; ".join(map(str, faults)), errors=[str(fault) for fault in faults])
        self.faults = faults


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field of a user becomes; "" for nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class UserChange:
    """What a row changes of a user; `called` is their name as it will be."""

    line: int
    username: str
    called: str
    is_new: bool
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a table changes, and how many users it has whom the other system has switched off, who are left out."""

    users: int
    changes: tuple[UserChange, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    username: str
    cells: Cells


def take(draft: Draft, sheet: Sheet, columns: Columns) -> Taken:
    """Put every user of the table into the draft; nobody is removed. An empty cell takes a value away, a column that
    is not there leaves it. InvalidSheet with all that is wrong.

    Refused if whoever changes the draft may not know of some user of the table, or change them so.
    """
    uneven = list(_uneven(sheet, columns))
    lines, left_out = _lines(draft, sheet, columns)
    named, unnamed = _named(lines)
    faults = [*uneven, *unnamed]
    before = dict(_put(draft, named))
    draft.check_asked()
    faults += (fault for line in named for fault in _of_cells(line, columns))
    faults += _of_draft(draft, named, columns)
    if faults:
        raise InvalidSheet(sorted(dict.fromkeys(faults), key=lambda fault: fault.line))
    every = (_change(line, before.get(line.username), draft) for line in named)
    return Taken(len(named), tuple(one for one in every if one.fields or one.is_new), left_out)


def _uneven(sheet: Sheet, columns: Columns) -> Iterator[Fault]:
    for row in sheet.rows:
        if len(row.cells) != len(columns.fields):
            cells, of = str(len(row.cells)), str(len(columns.fields))
            text = f"{cells} cells for {of} columns; add what is missing or quote separators"
            yield Fault(row.number, "", None, "", Coded("row-uneven", text, cells=cells, columns=of))


def _lines(draft: Draft, sheet: Sheet, columns: Columns) -> tuple[list[_Line], int]:
    country, departments = draft.country, draft.names("department")
    whole = [row for row in sheet.rows if len(row.cells) == len(columns.fields)]
    cells = [(row.number, cells_of(row.cells, columns, country, departments)) for row in whole]
    enabled = [(number, one) for number, one in cells if one.is_enabled()]
    known: dict[str, str] = {}
    if columns.of(Field.USERNAME) is None:
        extensions = {one.username for _, one in enabled}
        known = {row.extension: row.username for row in draft.rows(users.USER, "extension", *extensions)}
    lines = [_Line(number, known.get(one.username, one.username), one) for number, one in enabled]
    return lines, len(cells) - len(enabled)


def _named(lines: Iterable[_Line]) -> tuple[list[_Line], list[Fault]]:
    """The first line of each user, and the faults of lines that name nobody, or somebody of an earlier line."""
    named: dict[str, _Line] = {}
    faults: list[Fault] = []
    for line in lines:
        if not line.username:
            text = Coded("no-username", "username is empty; fill it in")
            faults.append(Fault(line.number, "", Field.USERNAME, "", text))
        elif named.setdefault(line.username, line) is not line:
            first = str(named[line.username].number)
            text = Coded("twice-in-file", f"already on line {first}; keep one", first=first)
            faults.append(Fault(line.number, line.username, Field.USERNAME, "", text))
    return list(named.values()), faults


def _put(draft: Draft, lines: Sequence[_Line]) -> Iterator[tuple[str, Table]]:
    """Put the lines into the draft; the entry before of each user who is there already."""
    draft.read("user", [line.username for line in lines])
    for line in lines:
        is_known = draft.has("user", line.username)
        before = draft.entry("user", line.username) if is_known else {}
        draft.put("user", merged(before, _entry(line)), line.username if is_known else None)
        if is_known:
            yield line.username, before


def _entry(line: _Line) -> Table:
    return {**line.cells.table(), "username": line.username}


def _of_cells(line: _Line, columns: Columns) -> Iterator[Fault]:
    for field, text in line.cells.troubles():
        yield Fault(line.number, line.username, field, _heading(columns, field), text)


def _of_draft(draft: Draft, lines: Sequence[_Line], columns: Columns) -> Iterator[Fault]:
    # pydantic takes 70 ms to import: only what changes an entry pays for it.
    from fsplug.store.change.document.tables import label

    by_name = {label(line.username): line for line in lines}
    for entry, text in draft.troubles():
        kind, _, rest = entry.partition(" ")
        name, _, inside = rest.partition(", ")
        line = by_name.get(name) if kind == "user" else None
        if line is None:
            yield Fault(0, "", None, "", _coded(f"{entry}: {text}", text, "other", ""))
            continue
        field, coded = coded_trouble(text, line.cells.cells, inside)
        yield Fault(line.number, line.username, field, _heading(columns, field), coded)


def coded_trouble(text: str, values: Mapping[Field, str], inside: str = "") -> tuple[Field | None, Coded]:
    """Which field of a user a draft's trouble is about, and the trouble with a code; `values` are what was written."""
    field = _field_of(text)
    said = f"{inside}: {text}" if inside else text
    return field, _coded(said, text, f"bad-{field}" if field else "other", values.get(field, "") if field else "")


def _field_of(text: str) -> Field | None:
    if isinstance(text, Coded) and text.code in _FIELDS_OF_CODES:
        return _FIELDS_OF_CODES[text.code]
    about = _ABOUT.match(text)
    return _FIELDS.get(about[1]) if about else None


def _coded(said: str, text: str, code: str, value: str) -> Coded:
    if isinstance(text, Coded):
        return Coded(text.code, said, **text.facts)
    if " is missing; " in text:
        code = code.replace("bad-", "empty-")
    return Coded(code, said, value=value[:60])


def _heading(columns: Columns, field: Field | None) -> str:
    place = columns.of(field) if field else None
    return "" if place is None else columns.headings[place]


def _change(line: _Line, before: Table | None, draft: Draft) -> UserChange:
    after = draft.entry("user", line.username)
    fields = tuple(_differences(before or {}, after))
    return UserChange(line.number, line.username, after.get("name") or line.username, before is None, fields)


def _differences(before: Table, after: Table) -> Iterator[FieldChange]:
    for name in (*_SHOWN, *_SHOWN_LISTS):
        was, becomes = _value(before.get(name)), _value(after.get(name))
        if was != becomes:
            yield FieldChange(name, was, becomes)


def _value(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
    return str(value)
