"""Every model against the migrated tables, on SQLite and on PostgreSQL."""

from fsplug.store.db.database import Store
from tests.store.schema import migrated


def test_every_table_has_a_model_and_every_model_a_table(store: Store) -> None:
    assert set(migrated.models()) == migrated.tables(store)


def test_every_model_says_what_its_table_is(store: Store) -> None:
    for name, model in migrated.models().items():
        said, found = migrated.of_model(model, store.dialect), migrated.of_table(store, name)
        assert list(said.columns) == list(found.columns), name
        for column in found.columns:
            assert said.columns[column] == found.columns[column], f"{name}.{column}"
        assert said.primary_key == found.primary_key, name
        assert said.indexes == found.indexes, name


def test_no_model_is_bound_to_a_database() -> None:
    assert {model._meta.database for model in migrated.models().values()} == {None}
