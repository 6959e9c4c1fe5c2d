"""The command line as a whole: help, where options may stand, errors and exit codes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from fsplug import __version__
from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.main import COMMANDS, root
from fsplug.errors import Invalid, Refused, Unavailable
from tests.cli.conftest import ACME, Cli

ROOT = Path(__file__).parents[3]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be called, by its whole name."""
    for name, place in COMMANDS.items():
        yield from _below(name, place.load())


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for verb, one in command.commands.items():
        yield from _below(f"{name} {verb}", one)


def test_every_command_has_help() -> None:
    assert [name for name, command in commands() if not command.help] == []


def test_the_page_of_commands_is_made_from_these_commands() -> None:
    made = subprocess.run([sys.executable, ROOT / "scripts" / "cli-docs", "--check"], capture_output=True, text=True)
    assert (made.returncode, made.stderr) == (0, "")


def test_every_option_has_help_and_every_command_takes_data_and_json() -> None:
    for name, command in commands():
        options = [one for one in command.params if isinstance(one, click.Option)]
        assert all(one.help for one in options), name
        assert {"data", "json"} <= {one.name for one in options}, name


def test_help_imports_nothing_heavy() -> None:
    heavy = ("gevent", "greenswitch", "peewee", "phonenumbers", "pydantic", "structlog", "tomlkit")
    program = f"""import sys
from fsplug.cli.kernel.main import root
root(['--help'], standalone_mode=False)
print([one for one in {heavy} if one in sys.modules], file=sys.stderr)"""
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert result.stderr.strip() == "[]"


def test_a_command_that_only_shows_what_is_there_does_without_pydantic(cli: Cli) -> None:
    program = f"""import sys
from fsplug.cli.kernel.main import root
root(['user', 'list', '--company', '{ACME}', '--data', {str(cli.data)!r}], standalone_mode=False)
print([one for one in sys.modules if one.startswith('pydantic')], file=sys.stderr)"""
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ("1001" in result.stdout, result.stderr.strip()) == (True, "[]")


def test_the_version_is_printed(cli: Cli) -> None:
    assert cli.ok("--version") == f"fsplug {__version__}\n"


@pytest.mark.parametrize("place", range(4))
def test_the_data_folder_may_be_named_anywhere_on_the_line(cli: Cli, tmp_path: Path, place: int) -> None:
    words = ["call", "list", "--json"]
    words[place:place] = ["--data", str(cli.data)]
    assert json.loads(cli.run(*words, FSPLUG_DATA=str(tmp_path / "nowhere")).stdout) == []


@pytest.mark.parametrize("place", range(3))
def test_json_may_be_asked_for_anywhere_on_the_line(cli: Cli, place: int) -> None:
    words = ["gap", "list"]
    words.insert(place, "--json")
    assert json.loads(cli.ok(*words)) == []


def test_without_a_data_folder_named_it_is_the_systems_else_one_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FSPLUG_DATA", raising=False)
    monkeypatch.setattr("fsplug.cli.kernel.context.SYSTEM_FOLDER", tmp_path / "system")
    assert Invocation().folder == Path("fsplug-data")
    (tmp_path / "system").mkdir()
    assert Invocation().folder == tmp_path / "system"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Invalid("bad", "no good", value=1), 2),
        (Refused("no", "not allowed"), 3),
        (Unavailable("away", "not there"), 4),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("fsplug.store.calls.gaps.listed", fail)
    result = cli.run("gap", "list")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"fsplug: {error}\n")


def test_with_json_an_error_is_json_on_stderr(cli: Cli) -> None:
    result = cli.run("exclude", "list", "--company", "gamma.example", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    error = json.loads(result.stderr)["error"]
    assert (error["code"], error["facts"]) == ("unknown-company", {"company": "gamma.example"})
    assert "fsplug apply" in error["text"]


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("call", "bogus"),
        ("call", "list", "--bogus"),
        ("call", "list", "--limit", "none"),
        ("call", "list", "--limit", "9" * 30),
        ("exclude", "list"),
    ],
)
def test_a_mistyped_line_is_an_error_of_the_same_shape(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli.error(*words) == (2, "bad-usage")
    assert "Usage:" in cli.run(*words).stderr


def test_without_a_store_every_command_says_how_to_make_one(empty: Cli) -> None:
    for words in (("call", "list"), ("policy", "show", "--company", ACME), ("store", "status"), ("apply", "-")):
        result = empty.run(*words)
        assert result.exit_code == 2, words
        assert f"fsplug init --data {empty.data}" in result.stderr
    assert not empty.data.exists()


def test_bad_settings_are_all_named_at_once(cli: Cli) -> None:
    (cli.data / "fsplug.toml").write_text('bogus = 1\nlisten_port = "x"\n')
    result = cli.run("call", "list")
    assert result.exit_code == 2
    assert "bogus" in result.stderr and "listen_port" in result.stderr


def test_settings_that_cant_be_read_are_an_error_not_a_traceback(cli: Cli) -> None:
    (cli.data / "fsplug.toml").unlink()
    (cli.data / "fsplug.toml").mkdir()
    assert cli.error("call", "list") == (4, "settings-unreadable")


def test_root_is_the_program_that_setuptools_installs() -> None:
    result = subprocess.run([sys.executable, "-m", "fsplug", "bogus"], capture_output=True, text=True)
    assert result.returncode == 2
    assert "No such command 'bogus'" in result.stderr
    assert root.name == "root"
