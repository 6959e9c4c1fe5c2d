"""`fsplug gap`."""

from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import lost


def test_no_gaps_are_said_in_words(cli: Cli) -> None:
    assert cli.ok("gap", "list").startswith("no gaps:")


def test_a_gap_is_listed_with_its_cause(cli: Cli) -> None:
    cli.write(lost("l"))
    assert cli.json("gap", "list") == [
        {
            "decision": "l-dec",
            "company": ACME,
            "call": "l",
            "recording": "l-rec",
            "cause": "spool-full",
            "detail": "0 bytes are left",
            "at": 3006.0,
            "user": "1001",
            "conversation": "l",
        }
    ]
    assert "0 bytes are left" in cli.ok("gap", "list")
    assert cli.json("gap", "list", "--company", BETA) == []
