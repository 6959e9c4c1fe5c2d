"""What configuration says of its rows, against the models of their tables."""

import importlib
import pkgutil

import pytest

from fsplug.store import config
from fsplug.store.config.nouns import Noun
from fsplug.store.db.shapes import objects
from fsplug.store.schema.base import VersionedTable
from tests.store.schema import migrated

_OF_EVERY_ROW = {"company", "since", "until"}


def _nouns() -> dict[str, Noun]:
    modules = [
        importlib.import_module(f"{config.__name__}.{one.name}") for one in pkgutil.iter_modules(config.__path__)
    ]
    return {one.table: one for module in modules for one in vars(module).values() if isinstance(one, Noun)}


NOUNS = _nouns()
MODELS = {name: model for name, model in migrated.models().items() if issubclass(model, VersionedTable)}


def test_every_versioned_table_has_a_noun_and_every_noun_a_table() -> None:
    assert set(NOUNS) == set(MODELS)


@pytest.mark.parametrize("table", sorted(NOUNS))
def test_a_nouns_rows_have_every_column_of_its_table_the_key_first(table: str) -> None:
    noun, model = NOUNS[table], MODELS[table]
    [current] = [one for one in migrated.of_model(model, "sqlite").indexes if one.name == f"{table}_current"]
    names = {one.column_name: one.name for one in model._meta.sorted_fields}
    assert ("company", *noun.key) == tuple(names[column] for column in current.columns)
    assert noun.row_type._fields == (*noun.key_type._fields, *noun.values) == noun.columns
    assert set(noun.columns) == set(names.values()) - _OF_EVERY_ROW


@pytest.mark.parametrize("table", sorted(NOUNS))
def test_what_is_true_or_false_in_its_table_is_read_as_such(table: str) -> None:
    noun, columns = NOUNS[table], migrated.of_model(MODELS[table], "sqlite").columns
    names = {one.name: one.column_name for one in MODELS[table]._meta.sorted_fields}
    read = objects(noun.row_type, noun.columns, [[1] * len(noun.columns)])[0]
    for name in noun.columns:
        assert (getattr(read, name) is True) == (columns[names[name]].family == "truth"), name
