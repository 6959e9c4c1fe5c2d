"""What a table is described with: kinds of columns, indexes, and the rows that remember since when they hold.

A model describes; it is bound to no database. The migrations make the tables, and a test holds every model against them
on SQLite and PostgreSQL. Column attributes are what queries are built from; see `fsplug.store.db.statements`.
"""

from typing import Any, ClassVar

import peewee

# Its fields are overloaded by whether they may be null, which here is an argument.
_fields: Any = peewee


class Table(peewee.Model):
    """A table. Its attributes are its columns, in the order of the table."""

    class Meta:
        legacy_table_names = False
        primary_key = False


class VersionedTable(Table):
    """Configuration rows: each holds for the policy versions from `since` up to, but not including, `until`.

    The current rows have no `until`. See `fsplug.store.schema.history` for the conditions.
    """

    # The columns that tell the rows of one company apart, of which one is current; `versioned` says them.
    row_key: ClassVar[tuple[str, ...]] = ()

    class Meta:
        primary_key = False


def text(*, null: bool = False, key: bool = False, default: str | None = None, column: str | None = None) -> Any:
    """A column of text; `column` is its name in the database, where the attribute has a better one."""
    return _fields.TextField(null=null, primary_key=key, constraints=_default(default), column_name=column)


def whole(*, null: bool = False, key: bool = False, default: str | None = None) -> Any:
    """A column of whole numbers, 64 bits."""
    return _fields.BigIntegerField(null=null, primary_key=key, constraints=_default(default))


def real(*, null: bool = False, default: str | None = None) -> Any:
    """A column of seconds with fractions: since the epoch, or how long something took."""
    return _fields.DoubleField(null=null, constraints=_default(default))


def truth(*, null: bool = False, default: str | None = None) -> Any:
    """A column that is true or false. SQLite gives 1 and 0; a shape with a `bool` field reads them as bools."""
    return _fields.BooleanField(null=null, constraints=_default(default))


def reference(target: type[Table], *, null: bool = False, key: bool = False) -> Any:
    """A column of text that must name a row of `target` by its primary key."""
    field = text(null=null, key=key)
    field.target = target
    return field


def generated(field: Any) -> Any:
    """The column as one that the database computes from others, and that is never written."""
    field.null = True
    field.constraints = [peewee.SQL("GENERATED ALWAYS")]
    return field


def index(table: type[Table], name: str, columns: str, *, where: str = "") -> None:
    """Say that the table has an index on these columns (attributes, with spaces), of the rows `where` if given."""
    _add_index(table, name, columns, False, where)


def unique(table: type[Table], name: str, columns: str, *, where: str = "") -> None:
    """Say that no two rows, of those `where` if given, have the same values in these columns.

    The name is empty for a constraint, which each database names as it likes.
    """
    _add_index(table, name, columns, True, where)


def versioned(table: type[VersionedTable], key: str = "") -> None:
    """Say that the table has what every versioned table has on its key: one current row, and an index by version."""
    table.row_key = tuple(key.split())
    name, columns = table._meta.table_name, f"company {key}"
    unique(table, f"{name}_current", columns, where="until IS NULL")
    index(table, f"{name}_at", f"{columns} since until")


def _default(sql: str | None) -> list[Any] | None:
    return None if sql is None else [peewee.SQL(f"DEFAULT {sql}")]


def _add_index(table: type[Table], name: str, columns: str, is_unique: bool, where: str) -> None:
    fields = [getattr(table, column) for column in columns.split()]
    condition = peewee.SQL(where) if where else None
    table.add_index(peewee.ModelIndex(table, fields, unique=is_unique, where=condition, name=name))
