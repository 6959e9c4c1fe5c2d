"""The rows that a company has now: each is read once, when it is first asked for."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from fsplug.store.change import entry_rows
from fsplug.store.change.entry_rows import KINDS, NOUNS, OWNED, OWNER, AnyNoun, Rows
from fsplug.store.config import companies
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches

# A key and the row of it.
Found = tuple[Any, Any]
# The nouns whose key does not name the entry that owns the row.
_KEYED_OTHERWISE = frozenset(noun for noun, column in OWNER.items() if column not in noun.key)


class Present:
    """The current rows of the company."""

    def __init__(self, store: Store, domain: str) -> None:
        self._store = store
        self._company = company_id(store, domain)
        self._parts: dict[tuple[str, str], Rows] = {}
        self._single: dict[tuple[AnyNoun, Any], Any] = {}

    def part(self, kind: str, name: str) -> Rows:
        """The rows of one entry; none if there is no such entry."""
        if (kind, name) not in self._parts:
            self.read(kind, [name])
        return self._parts[kind, name]

    def read(self, kind: str, names: Iterable[str]) -> None:
        """Read these entries together: a statement for each of their tables, whatever their number."""
        wanted = [name for name in dict.fromkeys(names) if (kind, name) not in self._parts]
        rows = {noun: dict(self.holding(noun, OWNER[noun], wanted)) for noun in OWNED[kind]}
        for noun in _KEYED_OTHERWISE.intersection(rows):
            self._single |= {(noun, key): row for key, row in rows[noun].items()}
        found = entry_rows.parts(kind, rows)
        for name in wanted:
            self._parts[kind, name] = found.get(name) or entry_rows.nothing(kind)

    def read_all(self, kind: str) -> None:
        """Read every entry of a kind together."""
        rows = {noun: dict(self.everything(noun)) for noun in OWNED[kind]}
        for name, part in entry_rows.parts(kind, rows).items():
            self._parts.setdefault((kind, name), part)

    def row(self, noun: AnyNoun, key: Any) -> Any:
        """The row of this key, or None."""
        name = getattr(key, OWNER[noun], None) if noun in OWNER else None
        part = self._parts.get((KINDS[noun], name)) if name is not None else None
        if part is not None:
            return part[noun].get(key)
        if (noun, key) not in self._single:
            found = self._store.row(_one(noun), self._company, *key)
            self._single[noun, key] = None if found is None else noun.read(found)[1]
        return self._single[noun, key]

    def holding(self, noun: AnyNoun, column: str, values: Collection[str]) -> list[Found]:
        """The rows that have one of these values in this column."""
        found: list[Found] = []
        for some in in_batches(dict.fromkeys(values)):
            rows = self._store.rows(_holding(noun, column, len(some)), self._company, *some)
            found += map(noun.read, rows)
        return found

    def everything(self, noun: AnyNoun) -> list[Found]:
        """All rows of the noun."""
        return [noun.read(row) for row in self._store.rows(_all(noun), self._company)]


def rows(store: Store, domain: str) -> Rows:
    """Every row of the company; Invalid("unknown-company") if there is none."""
    with store.connection():
        # A removed company still has its id.
        companies.get(store, domain)
        present = Present(store, domain)
        return {noun: dict(present.everything(noun)) for noun in NOUNS}


def _all(noun: AnyNoun) -> str:
    columns = ", ".join(f'"{column}"' for column in noun.columns)
    return f'SELECT {columns} FROM "{noun.table}" WHERE company = ? AND until IS NULL'


@lru_cache(maxsize=64)
def _one(noun: AnyNoun) -> str:
    return _all(noun) + "".join(f' AND "{column}" = ?' for column in noun.key)


@lru_cache(maxsize=512)
def _holding(noun: AnyNoun, column: str, count: int) -> str:
    return f'{_all(noun)} AND "{column}" IN ({", ".join("?" * count)})'
