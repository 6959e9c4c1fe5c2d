"""`fsplug policy show` and `set`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import not_recorded, recorded


def shown(cli: Cli, company: str = ACME) -> dict[str, Any]:
    facts: dict[str, Any] = cli.json("policy", "show", "--company", company)
    return facts


def department(cli: Cli, name: str, company: str = ACME) -> dict[str, Any]:
    return next(one for one in shown(cli, company)["departments"] if one["department"] == name)


def change(cli: Cli, *options: object, company: str = ACME) -> dict[str, Any]:
    facts: dict[str, Any] = cli.json("policy", "set", "--company", company, *options)
    return facts


def test_the_whole_policy_is_shown(cli: Cli) -> None:
    facts = shown(cli)
    assert (facts["company"], facts["version"], facts["by"]) == (ACME, 1, "anna")
    assert [one["department"] for one in facts["departments"]] == ["Sales", "Support"]
    assert {one["group"]: one["mode"] for one in facts["groups"]} == {
        "2001": "always",
        "2002": "never",
        "2003": "department",
    }
    assert facts["excluded"] == ["+4522334499"]
    assert "Sales, recorded" in cli.ok("policy", "show", "--company", ACME)


def test_policy_can_be_shown_as_it_was(cli: Cli) -> None:
    before = shown(cli)
    change(cli, "--department", "Sales", "--internal")
    assert cli.json("policy", "show", "--company", ACME, "--at", before["since"] + 0.001) == before
    assert cli.error("policy", "show", "--company", ACME, "--at", "2001-01-01") == (2, "no-version-then")


def test_what_is_not_named_keeps_its_value(cli: Cli) -> None:
    facts = change(cli, "--department", "Sales", "--internal", "--channels", "mono")
    assert facts["changed"] and facts["version"] == 2
    assert department(cli, "Sales") == {
        "department": "Sales",
        "outgoing": True,
        "internal": True,
        "incoming": True,
        "on_failure": "open",
        "channels": "mono",
        "purpose": "quality",
        "max_seconds": None,
        "agent_may": "nothing",
        "start": "automatic",
        "announce": "nobody",
    }


def test_a_box_can_be_unticked(cli: Cli) -> None:
    change(cli, "--department", "Sales", "--no-outgoing")
    assert department(cli, "Sales")["outgoing"] is False


def test_before_and_after_are_shown(cli: Cli) -> None:
    printed = cli.ok("policy", "set", "--company", ACME, "--department", "Sales", "--internal")
    assert printed.splitlines() == [
        "department Sales",
        "  internal  no -> yes",
        f"policy version 2 of {ACME}, from the next call on",
    ]


def test_changing_nothing_makes_no_version(cli: Cli) -> None:
    assert change(cli, "--department", "Sales", "--incoming")["version"] == 1
    assert "nothing to change" in cli.ok("policy", "set", "--company", ACME, "--group", "2001", "--mode", "always")


def test_a_departments_first_own_boxes_begin_as_those_of_every_department(cli: Cli) -> None:
    change(cli, "--department", "Kundtjänst", "--internal", company=BETA)
    own = department(cli, "Kundtjänst", BETA)
    assert (own["outgoing"], own["internal"], own["incoming"], own["on_failure"]) == (True, True, True, "closed")


def test_a_groups_mode_is_set(cli: Cli) -> None:
    facts = change(cli, "--group", "2003", "--mode", "always", "--purpose", "contract", "--on-failure", "closed")
    assert (facts["before"]["mode"], facts["after"]["mode"]) == ("department", "always")
    group = next(one for one in shown(cli)["groups"] if one["group"] == "2003")
    assert (group["mode"], group["purpose"], group["on_failure"]) == ("always", "contract", "closed")


def test_a_limit_is_set_for_a_department_and_a_group_shown_exported_and_taken_back(cli: Cli) -> None:
    facts = change(cli, "--department", "Sales", "--max-seconds", "30")
    assert (facts["before"]["max_seconds"], facts["after"]["max_seconds"]) == (None, 30)
    change(cli, "--group", "2003", "--max-seconds", "86400")
    limits = {one["group"]: one["max_seconds"] for one in shown(cli)["groups"]}
    assert (department(cli, "Sales")["max_seconds"], limits["2003"], limits["2001"]) == (30, 86_400, None)
    assert "max_seconds" in cli.ok("policy", "show", "--company", ACME)
    exported = tomllib.loads(cli.ok("export", "--company", ACME))["company"][0]
    [sales] = [one for one in exported["policy"] if one["department"] == "Sales"]
    assert sales["max_seconds"] == 30
    assert [one["max_seconds"] for one in exported["group"] if "max_seconds" in one] == [86_400]
    printed = cli.ok("policy", "set", "--company", ACME, "--department", "Sales", "--max-seconds", "none")
    assert "max_seconds  30 -> -" in printed
    assert department(cli, "Sales")["max_seconds"] is None


def test_what_the_recorded_user_may_do_is_some_words_in_any_order(cli: Cli) -> None:
    facts = change(cli, "--department", "Sales", "--agent-may", "stop, pause,start", "--start", "on-demand")
    assert (facts["after"]["agent_may"], facts["after"]["start"]) == ("start,pause,stop", "on-demand")
    exported = tomllib.loads(cli.ok("export", "--company", ACME))["company"][0]
    [sales] = [one for one in exported["policy"] if one["department"] == "Sales"]
    assert (sales["agent_may"], sales["start"]) == ("start,pause,stop", "on-demand")
    change(cli, "--department", "Sales", "--agent-may", "nothing", "--start", "automatic")
    assert department(cli, "Sales")["agent_may"] == "nothing"


@pytest.mark.parametrize("limit", ["0", "-1", "86401", "1.5", "x", "", "9" * 40])
def test_a_limit_that_is_none_is_refused(cli: Cli, limit: str) -> None:
    assert cli.error("policy", "set", "--company", ACME, "--group", "2001", "--max-seconds", limit) == (2, "bad-usage")
    assert shown(cli)["version"] == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--department", "Nope", "--incoming"), "unknown-department"),
        (("--group", "9999", "--mode", "always"), "unknown-group"),
        (("--incoming",), "bad-usage"),
        (("--department", "Sales", "--group", "2001", "--incoming"), "bad-usage"),
        (("--department", "Sales", "--mode", "always"), "bad-usage"),
        (("--group", "2001", "--incoming"), "bad-usage"),
        (("--department", "Sales"), "bad-usage"),
        (("--group", "2001", "--mode", "sometimes"), "bad-usage"),
        (("--group", "2001", "--purpose", "two\nlines"), "bad-usage"),
        (("--group", "2001", "--purpose", "x" * 501), "bad-usage"),
        (("--group", "2001", "--purpose", " "), "bad-purpose"),
        (("--group", "2001", "--agent-may", "pause, fly"), "bad-usage"),
        (("--group", "2001", "--agent-may", "pause", "--start", "on-demand"), "bad-start"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(cli: Cli, options: tuple[str, ...], code: str) -> None:
    assert cli.error("policy", "set", "--company", ACME, *options) == (2, code)
    assert shown(cli)["version"] == 1


@pytest.mark.parametrize(
    ("options", "with_change", "more", "less"),
    [
        (("--department", "Sales", "--no-incoming"), 0, 0, 2),
        (("--department", "Support", "--no-incoming"), 2, 0, 0),
        (("--department", "Sales", "--internal"), 2, 0, 0),
    ],
)
def test_a_preview_says_what_the_change_would_have_recorded_and_changes_nothing(
    cli: Cli, options: tuple[str, ...], with_change: int, more: int, less: int
) -> None:
    cli.write([*recorded("a"), *recorded("b", at=1500.0), *not_recorded("n")])
    facts = change(cli, *options, "--preview-since", 0)
    assert facts == {
        "company": ACME,
        "since": 0.0,
        "talks": 3,
        "recorded_then": 2,
        "recorded_today": 2,
        "recorded_with_change": with_change,
        "on_demand_then": 0,
        "on_demand_today": 0,
        "on_demand_with_change": 0,
        "more": more,
        "less": less,
    }
    assert shown(cli)["version"] == 1


def test_a_preview_counts_what_would_be_recorded_more(cli: Cli) -> None:
    cli.write([*recorded("a"), *not_recorded("n")])
    change(cli, "--department", "Sales", "--no-incoming")
    facts = change(cli, "--department", "Sales", "--incoming", "--preview-since", 0)
    assert (facts["recorded_then"], facts["recorded_today"], facts["more"], facts["less"]) == (1, 0, 1, 0)


def test_a_preview_counts_apart_what_the_user_would_have_to_start(cli: Cli) -> None:
    cli.write([*recorded("a"), *not_recorded("n")])
    words = ("--department", "Sales", "--start", "on-demand", "--agent-may", "start", "--preview-since", 0)
    facts = change(cli, *words)
    assert (facts["recorded_with_change"], facts["on_demand_with_change"], facts["less"]) == (0, 1, 1)
    printed = cli.ok("policy", "set", "--company", ACME, *words)
    assert "0, and 1 on demand (+0, -1)" in printed


def test_a_preview_of_what_is_unknown_is_refused(cli: Cli) -> None:
    words = ("policy", "set", "--company", ACME, "--department", "Nope", "--incoming", "--preview-since", "7d")
    assert cli.error(*words) == (2, "unknown-department")


def test_a_preview_without_talks_says_so(cli: Cli) -> None:
    words = ("policy", "set", "--company", ACME, "--department", "Sales", "--internal", "--preview-since", "7d")
    assert cli.ok(*words).startswith("nobody talked since")


def test_a_document_s_policy_is_previewed_and_nothing_is_changed(cli: Cli, tmp_path: Path) -> None:
    cli.write(recorded("a"))
    before = cli.json("policy", "show", "--company", ACME)
    document = tmp_path / "wanted.toml"
    document.write_text(cli.ok("export", "--company", ACME), encoding="utf-8")
    words = ("policy", "preview", document, "--company", ACME, "--since", 0)
    assert {name: cli.json(*words)[name] for name in ("talks", "more", "less")} == {"talks": 1, "more": 0, "less": 0}
    one_more = '[[company.excluded]]\nnumber = "+4522334455"\n'
    document.write_text(f"{document.read_text(encoding='utf-8')}\n{one_more}", encoding="utf-8")
    assert cli.json(*words)["less"] == 1
    assert cli.json("policy", "show", "--company", ACME) == before


def test_a_preview_of_a_document_without_the_company_is_refused(cli: Cli, tmp_path: Path) -> None:
    document = tmp_path / "wanted.toml"
    document.write_text(cli.ok("export", "--company", BETA), encoding="utf-8")
    words = ("policy", "preview", document, "--company", ACME, "--since", "7d")
    assert cli.error(*words) == (2, "company-not-there")


def test_what_happens_while_fsplug_is_away_is_set_for_the_whole_company(cli: Cli) -> None:
    made = change(cli, "--when-away", "record-then-judge")
    assert (made["changed"], made["version"], made["when_away"]) == (True, 2, "record-then-judge")
    assert cli.json("company", "show", ACME)["when_away"] == "record-then-judge"
    assert change(cli, "--when-away", "record-then-judge")["changed"] is False
    assert 'when_away = "record-then-judge"' in cli.ok("export", "--company", ACME)
    assert cli.json("company", "set", ACME, "--when-away", "refused")["version"] == 3
