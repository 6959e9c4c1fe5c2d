"""Rows as objects: what a query selects becomes the fields of a frozen dataclass or a named tuple, by name."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from itertools import starmap
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import peewee

# json.loads without its looking at what it was given: a page reads one for each of its rows.
_from_json = json.JSONDecoder().decode
Shape = TypeVar("Shape")
Row = Sequence[Any]


def columns(shape: Any, table: Any, **others: Any) -> list[Any]:
    """What to select for a record: for each field the table's column of that name, or what `others` says.

    A record is a dataclass or a named tuple. A field that is one itself is selected column by column. A field with a
    default that is found nowhere is left out. TypeError if another field is found nowhere.
    """
    found = []
    for name, may_lack in _fields(shape).items():
        kind = _bare(_hints(shape)[name])
        if name in others:
            found.append(others[name].alias(name))
        elif _is_record(kind):
            found += columns(kind, table, **others)
        elif hasattr(table, name):
            found.append(getattr(table, name))
        elif not may_lack:
            raise TypeError(f"{shape.__name__}.{name} is not a column of {table}: say where it comes from")
    return found


def selected(query: Any) -> tuple[str, ...]:
    """The names of what a query selects: of columns as the model calls them, of everything else its alias."""
    while isinstance(query, peewee.CompoundSelectQuery):
        query = query.lhs
    return tuple(_name(column) for column in query._returning)


def objects(shape: type[Shape], names: tuple[str, ...], rows: Sequence[Row]) -> list[Shape]:
    """The rows of a query that selects `names`, as objects.

    A record is made of the columns of the same names in the same order; TypeError if these don't match. A value
    becomes what its field is annotated with: bool, an Enum, a frozenset of an Enum from its values with commas between
    them (other words name none), or from JSON a Mapping, list or tuple; NULL stays None.
    Any other shape, such as str or int, is that of one column.
    """
    kind: Any = shape
    read = _reader(kind, names)
    return list(starmap(shape, rows)) if read is None else [read(row) for row in rows]


@lru_cache(maxsize=1024)
def _reader(shape: Any, names: tuple[str, ...]) -> Callable[[Row], Any] | None:
    """How a row is read; None when its values are the shape's as they stand."""
    if not _is_record(shape):
        return _scalar(shape, names)
    rest, steps = list(names), list[tuple[slice | int, Callable[[Any], Any]]]()
    for at, (name, may_lack) in enumerate(_fields(shape).items()):
        kind, is_optional = _bare(_hints(shape)[name]), _is_optional(_hints(shape)[name])
        if _is_record(kind) and rest[:1] != [name]:
            inner = tuple(_fields(kind))
            if tuple(rest[: len(inner)]) != inner:
                raise _mismatch(shape, names)
            steps.append((slice(at, at + len(inner)), _nested(kind, inner, is_optional)))
            del rest[: len(inner)]
        elif rest[:1] == [name]:
            del rest[0]
            if convert := _conversion(kind):
                steps.append((at, convert))
        elif rest or not may_lack:
            raise _mismatch(shape, names)
    if rest:
        raise _mismatch(shape, names)
    return _stepwise(shape, steps) if steps else None


def _scalar(shape: type[Any], names: tuple[str, ...]) -> Callable[[Row], Any]:
    if len(names) != 1:
        raise TypeError(f"{shape.__name__} is one column, and not {', '.join(names)}")
    convert = _conversion(shape) or (lambda value: value)
    return lambda row: None if row[0] is None else convert(row[0])


def _stepwise(shape: type[Any], steps: list[tuple[slice | int, Callable[[Any], Any]]]) -> Callable[[Row], Any]:
    def read(row: Row) -> Any:
        values = list(row)
        for at, convert in steps:
            if isinstance(at, slice):
                values[at] = [convert(values[at])]
            elif values[at] is not None:
                values[at] = convert(values[at])
        return shape(*values)

    return read


def _nested(kind: Any, names: tuple[str, ...], is_optional: bool) -> Callable[[Row], Any]:
    def made(values: Row) -> Any:
        if is_optional and all(value is None for value in values):
            return None
        return objects(kind, names, [values])[0]

    return made


def _conversion(kind: Any) -> Callable[[Any], Any] | None:
    origin = get_origin(kind) or kind
    if not isinstance(origin, type):
        return None
    if origin is bool:
        return bool
    if issubclass(origin, Enum):
        return _member(origin)
    if issubclass(origin, frozenset):
        return _members(get_args(kind)[0])
    if issubclass(origin, tuple):
        return lambda text: tuple(_from_json(text))
    if issubclass(origin, Mapping | list):
        return _from_json
    return None


def _member(kind: type[Enum]) -> Callable[[Any], Enum]:
    # Three times as fast as calling the Enum, which then says what is wrong with a value that it doesn't have.
    members = {one.value: one for one in kind}
    return lambda value: members.get(value) or kind(value)


def _members(kind: type[Enum]) -> Callable[[Any], frozenset[Enum]]:
    members = {one.value: one for one in kind}
    return lambda text: frozenset(members[word] for word in text.split(",") if word in members)


def _is_record(kind: Any) -> bool:
    return is_dataclass(kind) or hasattr(kind, "_fields")


def _fields(shape: Any) -> dict[str, bool]:
    """The names of a record's fields, and whether each may be left out."""
    if is_dataclass(shape):
        return {field.name: _has_default(field) for field in fields(shape)}
    return {name: name in shape._field_defaults for name in shape._fields}


def _bare(hint: Any) -> Any:
    """The type without `| None`."""
    if get_origin(hint) in (UnionType, Union):
        return next(one for one in get_args(hint) if one is not NoneType)
    return hint


def _is_optional(hint: Any) -> bool:
    return NoneType in get_args(hint)


@lru_cache(maxsize=256)
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape)


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _name(column: Any) -> str:
    if isinstance(column, peewee.Alias):
        return str(vars(column)["_alias"])
    if isinstance(column, peewee.Field | peewee.Column):
        return str(column.name)
    raise TypeError(f"{column} has no name; give it an alias")


def _mismatch(shape: type[Any], names: tuple[str, ...]) -> TypeError:
    wanted = ", ".join(_fields(shape))
    return TypeError(f"{shape.__name__} has the fields {wanted}; selected are {', '.join(names)}")
