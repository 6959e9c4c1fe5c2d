"""fsplug's command line on a data folder of its own, with the demo's two companies in it."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jinja2 import Environment

from fsplug.cli.kernel.main import root
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import JournalEntry
from fsplug.store.db.database import Store
from tests.compiled import CompiledTemplates

DEMO = Path(__file__).parents[2] / "fixtures" / "demo.toml"
ACME, BETA = "acme.example", "beta.example"


@pytest.fixture(autouse=True)
def priorities(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The priorities of the processor that commands take: they run in the tests' own process, which keeps its own."""
    taken: list[int] = []
    monkeypatch.setattr("fsplug.cli.kernel.background.os.setpriority", lambda which, who, one: taken.append(one))
    monkeypatch.setattr("fsplug.cli.kernel.background._IOPRIO_SET", {})
    return taken


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Each command that writes the switch's XML loads its templates, but they are the same."""
    with pytest.MonkeyPatch.context() as patched:
        with_kept = partial(Environment, bytecode_cache=CompiledTemplates())
        patched.setattr("fsplug.xml.templates.Environment", with_kept)
        yield


@dataclass(frozen=True)
class Cli:
    """Calls `fsplug` as from a shell whose data folder is `data`."""

    data: Path

    def run(self, *arguments: object, input: str | None = None, **environment: str) -> Result:
        """One command, however it ends; what it raises beside an exit is a failure of the test."""
        clean = {"FSPLUG_DATA": str(self.data), "SUDO_USER": "anna", **environment}
        result = CliRunner().invoke(root, [str(one) for one in arguments], input=input, env=clean)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def ok(self, *arguments: object, input: str | None = None) -> str:
        """What a command prints that must succeed."""
        result = self.run(*arguments, input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: object) -> Any:
        """What a command prints with --json, and must succeed."""
        return json.loads(self.ok(*arguments, "--json"))

    def error(self, *arguments: object) -> tuple[int, str]:
        """The exit code of a command that must fail, and the error's code."""
        result = self.run(*arguments, "--json")
        return result.exit_code, json.loads(result.stderr)["error"]["code"]

    def write(self, entries: Sequence[JournalEntry]) -> None:
        """Have these things happened."""
        store = Store(self.data / "fsplug.db")
        ledger.apply(store, entries)
        store.close()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo's companies, to be copied for each test."""
    cli = Cli(tmp_path_factory.mktemp("cli") / "data")
    cli.ok("init")
    cli.ok("apply", DEMO)
    return cli.data


@pytest.fixture
def empty(tmp_path: Path) -> Cli:
    """fsplug with a data folder that isn't there yet."""
    return Cli(tmp_path / "data")


@pytest.fixture
def cli(furnished: Path, tmp_path: Path) -> Cli:
    """fsplug with the demo's companies, each at policy version 1."""
    return Cli(Path(shutil.copytree(furnished, tmp_path / "data")))


OF_ACME = ("--company", ACME)
