"""`fsplug apply`."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.cli.conftest import ACME, BETA, DEMO, Cli

SMALL = """[[company]]
domain = "gamma.example"
name = "Gamma"
country = "DK"
{more}
"""


@pytest.fixture
def smaller(tmp_path: Path) -> Path:
    """The demo's companies without the user 1004."""
    parts = DEMO.read_text().replace(', "1004"]', "]").split("\n\n")
    path = tmp_path / "smaller.toml"
    path.write_text("\n\n".join(part for part in parts if "1004" not in part))
    return path


def users(cli: Cli) -> Any:
    """How David's call is decided: by his own department, or as somebody's outside."""
    return cli.json("policy", "simulate", "--company", ACME, "--from", "22334455", "--to", "1004")["to"]["user"]


def test_a_dry_run_says_what_would_change_and_changes_nothing(empty: Cli) -> None:
    empty.ok("init")
    printed = empty.ok("apply", DEMO, "--dry-run")
    assert f"+ {ACME}: add user 1001" in printed and "nothing was changed" in printed
    assert empty.json("store", "status")["companies"] == []


def test_it_makes_the_companies_and_a_second_run_has_nothing_to_change(empty: Cli) -> None:
    empty.ok("init")
    assert empty.json("apply", DEMO)["versions"] == {ACME: 1, BETA: 1}
    assert empty.ok("apply", DEMO) == "nothing to change\n"
    assert empty.json("apply", DEMO) == {"dry_run": False, "changes": [], "versions": {}}


def test_a_change_shows_before_and_after(cli: Cli, tmp_path: Path) -> None:
    changed = tmp_path / "changed.toml"
    changed.write_text(DEMO.read_text().replace('mode = "always"', 'mode = "never"'))
    assert f"~ {ACME}: change group policy 2001: mode 'always' -> 'never'" in cli.ok("apply", changed, "--dry-run")
    [change] = cli.json("apply", changed)["changes"]
    assert (change["before"]["mode"], change["after"]["mode"]) == ("always", "never")


def test_the_document_may_come_from_standard_input(cli: Cli) -> None:
    assert "gamma.example has policy version 1" in cli.ok("apply", "-", input=SMALL.format(more=""))


def test_removals_need_yes_where_nobody_can_be_asked(cli: Cli, smaller: Path) -> None:
    assert cli.error("apply", smaller) == (2, "removals-not-confirmed")
    assert users(cli) == "1004"
    assert f"- {ACME}: remove user 1004" in cli.ok("apply", smaller, "--yes")
    assert users(cli) is None


@pytest.mark.parametrize(("answer", "code", "left"), [(b"n\n", 1, "1004"), (b"y\n", 0, None)])
def test_removals_are_asked_for_at_a_terminal(cli: Cli, smaller: Path, answer: bytes, code: int, left: Any) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "fsplug", "apply", str(smaller), "--data", str(cli.data)]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.write(ours, answer)
        _, asked = process.communicate(timeout=PATIENCE_SECONDS)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code
    assert b"remove" in asked
    assert users(cli) == left


def test_every_error_of_the_document_is_said_and_nothing_is_changed(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(SMALL.format(more='bogus = 1\n[[company.user]]\nusername = "a b"\nextension = "x"'))
    result = cli.run("apply", path)
    assert result.exit_code == 2
    assert all(word in result.stderr for word in ("bogus", "a b", "use digits only"))
    assert len(cli.json("store", "status")["companies"]) == 2


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"a = " + b"[" * 5000])
def test_what_is_no_toml_is_an_error_that_names_the_file(cli: Cli, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    result = cli.run("apply", path)
    assert (result.exit_code, str(path) in result.stderr) == (2, True)


def test_who_changed_what_stands_beside_the_version(cli: Cli) -> None:
    assert cli.json("policy", "show", "--company", ACME)["by"] == "anna"


def test_a_document_for_ten_thousand_users_is_applied_as_a_whole(cli: Cli, tmp_path: Path) -> None:
    people = (f'[[company.user]]\nusername = "{n}"\nextension = "{n}"\nrecord = true' for n in range(20_000, 30_000))
    path = tmp_path / "many.toml"
    path.write_text(SMALL.format(more="\n".join(people)))
    assert len(cli.json("apply", path)["changes"]) == 10_001
    assert cli.ok("apply", path) == "nothing to change\n"
