"""The local copy of the configuration: what calls are decided by while the store does not answer.

An SQLite file with the store's tables, of which only those with configuration are filled. It holds secrets of phones,
and is its owner's alone (`store.db.backends`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import peewee
import structlog

from fsplug.errors import FsplugError, Unavailable
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Given, Select, Write, given, insert, put
from fsplug.store.migrations import runner
from fsplug.store.schema import companies, policies, routes, users
from fsplug.store.schema.base import VersionedTable
from fsplug.store.schema.companies import Companies

log = structlog.get_logger()

_MODULES = (companies, users, routes, policies)


@dataclass(frozen=True, slots=True)
class _Company:
    id: str
    domain: str
    version: int


def _tables() -> Iterable[type[VersionedTable]]:
    for module in _MODULES:
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, VersionedTable) and found is not VersionedTable:
                yield found


class _Table:
    """The statements that copy one table."""

    def __init__(self, model: Any) -> None:
        self.names = tuple(field.name for field in model._meta.sorted_fields)
        self._model = model
        # An entry has one row for each version it changed in. Its secrets are forgotten when the row ends, so what the
        # copy has may differ in any other column. NULL is a value like others here (sqlite.org/lang_expr.html, IS).
        is_it = [
            peewee.Expression(getattr(model, name), peewee.OP.IS, Given(name))
            for name in ("company", "since", *model.row_key)
        ]
        self.forget = Write(lambda: model.delete().where(*is_it))
        self.forget_company = Write(lambda: model.delete().where(model.company == given.company))
        self.add = Write(lambda: insert(model, " ".join(self.names)))

    def changed(self, store: Store, company: str, version: int) -> list[Mapping[str, Any]]:
        """The rows that began or ended after this version."""
        model = self._model
        is_later = (model.since > version) | (model.until > version)
        query = model.select(*(getattr(model, name) for name in self.names)).where(
            (model.company == company) & is_later
        )
        return [dict(zip(self.names, row, strict=True)) for row in store.query(query)]


_TABLES = tuple(_Table(model) for model in _tables())
_COMPANIES = Select(_Company, lambda: Companies.select(*columns(_Company, Companies)))
_PUT = Write(lambda: put(Companies, "id domain version"))
_FORGET = Write(lambda: Companies.delete().where(Companies.id == given.id))


class LocalCopy:
    """Keeps the copy in step with the store."""

    def __init__(self, store: Store, copy: Store) -> None:
        self._store = store
        self._copy = copy
        self._is_open = False

    def catch_up(self) -> int:
        """Copy what has changed; returns how many companies had. Unavailable while either database is."""
        if not self._is_open:
            self._copy.connect()
            self._copy.migrate()
            self._is_open = True
        there = {one.id: one for one in _COMPANIES.rows(self._store)}
        here = {one.id: one for one in _COMPANIES.rows(self._copy)}
        changed = [one for one in there.values() if one != here.get(one.id)]
        gone = here.keys() - there.keys()
        for company in gone:
            self._forget(company)
        failed: Exception | None = None
        for one in changed:
            try:
                self._copy_company(one, here[one.id].version if one.id in here else 0)
            except (FsplugError, peewee.PeeweeException) as error:
                # The other companies' policy must not stand still with this one's.
                log.error("policy-not-copied", company=one.domain, version=one.version, error=str(error))
                failed = error
        if failed is not None:
            raise failed
        return len(changed) + len(gone)

    def _copy_company(self, company: _Company, known: int) -> None:
        rows = [(table, table.changed(self._store, company.id, known)) for table in _TABLES]
        with self._copy.atomic():
            _PUT.run(self._copy, id=company.id, domain=company.domain, version=company.version)
            for table, changed in rows:
                # A row may be there already, as it was before it ended, or of a version that came while we read.
                table.forget.run_many(self._copy, changed)
                table.add.run_many(self._copy, changed)

    def _forget(self, company: str) -> None:
        with self._copy.atomic():
            for table in _TABLES:
                table.forget_company.run(self._copy, company=company)
            _FORGET.run(self._copy, id=company)


def companies_in(copy: Store) -> int:
    """How many companies the copy has; 0 if there is none, or it can't be read."""
    try:
        copy.connect()
        return len(_COMPANIES.rows(copy)) if runner.applied(copy) else 0
    except FsplugError:
        return 0


def behind(store: Store, copy: Store) -> list[str]:
    """The domains of the companies whose latest version the copy does not have."""
    here = {one.id: one for one in _COMPANIES.rows(copy)}
    return [one.domain for one in _COMPANIES.rows(store) if one != here.get(one.id)]


def open_store(store: Store, copy: Store) -> None:
    """Open the store and bring its tables up to date.

    Unavailable("store-lost") if it is empty while its copy is not: its disk is missing, or it is the wrong one.
    """
    store.connect()
    if not runner.applied(store) and (known := companies_in(copy)):
        text = f"{store.place} is empty, but {copy.place} has {known} companies of it; is its disk missing?"
        raise Unavailable("store-lost", text, store=store.place)
    store.migrate()
