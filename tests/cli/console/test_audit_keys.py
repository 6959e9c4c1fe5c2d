"""The audit trail's key and its checkpoints, as an operator meets them."""

import json
import sqlite3
from pathlib import Path

import pytest

from fsplug.store.audit import checkpoints
from fsplug.store.db.database import Store
from fsplug.wiring.doctor import trail as trail_checks
from fsplug.wiring.settings import read
from tests.cli.conftest import ACME, BETA, DEMO, Cli

WHOSE = ("--company", ACME)


@pytest.fixture
def house(tmp_path: Path) -> Cli:
    """An installation with the demo's companies."""
    cli = Cli(tmp_path / "data")
    cli.ok("init")
    cli.ok("apply", DEMO)
    return cli


def _verified(cli: Cli, *more: object) -> dict[str, tuple[bool, object]]:
    found = json.loads(cli.run("audit", "verify", "--json", *more).stdout)
    troubles = {one["company"]: one["trouble"] and (one["trouble"]["number"], one["trouble"]["fault"]) for one in found}
    return {one["company"]: (one["signatures"], troubles[one["company"]]) for one in found}


def _sql(cli: Cli, text: str) -> None:
    with sqlite3.connect(cli.data / "fsplug.db") as database:
        database.execute(text)
    database.close()


def _kept(cli: Cli, file: Path) -> None:
    with_keys = Store(cli.data / "fsplug.db")
    with_keys.audit_keys = read(cli.data, {}).trail_keys
    file.write_text("".join(f"{one.line}\n" for one in checkpoints.since(with_keys, {})))
    with_keys.close()


def test_an_installation_signs_its_trail_from_the_first_entry_on(house: Cli) -> None:
    assert _verified(house) == {ACME: (True, None), BETA: (True, None)}
    house.ok("exclude", "add", *WHOSE, "+4570123456")
    assert _verified(house) == {ACME: (True, None), BETA: (True, None)}
    assert house.run("audit", "verify").stderr == ""


def test_an_upgrade_makes_the_key_once_and_signs_what_is_there(house: Cli) -> None:
    settings = house.data / "fsplug.toml"
    _without_key(house)
    _sql(house, "UPDATE audit_entry SET signature = NULL")
    _sql(house, "DELETE FROM secret_mark WHERE name = 'audit_key'")
    result = house.run("audit", "verify")
    assert (result.exit_code, "no audit_keys" in result.stderr) == (0, True)
    assert [str(one.state) for one in trail_checks.every(read(house.data, {}))] == ["warn", "warn"]
    assert "it signed 2 entries" in house.ok("store", "migrate")
    assert _verified(house) == {ACME: (True, None), BETA: (True, None)}
    made = settings.read_text()
    assert "signed" not in house.ok("store", "migrate") and settings.read_text() == made
    assert [str(one.state) for one in trail_checks.every(read(house.data, {}))] == ["ok", "warn"]


def test_forged_entries_are_not_signed_by_an_upgrade_though_the_store_has_lost_the_keys_mark(house: Cli) -> None:
    house.ok("exclude", "add", *WHOSE, "+4570123456")
    _sql(house, "UPDATE audit_entry SET signature = NULL WHERE number = 2")
    _sql(house, "DELETE FROM secret_mark WHERE name = 'audit_key'")
    for command in (("store", "migrate"), ("init",)):
        assert "signed" not in house.ok(*command)
        assert _verified(house)[ACME] == (True, (2, "unsigned"))


def test_an_upgrade_signs_no_entry_that_was_altered(house: Cli) -> None:
    house.ok("exclude", "add", *WHOSE, "+4570123456")
    _without_key(house)
    _sql(house, "UPDATE audit_entry SET signature = NULL")
    _sql(house, "DELETE FROM secret_mark WHERE name = 'audit_key'")
    _sql(house, "UPDATE audit_entry SET actor = 'nobody' WHERE act LIKE '%' AND number = 2")
    assert f"NOT SIGNED: {ACME}: entry 2 is changed" in house.ok("init")
    assert _verified(house)[ACME] == (True, (2, "changed"))


