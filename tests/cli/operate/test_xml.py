"""`fsplug xml`."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.cli.conftest import ACME, BETA, Cli


def test_files_are_rendered_once_and_then_left_alone(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert f"dialplan/{ACME}.xml: written" in cli.ok("xml", "render", "--out", out)
    assert cli.ok("xml", "render", "--out", out) == "already up to date: 7 files\n"
    assert ElementTree.parse(out / "directory" / f"{BETA}.xml").getroot().tag == "include"


def test_a_dry_run_of_one_company_names_its_files(cli: Cli, tmp_path: Path) -> None:
    printed = cli.json("xml", "render", "--out", tmp_path / "out", "--company", BETA, "--dry-run")
    assert [place for place in printed["written"] if ACME in place] == []
    assert f"directory/{BETA}.xml" in printed["written"]
    assert not (tmp_path / "out").exists()


def test_an_unknown_company_is_reported(cli: Cli, tmp_path: Path) -> None:
    assert cli.error("xml", "render", "--out", tmp_path, "--company", "gamma.example") == (2, "unknown-company")


def test_a_folder_that_can_t_be_written_is_reported(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "dialplan").write_text("")
    assert cli.error("xml", "render", "--out", tmp_path / "out") == (4, "folder-unwritable")


def test_what_a_number_is_answered_is_shown(cli: Cli) -> None:
    shown = ElementTree.fromstring(cli.ok("xml", "show", "dialplan", "--company", ACME, "--number", "2001"))
    assert [one.get("name") for one in shown.iter("extension")][-1] == "group 2001"
    assert "XML beta.example" in cli.ok("xml", "show", "dialplan", "--number", "+4681001001")


def test_a_hash_is_shown_only_to_who_asks_for_secrets(cli: Cli) -> None:
    asked = ("xml", "show", "directory", "--company", ACME, "--user", "1001-app")
    hidden, shown = cli.json(*asked)["xml"], cli.json(*asked, "--show-secrets")["xml"]
    assert 'name="a1-hash" value="(secret)"' in hidden
    assert 'name="a1-hash" value="(secret)"' not in shown
    assert "1001-app%acme.example" in hidden


def test_a_department_is_shown(cli: Cli) -> None:
    shown = ElementTree.fromstring(cli.ok("xml", "show", "directory", "--company", ACME, "--department", "Support"))
    assert [user.get("id") for user in shown.iter("user")] == ["1003", "1004"]


def test_files_that_are_not_fsplug_s_are_reported(cli: Cli) -> None:
    assert cli.error("xml", "show", "dialplan", "--number", "+4570109999") == (2, "not-found")
    assert cli.error("xml", "show", "directory", "--company", "gamma.example", "--user", "1") == (2, "not-found")


def test_a_template_of_one_s_own_is_used(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "dialplan").mkdir()
    (tmp_path / "dialplan" / "ring.xml.j2").write_text("<!-- {{ it.name }} -->")
    shown = cli.ok("xml", "show", "dialplan", "--company", ACME, "--number", "1001", "--templates", tmp_path)
    assert "<!-- user 1001 -->" in shown
    (tmp_path / "dialplan" / "ring.xml.j2").write_text("{{ no }}")
    asked = ("xml", "show", "dialplan", "--company", ACME, "--number", "1001", "--templates", tmp_path)
    assert cli.error(*asked) == (2, "bad-template")
