"""What a migrated database says of its own tables, in the words in which a model says it."""

import importlib
import pkgutil
import re
from dataclasses import dataclass
from typing import Any

from fsplug.store import schema
from fsplug.store.db.database import Store
from fsplug.store.schema.base import Table, VersionedTable

# Constraints are named by the database.
_NAMED_BY_SQLITE, _NAMED_BY_POSTGRESQL = re.compile("sqlite_autoindex_.*"), re.compile(".*_key")


@dataclass(frozen=True)
class Column:
    """A column: its family of types, and what it refers to."""

    family: str
    nullable: bool
    default: str | None
    generated: bool
    refers_to: str | None


@dataclass(frozen=True)
class Index:
    """An index. `where` is its condition; PostgreSQL rewrites those, so that there it is only whether there is one."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    where: str | bool


@dataclass(frozen=True)
class Described:
    """A table."""

    columns: dict[str, Column]
    primary_key: tuple[str, ...]
    indexes: frozenset[Index]


def models() -> dict[str, type[Table]]:
    """Every model there is, by its table."""
    for module in pkgutil.iter_modules(schema.__path__):
        importlib.import_module(f"{schema.__name__}.{module.name}")
    found = [*Table.__subclasses__(), *VersionedTable.__subclasses__()]
    return {model._meta.table_name: model for model in found if model is not VersionedTable}


def of_model(model: type[Table], dialect: str) -> Described:
    """What the model says."""
    meta: Any = model._meta
    keys = tuple(field.column_name for field in meta.get_primary_keys())
    columns = {field.column_name: _of_field(field) for field in meta.sorted_fields}
    indexes = frozenset(_of_index(one, dialect) for one in meta.fields_to_index())
    return Described(columns, keys, indexes)


_FAMILIES = {"TEXT": "text", "BIGINT": "whole", "DOUBLE": "real", "BOOL": "truth"}


def _of_field(field: Any) -> Column:
    constraints = [one.sql for one in field.constraints or ()]
    [default] = [one.removeprefix("DEFAULT ") for one in constraints if one.startswith("DEFAULT ")] or [None]
    target = getattr(field, "target", None)
    refers_to = f"{target._meta.table_name}.{target._meta.primary_key.column_name}" if target else None
    generated = "GENERATED ALWAYS" in constraints
    return Column(_FAMILIES[field.field_type], field.null, default, generated, refers_to)


def _of_index(index: Any, dialect: str) -> Index:
    where: str | bool = index._where.sql if index._where is not None else ""
    columns = tuple(field.column_name for field in index._expressions)
    return Index(index._name, columns, index._unique, where if dialect == "sqlite" else bool(where))


def tables(store: Store) -> set[str]:
    """The names of the tables there are."""
    if store.dialect == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    else:
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return {name for (name,) in store.rows(sql)}


def of_table(store: Store, table: str) -> Described:
    """What the database says."""
    return _of_sqlite(store, table) if store.dialect == "sqlite" else _of_postgresql(store, table)


def _of_sqlite(store: Store, table: str) -> Described:
    rows = store.rows('SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', table)
    targets = {
        column: f"{target}.{to}"
        for column, target, to in store.rows('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', table)
    }
    families = {"TEXT": "text", "BIGINT": "whole", "DOUBLE PRECISION": "real", "BOOLEAN": "truth"}
    columns = {
        # SQLite takes a primary key that is null; nothing here writes one.
        name: Column(families[kind], not (notnull or pk), default, hidden in (2, 3), targets.get(name))
        for name, kind, notnull, default, pk, hidden in rows
    }
    keys = {pk: name for name, _, _, _, pk, _ in rows if pk}
    return Described(columns, tuple(keys[at] for at in sorted(keys)), frozenset(_sqlite_indexes(store, table)))


def _sqlite_indexes(store: Store, table: str) -> list[Index]:
    found = []
    listed = "SELECT name, \"unique\" FROM pragma_index_list(?) WHERE origin <> 'pk'"
    for name, is_unique in store.rows(listed, table):
        columns = tuple(one for (one,) in store.rows("SELECT name FROM pragma_index_info(?) ORDER BY seqno", name))
        sql = (store.row("SELECT sql FROM sqlite_master WHERE name = ?", name) or (None,))[0]
        where = (sql or "").partition(" WHERE ")[2]
        found.append(Index("" if _NAMED_BY_SQLITE.fullmatch(name) else name, columns, bool(is_unique), where))
    return found


def _of_postgresql(store: Store, table: str) -> Described:
    rows = store.rows(
        """SELECT column_name, data_type, is_nullable, column_default, is_generated
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ? ORDER BY ordinal_position""",
        table,
    )
    references = """SELECT a.attname, c.confrelid::regclass::text || '.' || b.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND c.conrelid = ?::regclass"""
    targets = dict(store.rows(references, f'"{table}"'))
    families = {"text": "text", "bigint": "whole", "double precision": "real", "boolean": "truth"}
    columns = {
        name: Column(families[kind], nullable == "YES", _default(default), generated == "ALWAYS", targets.get(name))
        for name, kind, nullable, default, generated in rows
    }
    found = _postgresql_indexes(store, table)
    keys = next((columns for is_key, _, columns, _, _ in found if is_key), ())
    indexes = (Index(name, columns, unique, where) for is_key, name, columns, unique, where in found if not is_key)
    return Described(columns, tuple(keys), frozenset(indexes))


def _default(text: str | None) -> str | None:
    if text is None:
        return None
    bare = text.removesuffix("::text").removesuffix("::double precision").strip("()")
    return bare.upper() if bare in ("true", "false") else bare


def _postgresql_indexes(store: Store, table: str) -> list[tuple[bool, str, tuple[str, ...], bool, bool]]:
    sql = """SELECT i.indisprimary, c.relname, i.indisunique, i.indpred IS NOT NULL,
        (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true), ' ' ORDER BY n)
         FROM generate_series(1, i.indnatts) AS n)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = ?::regclass"""
    return [
        (is_key, "" if _NAMED_BY_POSTGRESQL.fullmatch(name) else name, tuple(columns.split()), unique, partial)
        for is_key, name, unique, partial, columns in store.rows(sql, f'"{table}"')
    ]
