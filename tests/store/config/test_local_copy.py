"""The local copy of the configuration: the same as the store's, through every change, and read while it is away."""

import stat
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.store.change import edit_policy, planning
from fsplug.store.config import companies, policies, users
from fsplug.store.config.local_copy import LocalCopy, behind, companies_in, open_store
from fsplug.store.db.database import Store
from fsplug.store.schema import companies as company_tables
from fsplug.store.schema import policies as policy_tables
from fsplug.store.schema import routes as route_tables
from fsplug.store.schema import users as user_tables
from fsplug.store.schema.base import VersionedTable
from tests.store.cast import ACME, BETA, CAST

MODULES = (company_tables, policy_tables, route_tables, user_tables)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "copy.db")
    yield store
    store.close()


@pytest.fixture
def local(store: Store, copy: Store) -> LocalCopy:
    return LocalCopy(store, copy)


def rows(store: Store) -> dict[str, list[Any]]:
    """Every row of every table with configuration."""
    models = [one for module in MODULES for one in vars(module).values() if isinstance(one, type)]
    tables = [one for one in models if issubclass(one, VersionedTable) and one is not VersionedTable]
    assert len(tables) > 15
    # SQLite's truths are 1 and 0, and equal to PostgreSQL's.
    return {one._meta.table_name: sorted(store.query(one.select()), key=by_text) for one in tables}


def by_text(row: tuple[Any, ...]) -> list[str]:
    return [str(int(value) if isinstance(value, bool) else value) for value in row]


def another(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    document = deepcopy(CAST)
    change(document)
    return document


def fewer_people(document: dict[str, Any]) -> None:
    acme = document["company"][0]
    acme["user"] = acme["user"][:1]
    acme["group"] = []
    acme["number"] = acme["number"][:1]
    acme["user"][0]["mobile_numbers"] = []


def others(document: dict[str, Any]) -> None:
    acme = document["company"][0]
    acme["user"][1].update(extension="1009", name="Bodil", record=True)
    acme["policy"] = [{"department": "*", "internal": True}]
    acme["name"] = "Acme again"


def one_more_company(document: dict[str, Any]) -> None:
    document["company"].append({"domain": "gamma.example", "name": "Gamma", "country": "DK"})


def test_the_copy_is_the_same_after_every_change(store: Store, copy: Store, local: LocalCopy) -> None:
    assert local.catch_up() == 2
    assert rows(copy) == rows(store)
    for change in (fewer_people, others, one_more_company, others):
        planning.apply_plan(store, planning.plan(store, another(change)), "test")
        local.catch_up()
        assert rows(copy) == rows(store)
        assert companies.every(copy) == companies.every(store)
    assert local.catch_up() == 0


def test_several_versions_are_caught_up_with_at_once_and_each_can_be_read_back(
    store: Store, copy: Store, local: LocalCopy
) -> None:
    local.catch_up()
    for number in ("+4511223344", "+4511223355"):
        edit_policy.exclude(store, ACME, {number: "a journalist"}, "anna")
    edit_policy.unexclude(store, ACME, ["+4570101155"], "anna")
    local.catch_up()
    for version in (1, 2, 3, 4):
        assert policies.snapshot(copy, ACME, version) == policies.snapshot(store, ACME, version)


def test_catching_up_again_with_a_version_that_is_there_already_changes_nothing(
    store: Store, copy: Store, local: LocalCopy
) -> None:
    edit_policy.exclude(store, ACME, {"+4511223344": "a journalist"}, "anna")
    local.catch_up()
    with copy.atomic():
        copy.run("UPDATE company SET version = 1")
    assert local.catch_up() == 1
    assert rows(copy) == rows(store)


def test_only_the_owner_may_read_it(local: LocalCopy, tmp_path: Path) -> None:
    local.catch_up()
    modes = {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.glob("copy.db*")}
    assert modes == {0o600}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_while_the_store_is_away_configuration_is_read_from_the_copy(
    url: str, copy: Store, local: LocalCopy, tmp_path: Path
) -> None:
    local.catch_up()
    config = Store(url, copy=copy)
    assert users.user_at(config, ACME, "1001", 1) is not None
    # The database's file becomes a folder: nobody can open it.
    config.close()
    away = Path(url).rename(tmp_path / "elsewhere")
    Path(url).mkdir()
    known = config.read(lambda: (policies.snapshot(config, ACME), users.user_at(config, ACME, "1002", 1)))
    assert known == (policies.snapshot(copy, ACME), users.user_at(copy, ACME, "1002", 1))
    assert config.is_away
    with pytest.raises(Unavailable):
        config.rows("SELECT 1")
    Path(url).rmdir()
    away.rename(url)
    config.is_away = False
    edit_policy.exclude(config, BETA, {"+4611223344": ""}, "birgitta")
    assert policies.snapshot(config, BETA).version == 2


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_empty_store_with_a_copy_that_is_not_empty_is_not_taken_for_a_new_one(
    empty_url: str, local: LocalCopy, copy: Store
) -> None:
    local.catch_up()
    lost = Store(empty_url)
    with pytest.raises(Unavailable) as error:
        open_store(lost, copy)
    assert (error.value.code, companies_in(copy)) == ("store-lost", 2)
    lost.close()


def test_a_first_store_is_opened_and_made(empty_url: str, copy: Store) -> None:
    store = Store(empty_url)
    open_store(store, copy)
    assert store.pending() == []
    assert companies.every(store) == []
    store.close()


def test_the_copy_goes_on_when_a_phone_gets_another_password_and_when_a_trunk_loses_its_own(
    store: Store, copy: Store, local: LocalCopy
) -> None:
    def with_secrets(password: str, inbound: str) -> dict[str, Any]:
        def change(document: dict[str, Any]) -> None:
            acme = document["company"][0]
            acme["user"][0]["device"] = [{"name": "desk", "kind": "desk", "password": password}]
            trunk = {"name": "trunk", "host": "192.0.2.7"}
            acme["trunk"] = [{**trunk, "inbound_digest": True, "inbound_password": inbound} if inbound else trunk]

        return another(change)

    for password, inbound in (("a" * 24, "b" * 24), ("c" * 24, "d" * 24), ("c" * 24, "")):
        planning.apply_plan(store, planning.plan(store, with_secrets(password, inbound)), "test")
        local.catch_up()
        assert rows(copy) == rows(store)


def test_a_company_that_can_t_be_copied_does_not_keep_the_others_from_it(
    store: Store, copy: Store, local: LocalCopy
) -> None:
    local.catch_up()
    for domain in (ACME, BETA):
        edit_policy.exclude(store, domain, {"+4511223344": "a journalist"}, "anna")
    copy.run(
        "CREATE TRIGGER stuck BEFORE INSERT ON excluded_number WHEN NEW.company = (SELECT id FROM company WHERE "
        f"domain = '{ACME}') BEGIN SELECT RAISE(ABORT, 'stuck'); END"
    )
    with pytest.raises(Invalid, match="stuck"):
        local.catch_up()
    assert behind(store, copy) == [ACME]
    copy.run("DROP TRIGGER stuck")
    assert (local.catch_up(), behind(store, copy)) == (1, [])
