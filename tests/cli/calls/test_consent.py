"""`fsplug consent`: who was told or asked about being recorded, and what they answered."""

import json
from dataclasses import replace
from pathlib import Path

from fsplug.store.calls.conversation_entries import ConsentTaken
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import not_recorded, recorded

CUSTOMER = "22334455"


def asked(call: str = "a", at: float = 1000.0, result: str = "yes", company: str = ACME) -> ConsentTaken:
    """A customer was asked by an IVR."""
    return ConsentTaken(
        id=f"{call}-consent-0",
        company=company,
        call=call,
        leg=call,
        number=CUSTOMER,
        user=None,
        form="ivr",
        result=result,
        at=at,
        until=at + 4.0,
        ivr="3001",
        languages=("da", "en"),
        hashes=("ab" * 32, "cd" * 32),
        prompt="Må vi optage?\nMay we record?",
        pressed="1" if result == "yes" else "",
    )


def test_what_was_played_and_answered_is_listed_and_shown(cli: Cli) -> None:
    assert cli.ok("consent", "list") == "nobody was told or asked about being recorded\n"
    cli.write([asked(), *recorded("a")])
    [row] = cli.json("consent", "list", "--company", ACME)
    assert row == {
        "id": "a-consent-0",
        "company": ACME,
        "call": "a",
        "conversation": "a",
        "leg": "a",
        "number": CUSTOMER,
        "user": None,
        "form": "ivr",
        "ivr": "3001",
        "languages": ["da", "en"],
        "hashes": ["ab" * 32, "cd" * 32],
        "prompt": "Må vi optage?\nMay we record?",
        "pressed": "1",
        "result": "yes",
        "at": 1000.0,
        "until": 1004.0,
        "by_user": None,
        "door": None,
    }
    assert cli.json("consent", "show", "a-consent-0") == row
    assert "ivr 3001" in cli.ok("consent", "list")
    assert "ab" * 32 in cli.ok("consent", "show", "a-consent-0")
    assert cli.error("consent", "show", "b-consent-0") == (2, "unknown-consent")


def test_a_consent_is_one_row_however_often_it_is_written(cli: Cli) -> None:
    cli.write([asked(), asked(result="silence")])
    assert [one["result"] for one in cli.json("consent", "list")] == ["yes"]


def test_each_company_has_its_own_and_a_user_those_of_their_calls(cli: Cli) -> None:
    cli.write([asked("a"), *recorded("a"), asked("n", 2000.0, "silence"), *not_recorded("n"), asked("b", company=BETA)])
    assert {one["call"] for one in cli.json("consent", "list", "--company", ACME)} == {"a", "n"}
    assert [one["call"] for one in cli.json("consent", "list", "--company", ACME, "--user", "1001")] == ["a"]
    assert [one["call"] for one in cli.json("consent", "list", "--company", ACME, "--since", 1500)] == ["n"]
    assert [one["call"] for one in cli.json("consent", "list", "--company", ACME, "--number", "+4522334455")] == [
        "n",
        "a",
    ]
    assert cli.error("consent", "show", "b-consent-0", "--company", ACME) == (2, "unknown-consent")


def test_an_export_is_lines_of_json_and_stands_in_the_trail(cli: Cli, tmp_path: Path) -> None:
    cli.write([asked("a"), asked("n", 2000.0, "silence")])
    lines = cli.ok("consent", "export", "--company", ACME, "--out", "-").splitlines()
    assert [json.loads(one)["call"] for one in lines] == ["a", "n"]
    cli.ok("consent", "export", "--company", ACME, "--since", 1500, "--out", tmp_path / "out")
    assert [json.loads(one)["call"] for one in (tmp_path / "out").read_text().splitlines()] == ["n"]
    acts = [(one["act"], one["facts"]) for one in cli.json("audit", "list", "--company", ACME)]
    assert acts[:2] == [("consent-export", {"rows": 1}), ("consent-export", {"rows": 2})]


def test_the_conversation_says_who_agreed(cli: Cli) -> None:
    cli.write([asked(), *recorded("a")])
    [turn] = cli.json("conversation", "show", "a")["turns"]
    assert (turn["kind"], turn["form"], turn["result"], turn["key"]) == ("consent", "ivr", "yes", "1")
    assert turn["whom"]["number"] == CUSTOMER
    assert "consent" in cli.ok("conversation", "show", "a")


def test_a_withdrawal_destroys_what_was_recorded_of_the_conversation_before_with_no_way_back(cli: Cli) -> None:
    cli.write([asked(), *recorded("a"), *recorded("o", 3000.0)])
    withdrawn = replace(asked(at=1030.0), id="a-withdrawn", form="withdrawal", result="withdrawn", by_user="1001")
    cli.write([replace(withdrawn, door="command", until=None), withdrawn])
    assert [one["id"] for one in cli.json("recording", "list", "--company", ACME)] == ["o-rec"]
    assert cli.error("recording", "undelete", "a-rec", "--company", ACME) == (3, "too-late")
    [act] = [one for one in cli.json("audit", "list", "--company", ACME) if one["act"] == "withdraw"]
    assert (act["actor"], act["subject"]) == (f"1001@{ACME}", CUSTOMER)
    assert act["facts"] == {"call": "a", "door": "command", "recordings": ["a-rec"]}
    turns = [(one["result"], one["by"]["username"]) for one in cli.json("conversation", "show", "a")["turns"]]
    assert turns == [("yes", None), ("withdrawn", "1001")]
