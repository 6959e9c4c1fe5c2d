"""`fsplug init`."""

import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from fsplug.wiring.settings import read
from tests.cli.conftest import Cli


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_makes_everything_that_serve_needs(empty: Cli) -> None:
    made = empty.json("init")["made"]
    assert made == ["data folder", "settings", "spool", "archive", "store"]
    there = sorted(path.name for path in empty.data.iterdir())
    assert there == ["archive", "call-secret", "fsplug.db", "fsplug.toml", "spool"]
    assert "fsplug apply" in empty.ok("init")


def test_only_its_owner_can_look_into_the_data_folder(empty: Cli) -> None:
    empty.ok("init")
    assert mode(empty.data) == 0o700
    assert mode(empty.data / "fsplug.toml") == 0o600
    assert mode(empty.data / "call-secret") == 0o600
    assert mode(empty.data / "archive") == 0o700


def test_a_second_run_changes_nothing_and_says_so(empty: Cli) -> None:
    empty.ok("init")
    # Both are checked by a file that is put there and removed.
    probed = ("spool", "archive")
    before = {path: path.stat().st_mtime_ns for path in empty.data.iterdir() if path.name not in probed}
    assert empty.json("init")["made"] == []
    assert "already there: settings" in empty.ok("init")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [list((empty.data / name).iterdir()) for name in probed] == [[], []]


def test_a_second_run_makes_what_went_missing(empty: Cli) -> None:
    empty.ok("init")
    (empty.data / "spool").rmdir()
    assert empty.json("init")["made"] == ["spool"]


def test_only_what_was_named_is_active_in_the_settings_and_the_file_means_the_same(empty: Cli, tmp_path: Path) -> None:
    empty.ok("init", "--spool", tmp_path / "spool", "--archive", tmp_path / 'an "archive"')
    text = (empty.data / "fsplug.toml").read_text()
    assert set(tomllib.loads(text)) == {"spool", "archive", "xml_password", "secret_key", "audit_keys"}
    assert "# listen_port = 8084" in text
    settings = read(empty.data, {})
    assert (settings.spool, settings.archive) == (tmp_path / "spool", str(tmp_path / 'an "archive"'))
    assert settings.spool.is_dir()


def test_the_settings_file_is_right_when_every_line_is_put_in_force(empty: Cli) -> None:
    empty.ok("init")
    path = empty.data / "fsplug.toml"
    before = read(empty.data, {})
    in_force = [line.removeprefix("# ") for line in path.read_text().splitlines() if " = " in line]
    path.write_text("\n".join(line for line in in_force if "password" not in line and '"..."' not in line))
    assert read(empty.data, {}) == replace(before, xml_password="")


def test_every_installation_has_an_endpoint_password_of_its_own_that_nobody_else_reads(empty: Cli) -> None:
    empty.ok("init")
    path = empty.data / "fsplug.toml"
    password = read(empty.data, {}).xml_password
    assert len(password) >= 24 and path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    empty.ok("init")
    assert read(empty.data, {}).xml_password not in (password, "")


def test_a_second_run_with_other_settings_says_where_to_change_them(empty: Cli, tmp_path: Path) -> None:
    empty.ok("init")
    assert empty.error("init", "--spool", tmp_path / "other") == (2, "already-set")
    assert empty.run("init", "--spool", empty.data / "spool").exit_code == 0


@pytest.mark.parametrize("name", ["with space", "braces{}", "8000", "comma,"])
def test_it_refuses_a_spool_the_switch_cant_record_to_and_makes_nothing(empty: Cli, tmp_path: Path, name: str) -> None:
    assert empty.error("init", "--spool", tmp_path / name) == (2, "bad-spool")
    assert not empty.data.exists() and not (tmp_path / name).exists()


def test_a_spool_that_cant_be_written_is_said(empty: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert empty.error("init", "--spool", tmp_path / "file" / "spool") == (4, "folder-not-made")


def test_a_stores_password_is_not_shown(empty: Cli) -> None:
    empty.data.mkdir()
    (empty.data / "fsplug.toml").write_text('store = "postgresql://fsplug:secret@localhost/fsplug"\n')
    result = empty.run("init", "--store", "postgresql://fsplug:other@localhost/fsplug")
    assert result.exit_code == 2
    assert "localhost/fsplug" in result.stderr
    assert "secret" not in result.output and "other@" not in result.output
