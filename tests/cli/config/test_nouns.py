"""The nouns of the configuration: add, list, show, set, remove."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ACME, BETA, OF_ACME, Cli

# How each noun is named in the demo or added to it, changed, and what then differs.
NOUNS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, Any]]] = {
    "department": (("Legal",), ("--name", "Law"), ("name", "Law")),
    "user": (("eva", "--extension", "1009", "--name", "Eva"), ("--record",), ("record", True)),
    "device": (("lobby", "--user", "1001", "--kind", "desk"), ("--sip-username", "hall"), ("sip_username", "hall")),
    "profile": (("away", "--user", "1001"), ("--allow-listen",), ("allow_listen", True)),
    "group": (("2009", "--member", "1001"), ("--overflow", "user:1002"), ("overflow", {"user": "1002"})),
    "ivr": (
        ("3009", "--choice", "1=group:2001", "--default", "group:2002"),
        ("--choice", "2=user:1001"),
        ("choices", {"2": {"user": "1001"}}),
    ),
    "number": (
        ("+4570103999", "--to", "user:1001"),
        ("--to", "group:2001", "--hours", "mon-fri 08:00-16:00", "--closed", "ivr:3001"),
        ("closed", {"ivr": "3001"}),
    ),
    "trunk": (
        ("carrier", "--host", "sip.example.net"),
        ("--prefix", "+45", "--prefix", "+46"),
        ("prefixes", ["+45", "+46"]),
    ),
}


def _user(noun: str) -> tuple[str, ...]:
    return ("--user", "1001") if noun in ("device", "profile") else ()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_can_be_added_listed_shown_changed_and_removed(cli: Cli, noun: str) -> None:
    given, change, (field, value) = NOUNS[noun]
    name, called = given[0], given[0]
    before = cli.json(noun, "list", *OF_ACME)
    made = cli.json(noun, "add", *OF_ACME, *given)
    assert (made.pop("password", None) is not None) is (noun == "device")
    assert made == {"company": ACME, "changed": True, "version": 2}
    assert len(cli.json(noun, "list", *OF_ACME)) == len(before) + 1
    assert name in cli.ok(noun, "list", *OF_ACME)
    assert cli.json(noun, "show", *OF_ACME, *_user(noun), name).get(field) != value
    assert cli.json(noun, "set", *OF_ACME, *_user(noun), name, *change)["version"] == 3
    called = "Law" if noun == "department" else name
    assert cli.json(noun, "show", *OF_ACME, *_user(noun), called)[field] == value
    assert cli.error(noun, "remove", *OF_ACME, *_user(noun), called) == (2, "removal-not-confirmed")
    assert cli.json(noun, "remove", *OF_ACME, *_user(noun), called, "--yes")["version"] == 4
    assert cli.json(noun, "list", *OF_ACME) == before
    assert cli.error(noun, "show", *OF_ACME, *_user(noun), called) == (2, f"unknown-{noun}")


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_there_is_not_added_again(cli: Cli, noun: str) -> None:
    cli.ok(noun, "add", *OF_ACME, *NOUNS[noun][0])
    assert cli.error(noun, "add", *OF_ACME, *NOUNS[noun][0]) == (2, f"{noun}-exists")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_change_of_nothing_is_a_mistyped_line(cli: Cli, noun: str) -> None:
    cli.ok(noun, "add", *OF_ACME, *NOUNS[noun][0])
    assert cli.error(noun, "set", *OF_ACME, *_user(noun), NOUNS[noun][0][0]) == (2, "bad-usage")


@pytest.mark.parametrize("noun", [*NOUNS, "licence", "right"])
def test_nobody_sees_another_companys(cli: Cli, noun: str) -> None:
    names = {str(one) for one in cli.json(noun, "list", "--company", BETA)}
    cli.ok(noun, "add", *OF_ACME, *(NOUNS[noun][0] if noun in NOUNS else (_grant(noun), "1001", "--yes")))
    assert {str(one) for one in cli.json(noun, "list", "--company", BETA)} == names


def _grant(noun: str) -> str:
    return {"licence": "contact-pro", "right": "listen-in"}[noun]


@pytest.mark.parametrize("noun", ["licence", "right"])
def test_licences_and_rights_are_given_to_several_and_taken_again(cli: Cli, noun: str) -> None:
    name = _grant(noun)
    cli.ok(noun, "remove", *OF_ACME, name, "1002", "--yes")
    if noun == "licence":
        cli.ok(noun, "remove", *OF_ACME, name, "1001", "--yes")
    assert cli.json(noun, "add", *OF_ACME, name, "1001", "1002", "--yes")["changed"]
    assert cli.json(noun, "add", *OF_ACME, name, "1001")["changed"] is False
    assert cli.json(noun, "show", *OF_ACME, name) == {noun: name, "users": ["1001", "1002"]}
    assert cli.error(noun, "set", *OF_ACME, name, "1002", "1003") == (2, "removal-not-confirmed")
    cli.ok(noun, "set", *OF_ACME, name, "1002", "1003", "--yes")
    assert cli.json(noun, "list", *OF_ACME) == [{"user": "1002", noun: name}, {"user": "1003", noun: name}]
    cli.ok(noun, "remove", *OF_ACME, name, "1002", "--yes")
    assert cli.json(noun, "list", *OF_ACME, "--user", "1003") == [{"user": "1003", noun: name}]
    assert cli.json(noun, "list", *OF_ACME, "--user", "1002") == []


def test_a_licence_is_given_to_all_or_none(cli: Cli) -> None:
    before = cli.json("licence", "list", *OF_ACME)
    assert cli.error("licence", "add", *OF_ACME, "contact-pro", "1003", "nobody") == (2, "unknown-user")
    assert cli.json("licence", "list", *OF_ACME) == before


def test_a_company_can_be_added_changed_and_removed(cli: Cli) -> None:
    add = (
        "company",
        "add",
        "gamma.example",
        "--name",
        "Gamma",
        "--country",
        "NO",
        "--language",
        "nb",
        "--language",
        "en",
    )
    cli.ok(*add)
    assert cli.error(*add) == (2, "company-exists")
    assert cli.json("company", "set", "gamma.example", "--timezone", "Europe/Oslo")["version"] == 2
    shown = cli.json("company", "show", "gamma.example")
    assert (shown["language"], shown["languages"], shown["timezone"], shown["users"]) == (
        "nb",
        ["nb", "en"],
        "Europe/Oslo",
        0,
    )
    assert [one["domain"] for one in cli.json("company", "list")] == [ACME, BETA, "gamma.example"]
    cli.ok("company", "remove", "gamma.example", "--yes")
    assert cli.error("company", "show", "gamma.example") == (2, "unknown-company")
    assert [one["domain"] for one in cli.json("company", "list")] == [ACME, BETA]


def test_a_wrong_value_is_an_error_with_its_remedy(cli: Cli) -> None:
    assert cli.error("company", "set", ACME, "--timezone", "Mars") == (2, "invalid-entry")
    result = cli.run("user", "set", *OF_ACME, "1001", "--extension", "1002", "--department", "Slaes")
    assert result.exit_code == 2
    assert "user 1002 has 1002 already" in result.stderr or "user 1001 has 1002 already" in result.stderr
    assert "there is no department Slaes" in result.stderr
    assert cli.json("company", "show", ACME)["version"] == 1


@pytest.mark.parametrize("name", ["a\nb", "a\u2028b", "a\x1b[2J", "x" * 501])
def test_a_name_with_a_control_or_too_long_is_refused(cli: Cli, name: str) -> None:
    assert cli.error("user", "set", *OF_ACME, "1001", "--name", name) == (2, "bad-usage")


@pytest.mark.parametrize(
    "name", ["${system(touch x)}", "$${x}", '<include> "&', "X-PRE-PROCESS", "👩‍👩‍👧 Zoë", "\u202eabc", "x" * 500]
)
def test_any_other_name_is_kept_as_it_was_typed(cli: Cli, name: str) -> None:
    cli.ok("user", "set", *OF_ACME, "1001", "--name", name)
    assert cli.json("user", "show", *OF_ACME, "1001")["name"] == name
    assert "\u202e" not in cli.ok("user", "show", *OF_ACME, "1001") + cli.ok("export")


def test_a_renamed_department_keeps_its_users_its_policy_and_its_administrators(cli: Cli) -> None:
    cli.ok("user", "set", *OF_ACME, "1003", "--admin", "sub-admin", "--admin-department", "Sales", "--yes")
    cli.ok("department", "set", *OF_ACME, "Sales", "--name", "Salg")
    assert cli.json("department", "show", *OF_ACME, "Salg")["users"] == ["1001", "1002"]
    assert cli.json("user", "show", *OF_ACME, "1003")["admin_departments"] == ["Salg"]
    assert [one["department"] for one in cli.json("policy", "show", *OF_ACME)["departments"]] == ["Salg", "Support"]


def test_a_department_with_users_cant_be_removed(cli: Cli) -> None:
    assert cli.error("department", "remove", *OF_ACME, "Sales", "--yes") == (2, "invalid-entry")


def test_a_user_who_is_removed_leaves_the_groups_but_not_a_number_behind(cli: Cli) -> None:
    result = cli.run("user", "remove", *OF_ACME, "1004", "--yes")
    assert (result.exit_code, "number +4570101004: user: there is no user 1004" in result.stderr) == (2, True)
    cli.ok("number", "set", *OF_ACME, "70101004", "--to", "group:2003")
    cli.ok("user", "remove", *OF_ACME, "1004", "--yes")
    assert cli.json("group", "show", *OF_ACME, "2003")["members"] == ["1003"]


def test_an_empty_value_takes_one_away(cli: Cli) -> None:
    cli.ok("user", "set", *OF_ACME, "1001", "--department", "", "--fixed-number", "", "--mobile-number", "20101001")
    shown = cli.json("user", "show", *OF_ACME, "1001")
    assert ("department" in shown, "fixed_number" in shown, shown["mobile_numbers"]) == (False, False, ["+4520101001"])
    cli.ok("user", "set", *OF_ACME, "1001", "--mobile-number", "")
    assert "mobile_numbers" not in cli.json("user", "show", *OF_ACME, "1001")


def test_an_admin_of_the_whole_company_needs_no_departments(cli: Cli) -> None:
    cli.ok("user", "set", *OF_ACME, "1001", "--admin", "sub-admin", "--admin-department", "Sales", "--yes")
    cli.ok("user", "set", *OF_ACME, "1001", "--admin", "company-admin", "--yes")
    shown = cli.json("user", "show", *OF_ACME, "1001")
    assert (shown["admin"], "admin_departments" in shown) == ("company-admin", False)


def test_one_profile_is_active_at_a_time(cli: Cli) -> None:
    cli.ok("profile", "set", *OF_ACME, "--user", "1001", "meeting", "--active")
    found = {one["name"]: one["active"] for one in cli.json("profile", "list", *OF_ACME, "--user", "1001")}
    assert found == {"available": False, "meeting": True}
    assert cli.error("profile", "remove", *OF_ACME, "--user", "1001", "meeting", "--yes") == (2, "invalid-entry")
    cli.ok("profile", "add", *OF_ACME, "--user", "1002", "available")
    assert cli.json("profile", "show", *OF_ACME, "--user", "1002", "available")["active"] is True


def test_an_export_is_what_apply_has_nothing_to_change_with(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "companies.toml"
    path.write_text(cli.ok("export"))
    assert cli.ok("apply", path) == "nothing to change\n"
    assert [one["domain"] for one in cli.json("export", "--company", BETA)["company"]] == [BETA]
    assert cli.error("export", "--company", "nobody.example") == (2, "unknown-company")


def test_an_export_to_a_file_is_its_owners_alone(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "companies.toml"
    path.touch(mode=0o644)
    cli.ok("export", "--out", path, "--show-secrets")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert cli.ok("apply", path) == "nothing to change\n"
    assert cli.error("export", "--out", tmp_path) == (4, "file-not-written")


def test_an_export_of_nothing_is_a_document_too(empty: Cli) -> None:
    empty.ok("init")
    assert empty.ok("apply", "-", input=empty.ok("export")) == "nothing to change\n"


def test_the_shell_completes_commands_and_companies(cli: Cli) -> None:
    def completed(words: str) -> str:
        environment = {**os.environ, "FSPLUG_DATA": str(cli.data), "_FSPLUG_COMPLETE": "bash_complete"}
        environment |= {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
        program = "from fsplug.cli.kernel.main import main; main()"
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        ).stdout

    assert completed("fsplug tru") == "plain,trunk\n"
    assert "plain,remove" in completed("fsplug user re")
    assert ACME in completed("fsplug user list --company a")


@pytest.mark.parametrize(
    "command",
    [
        ("number", "add", "--company", ACME, "--to", "", "70501009"),
        ("profile", "add", "--company", ACME, "--user", "1001", "--active", ""),
    ],
)
def test_an_empty_value_is_refused_in_words(cli: Cli, command: tuple[str, ...]) -> None:
    assert cli.error(*command) == (2, "invalid-entry")


def test_users_are_found_by_name_without_accents_and_by_a_part_of_their_number(cli: Cli) -> None:
    cli.ok("user", "set", "--company", ACME, "1001", "--name", "Åse Holm")
    for text in ("aase", "HOLM ase", "7010 1001"):
        found = cli.json("user", "list", "--company", ACME, "--find", text)
        assert [one["username"] for one in found] == ["1001"], text
