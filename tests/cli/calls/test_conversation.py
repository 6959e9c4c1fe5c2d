"""`fsplug conversation`: calls that belong together, as one thing."""

from dataclasses import replace

from fsplug.policy.conversation.events import Change
from fsplug.policy.entities import Party
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined
from fsplug.store.calls.entries import JournalEntry
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import ANNA, DAVID, not_recorded, recorded, talk_to


def transferred() -> list[JournalEntry]:
    """A customer talks to Anna, who asks David in a call of her own and connects the two."""
    asked = replace(talk_to(DAVID), caller=Party(ANNA, ("1001",)))
    return [
        *recorded("a"),
        *not_recorded("c", 1020.0, asked),
        CallChanged("t", ACME, "a", Change.TRANSFER, 1050.0, "a-b", "a", "1001", "1001", "attended"),
        CallJoined("c", ACME, "a", 1050.0),
    ]


def test_an_empty_list_is_said_in_words(cli: Cli) -> None:
    assert cli.ok("conversation", "list") == "no conversations\n"
    assert cli.json("conversation", "list") == []


def test_calls_that_belong_together_are_one_line(cli: Cli) -> None:
    cli.write([*transferred(), *not_recorded("x", 3000.0)])
    newest, oldest = cli.json("conversation", "list", "--company", ACME)
    assert (newest["conversation"], newest["calls"]) == ("x", ["x"])
    assert oldest == {
        "conversation": "a",
        "company": ACME,
        "direction": "incoming",
        "group": None,
        "caller": "22334455",
        "called": "+4570101001",
        "began_at": 1000.0,
        "ended_at": 1080.0,
        "calls": ["a", "c"],
        "talks": 2,
        "recorded": 1,
        "users": ["1001", "1004"],
    }
    assert "1 to record" in cli.ok("conversation", "list")


def test_it_is_shown_by_its_id_and_by_any_call_of_it(cli: Cli) -> None:
    cli.write(transferred())
    by_id, by_call = (cli.json("conversation", "show", one) for one in ("a", "c"))
    assert by_id == by_call
    assert (by_id["conversation"], by_id["calls"], by_id["hidden_calls"]) == ("a", ["a", "c"], 0)
    assert [one["who"]["number"] for one in by_id["lanes"]] == ["22334455", "1001", "1004"]
    assert [(one["record"], one["is_consultation"], one["reason"]) for one in by_id["parts"]] == [
        (True, False, "box-ticked"),
        (False, True, "user-without-flag"),
    ]
    [turn] = by_id["turns"]
    assert (turn["kind"], turn["by"]["name"], turn["whom"]["number"]) == ("transfer", "Anna Holm", "22334455")


def test_it_says_in_words_who_talked_when_and_what_is_recorded_and_why(cli: Cli) -> None:
    cli.write(transferred())
    shown = cli.ok("conversation", "show", "a")
    assert "22334455 - talks 0:05.0 1:00.0" in " ".join(shown.split())
    assert all(word in shown for word in ("a-rec (sealed)", "consultation", "(user-without-flag)", "attended"))


def test_who_sees_their_own_calls_alone_sees_these_of_it(cli: Cli) -> None:
    cli.write(transferred())
    as_david = ("--as", f"1004@{ACME}")
    cli.ok("user", "set", "--company", ACME, "1004", "--role", "my-console", "--email", "d@acme.example", "--yes")
    [found] = cli.json(*as_david, "conversation", "list")
    assert (found["conversation"], found["calls"], found["caller"], found["users"]) == ("a", ["c"], "1001", ["1004"])
    shown = cli.json(*as_david, "conversation", "show", "a")
    assert (shown["calls"], shown["hidden_calls"], shown["turns"]) == (["c"], 1, [])
    assert [one["decision"] for one in shown["parts"]] == ["c-dec"]
    assert "calls of others" in cli.ok(*as_david, "conversation", "show", "c")


def test_who_took_part_sees_a_call_that_was_decided_for_somebody_else(cli: Cli) -> None:
    cli.write(transferred())
    cli.ok("user", "set", "--company", ACME, "1001", "--role", "my-console", "--email", "a@acme.example", "--yes")
    shown = cli.json("--as", f"1001@{ACME}", "conversation", "show", "c")
    assert (shown["calls"], shown["hidden_calls"]) == (["a", "c"], 0)


def test_who_took_part_finds_a_call_that_was_decided_for_somebody_else(cli: Cli) -> None:
    cli.write([*not_recorded("c", 1020.0, replace(talk_to(DAVID), caller=Party(ANNA, ("1001",)))), *recorded("b")])
    for name in ("1001", "1004"):
        cli.ok(
            "user", "set", "--company", ACME, name, "--role", "my-console", "--email", f"{name}@acme.example", "--yes"
        )
        as_user = ("--as", f"{name}@{ACME}")
        assert "c" in [one["conversation"] for one in cli.json(*as_user, "conversation", "list")]
        assert "c" in [one["call"] for one in cli.json(*as_user, "call", "list")]
        assert cli.json(*as_user, "call", "show", "c")["call"] == "c"
    assert [one["call"] for one in cli.json(*as_user, "call", "list")] == ["c"]
    assert cli.error(*as_user, "call", "show", "b") == (3, "not-own")


def test_who_took_part_in_no_call_of_it_is_refused(cli: Cli) -> None:
    cli.write(recorded("a"))
    cli.ok("user", "set", "--company", ACME, "1004", "--role", "my-console", "--email", "d@acme.example", "--yes")
    assert cli.error("--as", f"1004@{ACME}", "conversation", "show", "a") == (3, "not-own")
    assert cli.json("--as", f"1004@{ACME}", "conversation", "list") == []


def test_a_conversation_of_another_company_is_not_shown(cli: Cli) -> None:
    cli.write(transferred())
    assert cli.error("conversation", "show", "a", "--company", BETA) == (2, "unknown-conversation")


def test_rows_of_its_calls_name_it(cli: Cli) -> None:
    cli.write(transferred())
    assert {one["call"]: one["conversation"] for one in cli.json("call", "list")} == {"a": "a", "c": "a"}
    assert [one["conversation"] for one in cli.json("recording", "list")] == ["a"]
