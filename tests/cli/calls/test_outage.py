"""`fsplug outage`, `fsplug audit calls`, and what `gap list` says of outages."""

import json

import pytest

from fsplug.cli.kernel.context import EXIT_FOUND_WRONG
from fsplug.store.calls.entries import GapFound, JournalEntry, OutageSeen, TalkWitnessed
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import answered, lost, not_recorded


def witnessed(call: str, decision: str = "", outage: str | None = None, asked: bool = True) -> TalkWitnessed:
    """The switch's record of a call's talk."""
    made = decision or f"{call}-dec"
    return TalkWitnessed(f"{call}-seen", ACME, f"{call}-talk", call, "fs1", 1005.0, 1065.0, asked, made, outage)


def missed(call: str = "m", outage: str = "out") -> list[JournalEntry]:
    """A talk that got its decision afterwards: it should have been recorded."""
    gap = GapFound(ACME, call, f"{call}-dec", None, "frozen", "fsplug stood still", 1100.0)
    return [*answered(call, recording=None), gap, witnessed(call, outage=outage, asked=False)]


FROZEN = OutageSeen("out", "fs1", "frozen", 1000.0, 1060.0)


def test_no_outages_are_said_in_words(cli: Cli) -> None:
    assert cli.ok("outage", "list").startswith("no outages:")


def test_an_outage_is_one_row_for_each_company_with_from_until_and_count(cli: Cli) -> None:
    cli.write([FROZEN, *missed("m"), *missed("n")])
    expected = {"id": "out", "company": ACME, "switch": "fs1", "cause": "frozen", "talks": 2}
    expected |= {"at": 1000.0, "until": 1060.0}
    assert cli.json("outage", "list") == [expected]
    assert cli.json("outage", "list", "--company", ACME, "--since", "1050", "--until", "1055") == [expected]
    assert cli.json("outage", "list", "--since", "1061") == cli.json("outage", "list", "--until", "1000") == []
    assert cli.json("outage", "list", "--company", BETA) == []
    assert "frozen" in cli.ok("outage", "list")
    shown = cli.ok("gap", "list")
    assert "outages:" in shown and shown.count("fsplug stood still") == 2


def test_an_outage_that_lasts_is_shown_so_and_one_without_known_times_lasts_as_long_as_its_talks(cli: Cli) -> None:
    cli.write([OutageSeen("out", "fs1", "link-down", 1000.0), OutageSeen("talks", "fs1", "unheard")])
    cli.write([*missed("m"), *missed("n", "talks")])
    found = {one["cause"]: (one["at"], one["until"]) for one in cli.json("outage", "list")}
    assert found == {"link-down": (1000.0, None), "unheard": (1005.0, 1065.0)}
    assert "still" in cli.ok("outage", "list")


def test_when_every_talk_is_accounted_for_the_exit_code_is_0(cli: Cli) -> None:
    cli.write([FROZEN, *missed(), *lost("l"), witnessed("l"), *not_recorded(), witnessed("n")])
    [acme, beta] = sorted(cli.json("audit", "calls", "--since", "0"), key=lambda one: one["company"])
    figures = ("answered", "decisions", "wanted", "sealed", "gaps", "under_way", "missed", "not_asked", "unexplained")
    assert [acme[one] for one in figures] == [3, 3, 2, 0, 2, 0, 1, 1, 0]
    assert (acme["differences"], [one["talks"] for one in acme["outages"]]) == ([], [1])
    assert (beta["company"], beta["answered"]) == (BETA, 0)
    shown = cli.ok("audit", "calls", "--since", "0")
    assert "no difference that can't be explained" in shown and "outage of acme.example (frozen)" in shown


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([witnessed("u")], "undecided"),
        ([*not_recorded()], "no-record"),
        ([*answered("w", recording=None), witnessed("w")], "neither-recording-nor-gap"),
    ],
)
def test_a_difference_that_nobody_can_explain_is_named_and_the_exit_code_is_1(
    entries: list[JournalEntry], reason: str, cli: Cli
) -> None:
    cli.write(entries)
    result = cli.run("audit", "calls", "--since", "0", "--company", ACME, "--json")
    [found] = json.loads(result.stdout)
    assert (result.exit_code, found["unexplained"]) == (EXIT_FOUND_WRONG, 1)
    [difference] = found["differences"]
    assert (difference["reason"], difference["is_explained"]) == (reason, False)
    shown = cli.run("audit", "calls", "--since", "0")
    assert shown.exit_code == EXIT_FOUND_WRONG and "UNEXPLAINED" in shown.stdout


def test_a_talk_that_goes_on_has_no_record_yet(cli: Cli) -> None:
    cli.write(answered("a"))
    [found] = cli.json("audit", "calls", "--since", "0", "--company", ACME)
    [difference] = found["differences"]
    assert (difference["reason"], difference["is_explained"]) == ("in-progress", True)


def test_only_talks_since_then_count(cli: Cli) -> None:
    cli.write([witnessed("u")])
    [found] = cli.json("audit", "calls", "--since", "1006", "--company", ACME)
    assert (found["answered"], found["differences"]) == (0, [])


def test_whoever_acts_for_a_company_sees_its_own_account_alone(cli: Cli) -> None:
    cli.write([FROZEN, *missed()])
    assert cli.run("audit", "calls", "--since", "0", "--company", BETA, "--as", f"1001@{ACME}").exit_code == 3
    assert cli.run("audit", "calls", "--since", "0", "--as", f"1004@{ACME}").exit_code == 3
