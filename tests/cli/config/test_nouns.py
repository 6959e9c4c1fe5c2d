"""The nouns of the configuration: add, list, show, set, remove."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fsplug.store.config import devices
from tests.cli.conftest import ACME, BETA, DEMO, Cli

C = ("--company", ACME)
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
    before = cli.json(noun, "list", *C)
    made = cli.json(noun, "add", *C, *given)
    assert (made.pop("password", None) is not None) is (noun == "device")
    assert made == {"company": ACME, "changed": True, "version": 2}
    assert len(cli.json(noun, "list", *C)) == len(before) + 1
    assert name in cli.ok(noun, "list", *C)
    assert cli.json(noun, "show", *C, *_user(noun), name).get(field) != value
    assert cli.json(noun, "set", *C, *_user(noun), name, *change)["version"] == 3
    called = "Law" if noun == "department" else name
    assert cli.json(noun, "show", *C, *_user(noun), called)[field] == value
    assert cli.error(noun, "remove", *C, *_user(noun), called) == (2, "removal-not-confirmed")
    assert cli.json(noun, "remove", *C, *_user(noun), called, "--yes")["version"] == 4
    assert cli.json(noun, "list", *C) == before
    assert cli.error(noun, "show", *C, *_user(noun), called) == (2, f"unknown-{noun}")


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_there_is_not_added_again(cli: Cli, noun: str) -> None:
    cli.ok(noun, "add", *C, *NOUNS[noun][0])
    assert cli.error(noun, "add", *C, *NOUNS[noun][0]) == (2, f"{noun}-exists")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_change_of_nothing_is_a_mistyped_line(cli: Cli, noun: str) -> None:
    cli.ok(noun, "add", *C, *NOUNS[noun][0])
    assert cli.error(noun, "set", *C, *_user(noun), NOUNS[noun][0][0]) == (2, "bad-usage")


@pytest.mark.parametrize("noun", [*NOUNS, "licence", "right"])
def test_nobody_sees_another_companys(cli: Cli, noun: str) -> None:
    names = {str(one) for one in cli.json(noun, "list", "--company", BETA)}
    cli.ok(noun, "add", *C, *(NOUNS[noun][0] if noun in NOUNS else (_grant(noun), "1001", "--yes")))
    assert {str(one) for one in cli.json(noun, "list", "--company", BETA)} == names


def _grant(noun: str) -> str:
    return {"licence": "contact-pro", "right": "listen-in"}[noun]


@pytest.mark.parametrize("noun", ["licence", "right"])
def test_licences_and_rights_are_given_to_several_and_taken_again(cli: Cli, noun: str) -> None:
    name = _grant(noun)
    cli.ok(noun, "remove", *C, name, "1002", "--yes")
    if noun == "licence":
        cli.ok(noun, "remove", *C, name, "1001", "--yes")
    assert cli.json(noun, "add", *C, name, "1001", "1002", "--yes")["changed"]
    assert cli.json(noun, "add", *C, name, "1001")["changed"] is False
    assert cli.json(noun, "show", *C, name) == {noun: name, "users": ["1001", "1002"]}
    assert cli.error(noun, "set", *C, name, "1002", "1003") == (2, "removal-not-confirmed")
    cli.ok(noun, "set", *C, name, "1002", "1003", "--yes")
    assert cli.json(noun, "list", *C) == [{"user": "1002", noun: name}, {"user": "1003", noun: name}]
    cli.ok(noun, "remove", *C, name, "1002", "--yes")
    assert cli.json(noun, "list", *C, "--user", "1003") == [{"user": "1003", noun: name}]
    assert cli.json(noun, "list", *C, "--user", "1002") == []


def test_a_licence_is_given_to_all_or_none(cli: Cli) -> None:
    before = cli.json("licence", "list", *C)
    assert cli.error("licence", "add", *C, "contact-pro", "1003", "nobody") == (2, "unknown-user")
    assert cli.json("licence", "list", *C) == before


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
    result = cli.run("user", "set", *C, "1001", "--extension", "1002", "--department", "Slaes")
    assert result.exit_code == 2
    assert "user 1002 has 1002 already" in result.stderr or "user 1001 has 1002 already" in result.stderr
    assert "there is no department Slaes" in result.stderr
    assert cli.json("company", "show", ACME)["version"] == 1


@pytest.mark.parametrize("name", ["a\nb", "a\u2028b", "a\x1b[2J", "x" * 501])
def test_a_name_with_a_control_or_too_long_is_refused(cli: Cli, name: str) -> None:
    assert cli.error("user", "set", *C, "1001", "--name", name) == (2, "bad-usage")


@pytest.mark.parametrize(
    "name", ["${system(touch x)}", "$${x}", '<include> "&', "X-PRE-PROCESS", "👩‍👩‍👧 Zoë", "\u202eabc", "x" * 500]
)
def test_any_other_name_is_kept_as_it_was_typed(cli: Cli, name: str) -> None:
    cli.ok("user", "set", *C, "1001", "--name", name)
    assert cli.json("user", "show", *C, "1001")["name"] == name
    assert "\u202e" not in cli.ok("user", "show", *C, "1001") + cli.ok("export")


def test_a_renamed_department_keeps_its_users_its_policy_and_its_administrators(cli: Cli) -> None:
    cli.ok("user", "set", *C, "1003", "--admin", "sub-admin", "--admin-department", "Sales", "--yes")
    cli.ok("department", "set", *C, "Sales", "--name", "Salg")
    assert cli.json("department", "show", *C, "Salg")["users"] == ["1001", "1002"]
    assert cli.json("user", "show", *C, "1003")["admin_departments"] == ["Salg"]
    assert [one["department"] for one in cli.json("policy", "show", *C)["departments"]] == ["Salg", "Support"]


def test_a_department_with_users_cant_be_removed(cli: Cli) -> None:
    assert cli.error("department", "remove", *C, "Sales", "--yes") == (2, "invalid-entry")


def test_a_user_who_is_removed_leaves_the_groups_but_not_a_number_behind(cli: Cli) -> None:
    result = cli.run("user", "remove", *C, "1004", "--yes")
    assert (result.exit_code, "number +4570101004: user: there is no user 1004" in result.stderr) == (2, True)
    cli.ok("number", "set", *C, "70101004", "--to", "group:2003")
    cli.ok("user", "remove", *C, "1004", "--yes")
    assert cli.json("group", "show", *C, "2003")["members"] == ["1003"]


def test_an_empty_value_takes_one_away(cli: Cli) -> None:
    cli.ok("user", "set", *C, "1001", "--department", "", "--fixed-number", "", "--mobile-number", "20101001")
    shown = cli.json("user", "show", *C, "1001")
    assert ("department" in shown, "fixed_number" in shown, shown["mobile_numbers"]) == (False, False, ["+4520101001"])
    cli.ok("user", "set", *C, "1001", "--mobile-number", "")
    assert "mobile_numbers" not in cli.json("user", "show", *C, "1001")


def test_an_admin_of_the_whole_company_needs_no_departments(cli: Cli) -> None:
    cli.ok("user", "set", *C, "1001", "--admin", "sub-admin", "--admin-department", "Sales", "--yes")
    cli.ok("user", "set", *C, "1001", "--admin", "company-admin", "--yes")
    shown = cli.json("user", "show", *C, "1001")
    assert (shown["admin"], "admin_departments" in shown) == ("company-admin", False)


def test_one_profile_is_active_at_a_time(cli: Cli) -> None:
    cli.ok("profile", "set", *C, "--user", "1001", "meeting", "--active")
    found = {one["name"]: one["active"] for one in cli.json("profile", "list", *C, "--user", "1001")}
    assert found == {"available": False, "meeting": True}
    assert cli.error("profile", "remove", *C, "--user", "1001", "meeting", "--yes") == (2, "invalid-entry")
    cli.ok("profile", "add", *C, "--user", "1002", "available")
    assert cli.json("profile", "show", *C, "--user", "1002", "available")["active"] is True


def _password(cli: Cli, name: str = "desk") -> str:
    """As an operator's copy has it, the one place that has passwords."""
    [exported] = cli.json("export", *C, "--show-secrets")["company"]
    [user] = (one for one in exported["user"] if one["username"] == "1001")
    return str(next(one["password"] for one in user["device"] if one["name"] == name))


