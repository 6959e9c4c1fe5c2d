"""`fsplug decision replay`: what was decided can be decided again (spec B1)."""

from typing import Any

import pytest

from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import DAVID, answered, not_recorded, recorded, talk_to


def test_decisions_come_out_as_they_did(cli: Cli) -> None:
    cli.write([*recorded("a"), *not_recorded("n")])
    assert cli.json("decision", "replay") == {"decisions": 2, "equal": 2, "different": []}
    assert cli.ok("decision", "replay") == "2 decisions replayed: 2 equal, 0 different\n"


def test_they_do_so_under_the_policy_of_their_time_and_not_under_todays(cli: Cli) -> None:
    cli.write(recorded("a"))
    cli.ok("policy", "set", "--company", ACME, "--department", "Sales", "--no-incoming")
    cli.ok("exclude", "add", "--company", ACME, "22334455")
    assert cli.json("decision", "replay")["equal"] == 1


@pytest.mark.parametrize(
    "forged",
    [{"record": False, "recording": None}, {"rule": "group-always"}, {"user": "1002"}, {"inputs": {}}, {"version": 9}],
)
def test_a_decision_that_is_not_what_policy_said_is_found(cli: Cli, forged: dict[str, Any]) -> None:
    cli.write([*answered("f", **forged), *not_recorded("n")])
    result = cli.run("decision", "replay")
    assert result.exit_code == 1
    assert "1 equal, 1 different" in result.stdout and "f-dec" in result.stdout


def test_only_the_decisions_asked_for_are_replayed(cli: Cli) -> None:
    cli.write([*recorded("a"), *not_recorded("n", talk=talk_to(DAVID))])
    assert cli.json("decision", "replay", "--since", 2000)["decisions"] == 1
    assert cli.json("decision", "replay", "--company", BETA)["decisions"] == 0
    assert cli.ok("decision", "replay", "--company", BETA).startswith("no decisions yet")
