"""After any sequence of any commands and page edits the export can be applied, and has nothing to change."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.main import root
from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import operator
from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, Role
from fsplug.policy.recording import edit
from fsplug.policy.terms import Terms
from fsplug.store.change import edit_policy, edit_users, own_profile
from fsplug.store.config import actors, policies
from fsplug.store.db.database import Store
from tests.cli.config.anycommand import COMMANDS, Arguments
from tests.cli.conftest import Cli
from tests.store.conftest import cluster  # noqa: F401
from tests.store.whole import DOMAIN, whole

# These change nothing of a company, or are the property itself.
_READING = {"list", "show", "simulate", "preview"}
_LENGTH = 20
_CSV_HEAD = "username;extension;name;email;mobile_numbers;record"
PageEdit = Callable[[Store], object]
_TEXT = st.one_of(st.text(max_size=8), st.sampled_from(["", " ", "Sales", "\u2028", "x" * 501]))


@st.composite
def _page_edits(draw: st.DrawFn) -> PageEdit:
    """What a page of the console saves: of users, of the recording policy, of somebody's own profiles."""
    usernames = draw(st.lists(st.sampled_from(["anna", "bo", "eva"]), min_size=1, unique=True))
    email, department, profile, purpose = (draw(_TEXT) for _ in range(4))
    users = edit_users.UserEdit(
        licence=draw(st.sampled_from([None, True, False])),
        records=draw(st.sampled_from([None, True, False])),
        role=draw(st.sampled_from([None, *Role])),
        department=draw(st.sampled_from([None, department, "Sales"])),
        email=draw(st.sampled_from([None, email, "bo@whole.example"])),
        allow={profile: True, "available": draw(st.booleans())},
    )
    boxes = DepartmentPolicy(
        draw(st.sampled_from(["*", "Sales", department])), incoming=True, terms=Terms(purpose=purpose)
    )
    modes = GroupPolicy("2001", draw(st.sampled_from(GroupMode)), Terms(purpose=draw(_TEXT)))
    chosen = draw(st.sampled_from(["meeting", profile]))
    numbers = draw(st.sampled_from(["+4570101155", "70101155", "+1", ""]))

    def save_users(store: Store) -> None:
        edit_users.save(store, DOMAIN, usernames, users, operator("root"), policies.current_version(store, DOMAIN))

    def save_policy(store: Store) -> None:
        version = policies.current_version(store, DOMAIN)
        policy_edit = edit.PolicyEdit(version, {boxes.department: boxes}, {"2001": modes}, {numbers: purpose})
        edit_policy.save(store, DOMAIN, policy_edit, operator("root"))

    def choose(store: Store) -> None:
        own_profile.choose(store, actors.actor(store, DOMAIN, usernames[0]), chosen)

    return draw(st.sampled_from([save_users, save_policy, choose]))


_PAGE = "a page"
# Many kinds of steps in each sequence: drawn one by one, most would be the same few.
STEPS = st.permutations([*COMMANDS, *[_PAGE] * 10]).flatmap(
    lambda names: st.tuples(*(_page_edits() if name == _PAGE else COMMANDS[name] for name in names[:_LENGTH]))
)


@pytest.fixture(scope="module")
def with_everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a company that has one of everything."""
    cli = Cli(tmp_path_factory.mktemp("any") / "data")
    cli.ok("init")
    _furnish(cli)
    return cli.data


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without companies."""
    cli = Cli(tmp_path_factory.mktemp("nothing") / "data")
    cli.ok("init")
    return cli.data


def _furnish(cli: Cli) -> None:
    (cli.data / "whole.toml").write_text(toml({"company": [whole()]}))
    cli.ok("apply", cli.data / "whole.toml")


@contextmanager
def _copy(of: Path) -> Iterator[Cli]:
    with TemporaryDirectory() as folder:
        yield Cli(Path(shutil.copytree(of, Path(folder) / "data")))


@contextmanager
def _on_postgres(server: Any) -> Iterator[Cli]:
    name = server.new_database()
    with TemporaryDirectory() as folder:
        cli = Cli(Path(folder) / "data")
        cli.ok("init", "--store", server.url(name))
        yield cli
    server.drop(name)


def _take(cli: Cli, step: Arguments | PageEdit) -> None:
    if callable(step):
        with Invocation(cli.data).store() as store, suppress(Invalid, Refused):
            step(store)
        return
    result = cli.run(*(_in_a_file(cli, word) for word in step))
    assert result.exit_code in (0, 2, 3), result.output


def _in_a_file(cli: Cli, word: str) -> str:
    """Passwords and spreadsheets are read from files."""
    contents = {"good": "Good-password-1", "short": "short"}
    if word.startswith("csv:"):
        word, text = "users.csv", f"{_CSV_HEAD}\n{word.removeprefix('csv:')}\n"
    elif word in contents:
        text = contents[word]
    else:
        return word
    (cli.data / word).write_text(text, "utf-8", errors="replace")
    return str(cli.data / word)


def _check(here: Cli, there: Cli) -> None:
    for secrets in ([], ["--show-secrets"]):
        text = here.ok("export", *secrets)
        file = here.data / "exported.toml"
        file.write_text(text, "utf-8")
        assert here.ok("apply", file) == "nothing to change\n"
    there.ok("apply", file)
    assert there.ok("export", "--show-secrets") == text
    assert there.ok("export") == here.ok("export")


def _walk(here: Cli, there: Cli, steps: Sequence[Arguments | PageEdit]) -> None:
    for step in steps:
        _take(here, step)
    _check(here, there)


_SAME_EVERY_TIME = settings(
    max_examples=20,
    derandomize=True,
    database=None,
    # A sequence takes a second: making a failing one smaller would take minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@_SAME_EVERY_TIME
@given(steps=STEPS)
def test_any_commands_leave_what_can_be_exported_and_applied_again(
    with_everything: Path, nothing: Path, steps: Sequence[Arguments | PageEdit]
) -> None:
    with _copy(with_everything) as here, _copy(nothing) as there:
        _walk(here, there, steps)


@settings(_SAME_EVERY_TIME, max_examples=3)
@given(steps=STEPS)
def test_any_commands_leave_it_on_postgresql_too(
    request: pytest.FixtureRequest, steps: Sequence[Arguments | PageEdit]
) -> None:
    server = request.getfixturevalue("cluster")
    with _on_postgres(server) as here, _on_postgres(server) as there:
        _furnish(here)
        _walk(here, there, steps)


def test_every_command_that_changes_the_configuration_is_among_them() -> None:
    found = set()
    for noun, group in _groups():
        found |= {name for name in _names(noun, group) if name.split()[-1] not in _READING}
    assert found == set(COMMANDS)


def _names(path: str, command: click.Command) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield path
        return
    for verb, one in command.commands.items():
        yield from _names(f"{path} {verb}", one)


def _groups() -> Iterator[tuple[str, click.Group]]:
    context = click.Context(root)
    for name in root.list_commands(context):
        command: Any = root.get_command(context, name)
        module = next(iter(command.commands.values())).callback.__module__ if isinstance(command, click.Group) else ""
        if module.startswith("fsplug.cli.config"):
            yield name, command