def test_a_devices_password_is_printed_when_it_is_made_and_never_again(cli: Cli) -> None:
    change = ("device", "set", *C, "--user", "1001", "desk", "--new-password")
    said = cli.ok(*change)
    password = _password(cli)
    assert len(password) >= 20 and said.count(password) == 1
    said, password = cli.json(*change)["password"], _password(cli)
    assert said == password
    a1_hash = devices.a1_hash("1001", ACME, password)
    device = ("device", "show", *C, "--user", "1001", "desk")
    for words in (device, ("device", "list", *C), ("user", "show", *C, "1001"), ("user", "list", *C)):
        said = cli.ok(*words) + cli.ok(*words, "--json")
        assert password not in said and a1_hash not in said, words
    assert password not in cli.ok("export") + cli.ok("audit", "list") + cli.ok("policy", "show", *C)
    assert password not in cli.ok("device", "set", *C, "--user", "1001", "desk", "--sip-username", "hall")
    for words in (device, ("user", "show", *C, "1001")):
        assert cli.error(*words, "--show-secrets") == (2, "bad-usage")


def test_the_trail_names_the_phone_that_got_another_password(cli: Cli) -> None:
    cli.ok("device", "set", *C, "--user", "1001", "desk", "--new-password")
    [entry] = cli.json("audit", "list", *C, "--limit", "1")
    assert (entry["act"], entry["facts"]["passwords"]) == ("configuration", ["device 1001 desk"])
    cli.ok("trunk", "add", *C, "carrier", "--host", "sip.example.net", "--username", "acme")
    [entry] = cli.json("audit", "list", *C, "--limit", "1")
    assert entry["facts"]["passwords"] == ["trunk carrier"]
    cli.ok("trunk", "set", *C, "carrier", "--port", "5070")
    [entry] = cli.json("audit", "list", *C, "--limit", "1")
    assert "passwords" not in entry["facts"]


