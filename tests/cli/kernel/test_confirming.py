"""The one question before what is hard to undo."""

import io
import sys
from pathlib import Path

import click
import pytest

import fsplug.cli
from fsplug.cli.kernel.confirming import confirm
from fsplug.cli.kernel.context import Invocation
from fsplug.errors import Invalid
from tests.cli.conftest import Cli


class Terminal(io.StringIO):
    """Standard input with somebody at it, who types this."""

    def isatty(self) -> bool:
        return True


def remove(yes: bool = False, json: bool = False, may_ask: bool = True, has_dry_run: bool = False) -> None:
    invocation = Invocation(json=json)
    known = {"may_ask": may_ask, "has_dry_run": has_dry_run}
    confirm(
        invocation, "remove the rec\x1bord?", yes, "removes the record", "removal-not-confirmed", what="it", **known
    )


def test_it_is_asked_at_a_terminal_in_printable_characters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    remove()
    said = capsys.readouterr()
    assert "remove the rec\\x1bord? [y/N]:" in said.out + said.err


def test_a_no_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    with pytest.raises(click.Abort):
        remove()


@pytest.mark.parametrize("known", [{"json": True}, {"may_ask": False}])
def test_where_nobody_can_be_asked_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, known: dict[str, bool]) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    with pytest.raises(Invalid) as refused:
        remove(**known)
    assert (refused.value.code, refused.value.facts) == ("removal-not-confirmed", {"what": "it"})
    assert refused.value.text == "this removes the record and nobody can be asked to confirm; add --yes"
    with pytest.raises(Invalid, match="check with --dry-run, then add --yes"):
        remove(has_dry_run=True, **known)


def test_a_yes_given_before_is_not_asked_for() -> None:
    remove(yes=True, json=True)


def test_without_a_terminal_the_exit_code_is_2(cli: Cli) -> None:
    assert cli.error("user", "remove", "--company", "acme.example", "1001") == (2, "removal-not-confirmed")


def test_no_command_asks_in_a_way_of_its_own() -> None:
    package = Path(fsplug.cli.__file__).parent
    asking = [one.name for one in package.rglob("*.py") if "click.confirm(" in one.read_text()]
    assert asking == ["confirming.py"]
