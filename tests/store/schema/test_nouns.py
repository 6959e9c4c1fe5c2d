"""What configuration says of its rows, against the models of their tables."""

import importlib
import pkgutil
from typing import Any, get_type_hints

import pytest

from fsplug.policy.terms import Plain
from fsplug.store import config
from fsplug.store.config.nouns import Noun
from fsplug.store.schema.base import VersionedTable
from tests.store.schema import migrated

_TYPES: dict[str, type[Any]] = {"text": str, "whole": int, "real": float, "truth": bool}
_OF_EVERY_ROW = {"company", "since", "until"}


def _nouns() -> dict[str, Noun[Any, Any]]:
    modules = [
        importlib.import_module(f"{config.__name__}.{one.name}") for one in pkgutil.iter_modules(config.__path__)
    ]
    return {one.table: one for module in modules for one in vars(module).values() if isinstance(one, Noun)}


NOUNS = _nouns()
MODELS = {name: model for name, model in migrated.models().items() if issubclass(model, VersionedTable)}


def test_every_versioned_table_has_a_noun_and_every_noun_a_table() -> None:
    assert set(NOUNS) == set(MODELS)


@pytest.mark.parametrize("table", sorted(NOUNS))
def test_a_nouns_rows_have_the_columns_and_types_of_its_model(table: str) -> None:
    noun, model = NOUNS[table], migrated.of_model(MODELS[table], "sqlite")
    hints = get_type_hints(noun.key_type) | get_type_hints(noun.row_type)
    [current] = [index for index in model.indexes if index.name == f"{table}_current"]
    assert ("company", *noun.key) == current.columns
    assert {*noun.columns} == {*model.columns} - _OF_EVERY_ROW
    for name in noun.columns:
        column = model.columns[name]
        plain = _TYPES[column.family]
        # A recording term stands in its column as the plain value that it is written as.
        assert hints[name] in (Plain, plain | None if column.nullable else plain), name