def test_who_can_only_write_the_database_is_found_out(house: Cli) -> None:
    house.ok("exclude", "add", *WHOSE, "+4570123456")
    with sqlite3.connect(house.data / "fsplug.db") as database:
        company = database.execute("SELECT id FROM company WHERE domain = ?", (ACME,)).fetchone()[0]
        database.execute("UPDATE audit_entry SET signature = NULL WHERE company = ? AND number = 2", (company,))
    database.close()
    assert _verified(house)[ACME] == (True, (2, "unsigned"))
    assert house.json("audit", "sign", *WHOSE, "--dry-run")["entries"] == 1
    assert house.error("audit", "sign", *WHOSE) == (2, "not-confirmed")
    assert house.json("audit", "sign", *WHOSE, "--yes")["entries"] == 1
    assert _verified(house)[ACME] == (True, None)
    assert house.json("audit", "list", *WHOSE)[0]["act"] == "audit-sign"
    _sql(house, "UPDATE audit_entry SET signature = 'x' WHERE number = 2")
    assert _verified(house)[ACME] == (True, (2, "forged"))
    assert house.json("audit", "sign", *WHOSE, "--yes")["entries"] == 0
    assert house.error("--as", "anna@acme.example", "audit", "sign", *WHOSE, "--yes")[0] in (2, 3)


def test_a_trail_made_shorter_or_removed_is_missed_by_the_checkpoints_kept(house: Cli, tmp_path: Path) -> None:
    house.ok("exclude", "add", *WHOSE, "+4570123456")
    kept = tmp_path / "kept"
    _kept(house, kept)
    assert _verified(house, "--checkpoints", kept) == {ACME: (True, None), BETA: (True, None)}
    with (house.data / "fsplug.toml").open("a") as settings:
        settings.write(f'audit_checkpoints = "{kept}"\n')
    _sql(house, "DELETE FROM audit_entry WHERE number = 2")
    _sql(house, "DELETE FROM audit_about WHERE number = 2")
    first = "SELECT hash FROM audit_entry one WHERE one.company = audit_head.company AND number = 1"
    _sql(house, f"UPDATE audit_head SET number = 1, hash = ({first})")
    assert _verified(house) == {ACME: (True, (2, "missing")), BETA: (True, None)}
    assert house.run("audit", "verify").exit_code == 1
    forged = kept.read_text().replace('"number":2', '"number":1')
    kept.write_text(forged)
    assert "not signed with audit_keys, and not counted: 1 checkpoint" in house.run("audit", "verify").stderr


def test_a_lost_key_is_said_and_the_trail_can_be_signed_again(house: Cli) -> None:
    _without_key(house)
    assert "the earlier audit key is gone" in house.ok("init")
    assert _verified(house)[ACME] == (True, (1, "forged"))
    assert house.json("audit", "sign", *WHOSE, "--again", "--yes")["entries"] == 1
    assert _verified(house)[ACME] == (True, None)


def test_a_second_machine_takes_the_audit_key_and_one_with_another_is_refused(tmp_path: Path) -> None:
    first, second = Cli(tmp_path / "first"), Cli(tmp_path / "second")
    first.ok("init", "--store", tmp_path / "fsplug.db")
    exported = first.ok("secret", "export")
    (tmp_path / "secrets").write_text("\n".join(line for line in exported.splitlines() if "audit" not in line))
    init = ("init", "--store", tmp_path / "fsplug.db", "--join", tmp_path / "secrets")
    assert second.error(*init) == (2, "join-needed")
    (tmp_path / "secrets").write_text(exported)
    second.ok(*init)
    assert read(second.data, {}).trail_keys == read(first.data, {}).trail_keys
    _replace_key(second, "f" * 64)
    assert second.error("init") == (2, "other-secrets")
    assert str(next(trail_checks.every(read(second.data, {}))).state) == "wrong"


def test_a_malformed_key_is_refused_without_being_repeated(house: Cli) -> None:
    _replace_key(house, "5ecret")
    result = house.run("audit", "verify")
    assert result.exit_code == 2 and "audit_keys" in result.stderr and "64 hexadecimal" in result.stderr
    assert "5ecret" not in result.stderr


def _without_key(cli: Cli) -> None:
    path = cli.data / "fsplug.toml"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("audit_keys")))


def _replace_key(cli: Cli, key: str) -> None:
    _without_key(cli)
    path = cli.data / "fsplug.toml"
    path.write_text(f'audit_keys = "{key}"\n{path.read_text()}')
