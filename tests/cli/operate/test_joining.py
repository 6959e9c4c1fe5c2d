"""Two machines on one store: they share its secrets, and a machine with others is told so by every door."""

from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.wiring.doctor import console
from fsplug.wiring.doctor.findings import FindingState
from fsplug.wiring.people.process import PeopleProcess
from fsplug.wiring.settings import read
from tests.cli.conftest import Cli


@pytest.fixture
def first(tmp_path: Path) -> Cli:
    """The machine that made the store."""
    cli = Cli(tmp_path / "first")
    cli.ok("init", "--store", tmp_path / "fsplug.db")
    return cli


@pytest.fixture
def second(tmp_path: Path) -> Cli:
    """A machine that is new."""
    return Cli(tmp_path / "second")


def _keys(cli: Cli) -> tuple[str, ...]:
    return read(cli.data, {}).secret_keys


def _init(cli: Cli, tmp_path: Path, *more: object) -> tuple[object, ...]:
    return ("init", "--store", tmp_path / "fsplug.db", *more)


def _joins(cli: Cli, first: Cli, tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text(first.ok("secret", "export"))
    cli.ok(*_init(cli, tmp_path, "--join", tmp_path / "secrets"))


def _found(cli: Cli) -> FindingState:
    return console.secret_key(read(cli.data, {})).state


def test_a_second_machine_takes_the_secrets_of_the_first(first: Cli, second: Cli, tmp_path: Path) -> None:
    assert second.error(*_init(second, tmp_path)) == (2, "join-needed")
    assert not (second.data / "fsplug.toml").exists()
    _joins(second, first, tmp_path)
    assert _keys(second) == _keys(first)
    assert [_found(cli) for cli in (first, second)] == [FindingState.OK] * 2
    assert second.json(*_init(second, tmp_path))["made"] == []


def test_secrets_come_by_standard_input_too(first: Cli, second: Cli, tmp_path: Path) -> None:
    second.ok(*_init(second, tmp_path, "--join", "-"), input=first.ok("secret", "export"))
    assert _keys(second) == _keys(first)


@pytest.mark.parametrize("text", ["", "nothing of the kind", "secret_key = 'a'"])
def test_what_holds_no_secrets_is_refused_before_anything_is_made(
    first: Cli, second: Cli, tmp_path: Path, text: str
) -> None:
    (tmp_path / "secrets").write_text(text)
    code, error = second.error(*_init(second, tmp_path, "--join", tmp_path / "secrets"))
    assert (code, error) == (2, "bad-secrets" if text else "no-secrets")
    assert not second.data.exists()


def test_the_secrets_of_another_store_are_refused(first: Cli, second: Cli, tmp_path: Path) -> None:
    stranger = Cli(tmp_path / "stranger")
    stranger.ok("init")
    (tmp_path / "secrets").write_text(stranger.ok("secret", "export"))
    assert second.error(*_init(second, tmp_path, "--join", tmp_path / "secrets")) == (2, "other-secrets")


def test_after_a_rotation_the_other_machine_is_told_and_joins_again(first: Cli, second: Cli, tmp_path: Path) -> None:
    _joins(second, first, tmp_path)
    sealed = SecretKeys(_keys(second)).seal("before")
    first.ok("secret", "rotate")
    found = console.secret_key(read(second.data, {}))
    assert (found.state, found.remedy) == (
        FindingState.WRONG,
        "where codes work: fsplug secret export > FILE; here: fsplug init --join FILE",
    )
    assert second.error("secret", "rotate") == (2, "other-secrets")
    with pytest.raises(Invalid, match="is not the store's"):
        PeopleProcess(read(second.data, {}, web_url="http://127.0.0.1:1"), seals=False)
    _joins(second, first, tmp_path)
    assert _found(second) is FindingState.OK
    assert _keys(second)[0] == _keys(first)[0]
    assert SecretKeys(_keys(second)).open(sealed) == "before"


def test_a_machine_that_had_a_key_of_its_own_keeps_it_for_what_it_sealed(
    first: Cli, second: Cli, tmp_path: Path
) -> None:
    second.ok("init")
    own = _keys(second)
    text = (second.data / "fsplug.toml").read_text()
    (second.data / "fsplug.toml").write_text(f'store = "{tmp_path / "fsplug.db"}"\n{text}')
    assert _found(second) is FindingState.WRONG
    _joins(second, first, tmp_path)
    assert _keys(second) == (*_keys(first), *own)
    assert _found(second) is FindingState.OK
