"""The rows that a company has now: each is read once, when it is first asked for."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from fsplug.store.change import entry_rows
from fsplug.store.change.entry_rows import KINDS, NOUNS, OWNED, OWNER, Rows
from fsplug.store.config import companies
from fsplug.store.config.nouns import Key, Noun, Row
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Given, Select, given, given_each
from fsplug.store.schema.history import is_current

# The nouns whose key does not name the entry that owns the row.
_KEYED_OTHERWISE = frozenset(noun for noun, column in OWNER.items() if column not in noun.key)


class Present:
    """The current rows of the company."""

    def __init__(self, store: Store, domain: str) -> None:
        self._store = store
        self._company = company_id(store, domain)
        self._parts: dict[tuple[str, str], Rows] = {}
        self._single: dict[tuple[Noun, Key], Row | None] = {}

    def part(self, kind: str, name: str) -> Rows:
        """The rows of one entry; none if there is no such entry."""
        if (kind, name) not in self._parts:
            self.read(kind, [name])
        return self._parts[kind, name]

    def read(self, kind: str, names: Iterable[str]) -> None:
        """Read these entries together: a statement for each of their tables, whatever their number."""
        wanted = [name for name in dict.fromkeys(names) if (kind, name) not in self._parts]
        rows = {noun: noun.by_key(self.holding(noun, OWNER[noun], wanted)) for noun in OWNED[kind]}
        for noun in _KEYED_OTHERWISE.intersection(rows):
            self._single |= {(noun, key): row for key, row in rows[noun].items()}
        found = entry_rows.parts(kind, rows)
        for name in wanted:
            self._parts[kind, name] = found.get(name) or entry_rows.nothing(kind)

    def read_all(self, kind: str) -> None:
        """Read every entry of a kind together."""
        rows = {noun: noun.by_key(self.everything(noun)) for noun in OWNED[kind]}
        for name, part in entry_rows.parts(kind, rows).items():
            self._parts.setdefault((kind, name), part)

    def row(self, noun: Noun, key: Key) -> Row | None:
        """The row of this key, or None."""
        name = getattr(key, OWNER[noun], None) if noun in OWNER else None
        part = self._parts.get((KINDS[noun], name)) if name is not None else None
        if part is not None:
            return part[noun].get(key)
        if (noun, key) not in self._single:
            self._single[noun, key] = _one(noun).row(self._store, company=self._company, **key._asdict())
        return self._single[noun, key]

    def holding(self, noun: Noun, column: str, values: Collection[str]) -> list[Row]:
        """The rows that have one of these values in this column."""
        found: list[Row] = []
        for some in in_batches(dict.fromkeys(values)):
            found += _holding(noun, column).rows(self._store, company=self._company, values=some)
        return found

    def everything(self, noun: Noun) -> list[Row]:
        """All rows of the noun."""
        return _every(noun).rows(self._store, company=self._company)


def rows(store: Store, domain: str) -> Rows:
    """Every row of the company; Invalid("unknown-company") if there is none."""
    with store.connection():
        # A removed company still has its id.
        companies.get(store, domain)
        present = Present(store, domain)
        return {noun: noun.by_key(present.everything(noun)) for noun in NOUNS}


def _current(noun: Noun, *which: Any) -> Any:
    table = noun.model
    of_company = (table.company == given.company) & is_current(table)
    return table.select(*columns(noun.row_type, table)).where(of_company, *which)


@cache
def _every(noun: Noun) -> Select[Row]:
    return Select(noun.row_type, lambda: _current(noun))


@cache
def _one(noun: Noun) -> Select[Row]:
    return Select(noun.row_type, lambda: _current(noun, *(getattr(noun.model, one) == Given(one) for one in noun.key)))


@cache
def _holding(noun: Noun, column: str) -> Select[Row]:
    return Select(noun.row_type, lambda: _current(noun, getattr(noun.model, column).in_(given_each.values)))