def test_passwords_that_a_document_makes_are_counted_not_printed(empty: Cli) -> None:
    empty.ok("init")
    result = empty.run("apply", DEMO)
    assert result.exit_code == 0 and "made at random, and seen by nobody: " in result.stderr
    assert _password(empty) not in result.output
    assert "made at random" not in empty.run("apply", DEMO).stderr


def test_a_password_comes_from_a_file_or_standard_input(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("first-password\n")
    change = ("device", "set", *C, "--user", "1001", "desk")
    cli.ok(*change, "--password-file", tmp_path / "secret")
    assert _password(cli) == "first-password"
    cli.ok(*change, "--password-file", "-", input="second-password\n")
    assert _password(cli) == "second-password"
    cli.ok(*change, "--ask-password", input="third-password\nthird-password\n")
    assert _password(cli) == "third-password"
    cli.ok(*change, "--sip-username", "hall")
    assert _password(cli) == "third-password"
    cli.ok(*change, "--new-password")
    assert _password(cli) != "third-password"
    assert cli.error(*change, "--password-file", tmp_path / "nowhere") == (2, "unreadable-file")
    assert cli.error(*change, "--password-file", "-", "--new-password") == (2, "bad-usage")


def test_a_trunk_keeps_its_password_to_itself(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("carrier-password")
    host = ("--host", "sip.example.net", "--register", "--username", "acme")
    cli.ok("trunk", "add", *C, "carrier", *host, "--password-file", tmp_path / "secret")
    cli.ok("trunk", "set", *C, "carrier", "--port", "5070")
    assert cli.json("trunk", "show", *C, "carrier", "--show-secrets")["password"] == "carrier-password"
    assert "carrier-password" not in cli.ok("trunk", "show", *C, "carrier") + cli.ok("trunk", "list", *C, "--json")


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
