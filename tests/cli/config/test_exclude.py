"""`fsplug exclude`."""

import pytest

from tests.cli.conftest import ACME, BETA, Cli

DOCTOR = "+4522334499"


def numbers(cli: Cli, company: str = ACME) -> dict[str, str]:
    return {one["number"]: one["note"] for one in cli.json("exclude", "list", "--company", company)}


def test_the_list_says_since_when_and_who(cli: Cli) -> None:
    [doctor] = cli.json("exclude", "list", "--company", ACME)
    assert (doctor["number"], doctor["note"], doctor["by"], doctor["version"]) == (
        DOCTOR,
        "the works doctor",
        "anna",
        1,
    )
    assert "the works doctor" in cli.ok("exclude", "list", "--company", ACME)
    assert cli.ok("exclude", "list", "--company", BETA).startswith("no number of beta.example is excluded;")


@pytest.mark.parametrize("text", ["70101155", "70 10 11 55", "+45 7010-1155", "004570101155", "tel:+4570101155"])
def test_any_spelling_will_do(cli: Cli, text: str) -> None:
    facts = cli.json("exclude", "add", "--company", ACME, text, "--note", "the priest")
    assert facts == {"company": ACME, "numbers": ["+4570101155"], "changed": ["+4570101155"], "version": 2}
    assert numbers(cli) == {DOCTOR: "the works doctor", "+4570101155": "the priest"}


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_several_numbers_are_one_version_and_one_entry_of_the_trail(cli: Cli, verb: str) -> None:
    spelled = ["70101155", "70 10 11 56", "+4570101157"]
    if verb == "remove":
        cli.ok("exclude", "add", "--company", ACME, *spelled)
    before = len(cli.json("audit", "list", "--company", ACME))
    facts = cli.json("exclude", verb, "--company", ACME, *spelled)
    assert facts["changed"] == ["+4570101155", "+4570101156", "+4570101157"]
    assert facts["version"] == (2 if verb == "add" else 3)
    entry, *earlier = cli.json("audit", "list", "--company", ACME)
    assert (entry["act"], len(entry["facts"]["changes"]), len(earlier)) == ("policy", 3, before)


def test_a_number_is_spelled_as_in_the_companys_country(cli: Cli) -> None:
    cli.ok("exclude", "add", "--company", BETA, "08-100 10 99")
    assert set(numbers(cli, BETA)) == {"+4681001099"}


@pytest.mark.parametrize(
    "spelling", ["\u202a+45 22 33 44 98\u202c", "*31#22334498", "22334498 ext. 5", "2233\u00ad4498"]
)
def test_a_number_may_be_pasted_with_what_surrounds_it(cli: Cli, spelling: str) -> None:
    cli.ok("exclude", "add", "--company", ACME, spelling)
    assert set(numbers(cli)) == {DOCTOR, "+4522334498"}


def test_each_reason_against_a_number_is_named(cli: Cli) -> None:
    result = cli.run("exclude", "add", "--company", ACME, "2,2334E+07", "00000000", "22334497.0", "doctor")
    assert result.exit_code == 2
    assert "2,2334E+07, 22334497.0: garbled by a spreadsheet" in result.stderr
    assert "00000000: impossible as a phone number in DK" in result.stderr
    assert "doctor: not a phone number in DK" in result.stderr
    assert set(numbers(cli)) == {DOCTOR}


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_what_is_no_number_is_named_and_nothing_is_changed(cli: Cli, verb: str) -> None:
    result = cli.run("exclude", verb, "--company", ACME, "22334499", "70101155", "doctor", "112")
    assert result.exit_code == 2
    assert "doctor, 112" in result.stderr and "70101155" not in result.stderr.partition(";")[0]
    assert set(numbers(cli)) == {DOCTOR}


def test_adding_again_changes_nothing_and_keeps_the_note(cli: Cli) -> None:
    assert "was already excluded" in cli.ok("exclude", "add", "--company", ACME, DOCTOR)
    assert cli.json("policy", "show", "--company", ACME)["version"] == 1
    assert numbers(cli) == {DOCTOR: "the works doctor"}


def test_a_note_is_one_line(cli: Cli) -> None:
    assert cli.error("exclude", "add", "--company", ACME, "70101155", "--note", "a\x1b[2J") == (2, "bad-usage")
    assert set(numbers(cli)) == {DOCTOR}


def test_a_number_can_be_taken_off_again(cli: Cli) -> None:
    assert "no longer excluded" in cli.ok("exclude", "remove", "--company", ACME, "22 33 44 99")
    assert numbers(cli) == {}
    assert "was not excluded" in cli.ok("exclude", "remove", "--company", ACME, "22 33 44 99")
