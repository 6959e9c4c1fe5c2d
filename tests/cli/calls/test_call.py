"""`fsplug call`, and what all lists have in common."""

from typing import Any

import pytest

from fsplug.store.calls.entries import JournalEntry
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import DAVID, answered, not_recorded, recorded, talk_to


def listed(cli: Cli, *options: object) -> list[str]:
    return [one["call"] for one in cli.json("call", "list", *options)]


def test_an_empty_list_is_said_in_words(cli: Cli) -> None:
    assert cli.ok("call", "list").startswith("no calls;")
    assert cli.json("call", "list") == []


def test_a_call_that_two_companies_have_is_listed_for_each_with_what_it_decided(cli: Cli) -> None:
    cli.write([*not_recorded("a"), *answered("a", 2100.0, talk_to(company=BETA), decision="theirs")])
    calls = {one["company"]: [made["record"] for made in one["decisions"]] for one in cli.json("call", "list")}
    talks = {one["company"]: (one["talks"], one["recorded"]) for one in cli.json("conversation", "list")}
    assert calls == {ACME: [False], BETA: [True]}
    assert talks == {ACME: (1, 0), BETA: (1, 1)}


def test_a_call_is_listed_with_everything_decided_in_it(cli: Cli) -> None:
    cli.write([*recorded("a"), *not_recorded("n")])
    newest, oldest = cli.json("call", "list", "--company", ACME)
    assert newest["decisions"][0]["reason"] == "user-without-flag"
    assert oldest == {
        "call": "a",
        "conversation": "a",
        "company": ACME,
        "switch": "fs1",
        "direction": "incoming",
        "group": None,
        "caller": "22334455",
        "called": "+4570101001",
        "started_at": 1000.0,
        "answered_at": 1005.0,
        "ended_at": 1060.0,
        "cause": "NORMAL_CLEARING",
        "version": 1,
        "decisions": [
            {
                "decision": "a-dec",
                "record": True,
                "rule": "department-policy",
                "reason": "box-ticked",
                "user": "1001",
                "group": None,
                "direction": "incoming",
                "caller": "22334455",
                "answerer": "1001",
                "version": 1,
                "recording": "a-rec",
                "at": 1005.0,
                "on_demand": False,
                "picked_up_by": None,
            }
        ],
    }


def test_the_table_says_who_called_whom_and_what_was_decided(cli: Cli) -> None:
    cli.write([*recorded("a"), *answered("b")])
    table = cli.ok("call", "list")
    assert all(word in table for word in ("22334455", "NORMAL_CLEARING", "goes on", "department-policy: record"))


def test_one_call_is_shown_with_its_reasons_in_words(cli: Cli) -> None:
    cli.write(not_recorded("n"))
    assert "1004 has no recording flag (user-without-flag)" in cli.ok("call", "show", "n")
    assert cli.json("call", "show", "n")["call"] == "n"


def test_a_call_that_was_picked_up_says_by_whom(cli: Cli) -> None:
    cli.write(recorded("a", talk=talk_to(picked_up_by="1001")))
    titles, decided = cli.ok("call", "show", "a").splitlines()[-2:]
    assert decided[titles.index("picked up by") :].split()[0] == "1001"
    [facts] = cli.json("call", "show", "a")["decisions"]
    assert facts["picked_up_by"] == "1001"


def test_a_call_of_another_company_is_not_shown(cli: Cli) -> None:
    cli.write(recorded("a"))
    assert cli.error("call", "show", "a", "--company", BETA) == (2, "unknown-call")
    assert cli.error("call", "show", "z") == (2, "unknown-call")


def test_without_a_company_the_calls_of_all_stand_in_one_list_by_time(cli: Cli) -> None:
    entries: list[JournalEntry] = []
    for number in range(6):
        company = (ACME, BETA)[number % 2]
        entries += answered(
            f"c{number}", at=1000.0 + number, talk=talk_to(company=company), record=False, recording=None
        )
    cli.write(entries)
    assert listed(cli) == ["c5", "c4", "c3", "c2", "c1", "c0"]
    assert listed(cli, "--company", BETA) == ["c5", "c3", "c1"]
    assert listed(cli, "--limit", 2) == ["c5", "c4"]


def test_a_list_that_was_cut_says_so(cli: Cli) -> None:
    cli.write([*recorded("a"), *recorded("b", at=1001.0)])
    assert "there are more than these 1" in cli.ok("call", "list", "--limit", 1)
    assert "there are more" not in cli.ok("call", "list", "--limit", 2)


def test_lists_longer_than_a_page_are_whole(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fsplug.cli.kernel.listing.PAGE_ROWS", 3)
    cli.write([entry for n in range(10) for entry in recorded(f"c{n}", at=1000.0 + n // 2)])
    assert sorted(listed(cli, "--limit", 100)) == [f"c{n}" for n in range(10)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--since", 2000), ["n"]),
        (("--until", 2000), ["a"]),
        (("--since", "1970-01-01T00:16:40Z", "--until", "1970-01-01T00:33:20Z"), ["a"]),
        (("--since", "7d"), []),
        (("--user", "1004"), ["n"]),
        (("--user", "70 10 10 01"), ["a"]),
        (("--user", "nobody"), []),
    ],
)
def test_a_list_holds_what_was_asked_for(cli: Cli, options: tuple[Any, ...], expected: list[str]) -> None:
    cli.write([*recorded("a"), *not_recorded("n")])
    assert listed(cli, *options) == expected


@pytest.mark.parametrize("kept", ["22334455", "+4522334455", "004522334455", "4522334455", "*31#22334455"])
@pytest.mark.parametrize("asked", ["22 33 44 55", "+45 22334455", "\u202a0045-22334455\u202c", "*31#22334455 ext. 5"])
def test_a_number_is_found_however_it_was_kept_and_however_it_is_asked_for(cli: Cli, kept: str, asked: str) -> None:
    cli.write(
        [*not_recorded("n", talk=talk_to(DAVID, caller=kept)), *not_recorded("o", talk=talk_to(DAVID, "55667788"))]
    )
    assert listed(cli, "--number", asked) == ["n"]


@pytest.mark.parametrize("noun", ["call", "recording", "gap", "listen", "share"])
@pytest.mark.parametrize(
    ("asked", "code"),
    [("", "bad-number"), ("doctor", "bad-number"), ("2,2334E+07", "spoilt-number"), ("00000000", "impossible-number")],
)
def test_what_is_no_number_is_said_and_lists_nothing(cli: Cli, noun: str, asked: str, code: str) -> None:
    cli.write(not_recorded("n"))
    assert cli.error(noun, "list", "--company", ACME, "--number", asked) == (2, code)


def test_a_number_of_one_companys_country_is_looked_for_there(cli: Cli) -> None:
    cli.write(not_recorded("n", talk=talk_to(DAVID, caller="+4681001099")))
    assert listed(cli, "--number", "08-100 10 99") == []
    assert listed(cli, "--number", "+46 8 100 10 99") == ["n"]
    assert cli.error("call", "list", "--number", "00000000") == (2, "impossible-number")


def test_what_a_caller_wrote_cannot_reach_the_terminal(cli: Cli) -> None:
    cli.write(not_recorded("n", talk=talk_to(DAVID, caller="\x1b]0;owned\x07\u202e\n22")))
    for words in (("call", "list"), ("call", "show", "n")):
        assert all(line.isprintable() for line in cli.ok(*words).split("\n"))
