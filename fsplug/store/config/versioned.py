"""Configuration that remembers: every row holds from one policy version to another, so any version can be read back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from fsplug.errors import Invalid
from fsplug.store.audit import chain, wording
from fsplug.store.config.nouns import Change, Noun
from fsplug.store.db.database import Row, Store

# A history entry names this many changed things, and counts the rest.
NAMED_CHANGES = 100
# Rows of alias {0} that hold at version ?, ?.
HOLDS = "{0}.since <= ? AND ({0}.until IS NULL OR {0}.until > ?)"


def company_id(store: Store, domain: str) -> str:
    """The id of the company; Invalid("unknown-company") if there is none."""
    if store.in_transaction:
        return _company_id(store, domain)
    return store.company_ids.get(domain, lambda: _company_id(store, domain))


def unknown_company(domain: str) -> Invalid:
    """The error for a company that isn't there."""
    text = f"there is no company {domain}; companies are made by: fsplug company add, or fsplug apply FILE.toml"
    return Invalid("unknown-company", text, company=domain)


def current(store: Store, company: str, noun: Noun) -> dict[Row, Row]:
    """Every current row of `noun` in the company (an id): values by key."""
    columns = ", ".join(f'"{column}"' for column in (*noun.key, *noun.values)) or "1"
    found = store.rows(f'SELECT {columns} FROM "{noun.table}" WHERE company = ? AND until IS NULL', company)
    width = len(noun.key)
    if not noun.values:
        return {row[:width]: () for row in found}
    if not noun.booleans:
        return {row[:width]: row[width:] for row in found}
    return {row[:width]: _typed(noun, row[width:]) for row in found}


class Revision:
    """The changes of one transaction to one company: together they make its next policy version."""

    def __init__(self, store: Store, company: str, version: int) -> None:
        self._store = store
        self._company = company
        self.version = version
        self._changes: list[Change] = []

    @property
    def changed(self) -> bool:
        """Whether anything differs from the version before."""
        return bool(self._changes)

    def put(self, noun: Noun, key: Row, values: Row) -> bool:
        """Make the row hold `values` from now on; False if it already does."""
        before = self._current_row(noun, key)
        return self._write_one(Change(noun, key, before, values)) if before != values else False

    def remove(self, noun: Noun, key: Row) -> bool:
        """End the row; False if there is none."""
        before = self._current_row(noun, key)
        return self._write_one(Change(noun, key, before, None)) if before is not None else False

    def close(self, changes: Sequence[Change]) -> None:
        """End the rows that `changes` replace or remove. `open` must follow."""
        for noun, its_changes in _by_noun(changes):
            keys = [(self._company, *change.key) for change in its_changes if change.before is not None]
            where = " AND ".join(f'"{column}" = ?' for column in ("company", *noun.key)) + " AND until IS NULL"
            ended = ", ".join(("until = ?", *(f'"{column}" = NULL' for column in sorted(noun.secrets))))
            self._store.run_many(
                f'UPDATE "{noun.table}" SET {ended} WHERE {where}', [(self.version, *key) for key in keys]
            )

    def open(self, changes: Sequence[Change]) -> None:
        """Begin the rows that `changes` add or put in another's place, and remember the changes."""
        for noun, its_changes in _by_noun(changes):
            columns = ("company", *noun.key, *noun.values, "since")
            names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
            rows = [
                (self._company, *change.key, *change.after, self.version)
                for change in its_changes
                if change.after is not None
            ]
            self._store.run_many(f'INSERT INTO "{noun.table}" ({names}) VALUES ({marks})', rows)
        self._changes += changes

    def finish(self, by: str) -> None:
        """Make the changes the company's new version, and tell the audit trail."""
        summary = _summary(self._changes)
        self._store.run("UPDATE company SET version = ? WHERE id = ?", self.version, self._company)
        self._store.run(
            "INSERT INTO policy_version (company, version, at, author, what) VALUES (?, ?, ?, ?, ?)",
            self._company,
            self.version,
            self._store.now(),
            by,
            json.dumps(summary, ensure_ascii=False),
        )
        granted, turned = wording.granted_in(self._changes), wording.turned_in(self._changes)
        named = {"granted": granted, "turned": turned}
        told = {name: [str(grant) for grant in grants] for name, grants in named.items() if grants}
        who = {grant.username for grant in (*granted, *turned)}
        act = wording.act(self._changes)
        chain.append(self._store, self._company, by, act, "", sorted(who), version=self.version, **summary, **told)

    def _write_one(self, change: Change) -> bool:
        self.close([change])
        self.open([change])
        return True

    def _current_row(self, noun: Noun, key: Row) -> Row | None:
        where = " AND ".join(f'"{column}" = ?' for column in ("company", *noun.key))
        columns = ", ".join(f'"{column}"' for column in noun.values) or "1"
        sql = f'SELECT {columns} FROM "{noun.table}" WHERE {where} AND until IS NULL'
        found = self._store.row(sql, self._company, *key)
        return None if found is None else _typed(noun, found if noun.values else ())


def hold(store: Store, domain: str) -> int:
    """Let nobody else change the company until the transaction around this ends; its policy version."""
    lock = " FOR UPDATE" if store.dialect == "postgresql" else ""
    [(version,)] = store.rows(f"SELECT version FROM company WHERE id = ?{lock}", company_id(store, domain))
    return int(version)


@contextmanager
def revise(store: Store, domain: str, by: str) -> Iterator[Revision]:
    """A transaction that changes the company's configuration; a change inside it makes exactly one new version."""
    with store.atomic():
        revision = Revision(store, company_id(store, domain), hold(store, domain) + 1)
        yield revision
        if revision.changed:
            revision.finish(by)


def _company_id(store: Store, domain: str) -> str:
    found = store.row("SELECT id FROM company WHERE domain = ?", domain)
    if found is None:
        raise unknown_company(domain)
    return str(found[0])


def _typed(noun: Noun, values: Row) -> Row:
    if not noun.booleans:
        return tuple(values)
    # SQLite has no booleans: it gives 0 and 1.
    named = zip(noun.values, values, strict=True)
    return tuple(bool(value) if column in noun.booleans else value for column, value in named)


def _by_noun(changes: Sequence[Change]) -> list[tuple[Noun, list[Change]]]:
    found: dict[str, tuple[Noun, list[Change]]] = {}
    for change in changes:
        found.setdefault(change.noun.table, (change.noun, []))[1].append(change)
    return list(found.values())


def _summary(changes: Sequence[Change]) -> Mapping[str, object]:
    named = [[change.action, change.noun.name, " ".join(change.key)] for change in changes[:NAMED_CHANGES]]
    more = len(changes) - len(named)
    return {"changes": named, "more": more} if more else {"changes": named}
