"""--as: every command has a rule, and whoever runs it reaches what is theirs and no more."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from fsplug.cli.kernel.context import Verb
from fsplug.cli.kernel.main import COMMANDS
from fsplug.store.calls.entries import ListenBegan, RecordingLost
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import answered, recorded
from tests.cli.kernel.test_main import commands

SUPERUSER, SUB_ADMIN, CHIEF, LISTENER = (f"{one}@{ACME}" for one in ("1001", "1002", "1003", "1004"))


@pytest.fixture(scope="module")
def staffed(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the staff in it, to be copied for each test."""
    cli = Cli(Path(shutil.copytree(furnished, tmp_path_factory.mktemp("staffed") / "data")))
    cli.ok("user", "set", "--company", ACME, "1001", "--role", "superuser", "--email", "anna@acme.example", "--yes")
    departments = ("--admin", "sub-admin", "--admin-department", "Sales")
    cli.ok("user", "set", "--company", ACME, "1002", *departments, "--yes")
    cli.ok("user", "set", "--company", ACME, "1003", "--admin", "company-admin", "--yes")
    cli.ok("user", "set", "--company", ACME, "1004", "--role", "my-console", "--email", "david@acme.example", "--yes")
    cli.ok("user", "add", "--company", BETA, "all", "--extension", "901", "--email", "all@beta.example")
    cli.ok("user", "set", "--company", BETA, "all", "--role", "superuser", "--admin", "company-admin", "--yes")
    cli.write(recorded("a"))
    return cli.data


@pytest.fixture
def staff(staffed: Path, tmp_path: Path) -> Cli:
    """A superuser, a sub-admin of Sales, a company-admin and a my-console user; a recorded call of Anna's.

    Beta has a superuser who is company-admin too.
    """
    return Cli(Path(shutil.copytree(staffed, tmp_path / "data")))


RULES = {path: command.rule for path, command in commands()} | {"listen": COMMANDS["listen"].load().rule}


def test_every_command_has_a_rule() -> None:
    assert all(RULES.values())
    assert {path.split()[0] for path in RULES} == set(COMMANDS)


def test_a_command_without_a_rule_is_refused_where_it_is_written() -> None:
    with pytest.raises(TypeError, match="rule"):
        Verb("bare")


def test_a_sub_admin_manages_users_of_the_department_and_grants_nothing(staff: Cli) -> None:
    mine = ("--as", SUB_ADMIN)
    staff.ok(*mine, "user", "add", "--company", ACME, "1900", "--extension", "1900", "--department", "Sales")
    assert staff.error(*mine, "user", "add", "--company", ACME, "1901", "--extension", "1901") == (3, "not-allowed")
    for change in (
        ("user", "set", "1002", "--admin", "company-admin"),
        ("user", "set", "1001", "--role", "none"),
        ("user", "set", "1900", "--role", "my-console", "--email", "x@acme.example"),
        ("user", "set", "1001", "--email", "mine@acme.example"),
        ("right", "add", "listen-in", "1900"),
        ("licence", "add", "contact-pro", "1900"),
    ):
        noun, verb, *words = change
        assert staff.error(*mine, noun, verb, "--company", ACME, *words) in {
            (3, "not-company-admin"),
            (3, "not-allowed"),
        }, change
    staff.ok(*mine, "user", "set", "--company", ACME, "1001", "--name", "Anna H")
    assert staff.json("policy", "show", "--company", ACME)["by"] == SUB_ADMIN


def test_a_sub_admin_sees_and_changes_nobody_elsewhere(staff: Cli) -> None:
    mine = ("--as", SUB_ADMIN)
    seen = {one["username"]: one["department"] for one in staff.json(*mine, "user", "list", "--company", ACME)}
    assert seen and set(seen.values()) == {"Sales"}
    elsewhere = next(
        one["username"]
        for one in staff.json("user", "list", "--company", ACME)
        if one.get("department") not in (None, "Sales")
    )
    assert staff.error(*mine, "user", "show", "--company", ACME, elsewhere) == (2, "unknown-user")
    assert staff.error(*mine, "user", "set", "--company", ACME, elsewhere, "--name", "X")[0] == 3
    moved = ("user", "set", "--company", ACME, elsewhere, "--department", "Sales")
    assert staff.error(*mine, *moved)[0] == 3, "nor takes anybody in"


def test_a_document_and_a_file_do_no_more_than_their_bearer_may(staff: Cli, tmp_path: Path) -> None:
    document = tmp_path / "acme.toml"
    document.write_text(staff.ok("export", "--company", ACME))
    assert "nothing to change" in staff.ok("--as", SUB_ADMIN, "apply", document)
    document.write_text(document.read_text().replace('role = "my-console"', 'role = "superuser"'))
    result = staff.run("--as", SUB_ADMIN, "apply", "--dry-run", document)
    assert (result.exit_code, result.stdout) == (3, ""), "it is not even shown"
    beta = tmp_path / "beta.toml"
    beta.write_text(staff.ok("export", "--company", BETA))
    assert staff.error("--as", CHIEF, "apply", beta) == (3, "other-company")
    users = tmp_path / "users.csv"
    users.write_text("username,rights\n1001,listen-in\n")
    assert staff.error("--as", SUB_ADMIN, "import", "users", "--company", ACME, users)[0] == 3
    assert staff.error("--as", SUPERUSER, "import", "users", "--company", ACME, users)[0] == 3
    staff.ok("--as", CHIEF, "import", "users", "--company", ACME, users, "--yes")


def test_recordings_are_the_superusers_and_one_s_own(staff: Cli) -> None:
    staff.write(recorded("d", at=5000.0, user="1004"))
    assert {one["id"] for one in staff.json("--as", SUPERUSER, "recording", "list")} == {"a-rec", "d-rec"}
    assert [one["id"] for one in staff.json("--as", LISTENER, "recording", "list")] == ["d-rec"]
    assert staff.json("--as", LISTENER, "recording", "show", "d-rec")["id"] == "d-rec"
    assert staff.error("--as", LISTENER, "recording", "show", "a-rec") == (2, "unknown-recording")
    assert staff.error("--as", LISTENER, "recording", "list", "--user", "1001") == (3, "not-own")
    assert staff.error("--as", CHIEF, "recording", "list") == (3, "not-allowed")


def test_who_is_given_a_username_that_was_another_s_hears_and_reads_nothing_of_theirs(staff: Cli) -> None:
    whose = ("--company", ACME, "1009")
    words = ("--extension", "1009", "--role", "my-console", "--email")
    share = ("share", "create", "--company", ACME, "d-rec", "--to", "x@y.example", "--subject", "s")
    staff.ok("user", "add", *whose, *words, "bo@acme.example")
    staff.write(recorded("d", at=5000.0, user="1009"))
    staff.ok(*share)
    assert staff.json("--as", "1009@acme.example", "call", "show", "d")["call"] == "d"
    staff.ok("user", "remove", *whose, "--yes")
    staff.ok("user", "add", *whose, *words, "carl@acme.example")
    staff.ok(*share)
    carl = ("--as", "1009@acme.example")
    # A call that goes on from before: what is decided in it now is still of who had the username.
    later = time.time() + 60
    staff.write(recorded("m", at=later, user="1009"))
    staff.write([*answered("g", later, user="1009"), RecordingLost("g-rec", "spool-full", "0 bytes are left", later)])
    for noun in ("recording", "call", "gap", "listen"):
        assert staff.json(*carl, noun, "list") == [], noun
    assert staff.error(*carl, "recording", "show", "d-rec") == (2, "unknown-recording")
    assert staff.error(*carl, "call", "show", "d")[0] == 3
    assert [one["act"] for one in staff.json(*carl, "audit", "list")] == ["rights"]
    ends = {"listener": "1001", "target": "1009", "dialled": "1009", "door": "app", "call": "m"}
    legs = {"target_leg": "m-b", "listener_leg": "l-b"}
    staff.write([ListenBegan(listen="h", company=ACME, switch="fs1", **ends, **legs, at=later)])
    assert staff.json(*carl, "listen", "list") == []
    assert [one["id"] for one in staff.json("--as", SUPERUSER, "listen", "list")] == ["h"]
    assert "d-rec" in {one["id"] for one in staff.json("--as", SUPERUSER, "recording", "list")}


def test_a_username_that_is_another_s_extension_lists_nothing_of_the_other_s(staff: Cli) -> None:
    david = ("--company", ACME, "1004")
    staff.ok("user", "set", *david, "--extension", "1994")
    staff.ok("user", "add", "--company", ACME, "eva", "--extension", "1004", "--name", "Eva Ring")
    staff.write([*recorded("e", at=6000.0, user="eva"), *recorded("d", at=5000.0, user="1004")])
    for noun, column in (("recording", "id"), ("call", "call")):
        found = [one[column] for one in staff.json("--as", LISTENER, noun, "list")]
        assert found == [{"id": "d-rec", "call": "d"}[column]], noun
    assert [one["user"] for one in staff.json("recording", "list", "--user", "1994")] == ["1004"]


def test_policy_is_the_superuser_s(staff: Cli) -> None:
    words = ("exclude", "add", "--company", ACME, "+4533333333")
    for actor in (SUB_ADMIN, CHIEF, LISTENER):
        assert staff.error("--as", actor, *words) == (3, "not-allowed")
    staff.ok("--as", SUPERUSER, *words)
    [entry] = staff.json("audit", "list", "--company", ACME, "--limit", "1")
    assert (entry["actor"], entry["act"]) == (SUPERUSER, "policy")


def test_a_group_s_mode_is_policy_also_for_who_may_change_the_group(staff: Cli) -> None:
    group = staff.json("group", "list", "--company", ACME)[0]["number"]
    staff.ok("--as", CHIEF, "group", "set", "--company", ACME, group, "--name", "New")
    assert staff.error("--as", CHIEF, "policy", "set", "--company", ACME, "--group", group, "--mode", "never")[0] == 3


def test_everybody_finds_the_entries_about_their_own_calls(staff: Cli) -> None:
    staff.ok("share", "create", "--company", ACME, "a-rec", "--to", "x@y.example", "--subject", "s", "--code", "phone")
    acts = [one["act"] for one in staff.json("--as", SUPERUSER, "audit", "list", "--user", "1001")]
    assert acts[0] == "share"
    assert "share" not in [one["act"] for one in staff.json("--as", LISTENER, "audit", "list")]
    assert staff.error("--as", LISTENER, "audit", "list", "--user", "1001") == (3, "not-own")
    assert staff.error("--as", LISTENER, "audit", "verify") == (3, "not-own")


@pytest.mark.parametrize("who", ["nobody@acme.example", "1001@nowhere.example", "1001", "@", "", "1001@beta.example\n"])
def test_who_is_not_there_can_do_nothing(staff: Cli, who: str) -> None:
    assert staff.error("--as", who, "recording", "list") == (3, "unknown-actor")


def test_what_is_live_is_shown_and_heard_as_the_one_who_asks(staff: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("fsplug.cli.calls.live_calls.watch", lambda _, *words: asked.append(words))
    monkeypatch.setattr(
        "fsplug.wiring.channel.client.answer",
        lambda _, ask: asked.append((ask.company, ask.listener, ask.number)) or {"listen": "x"},
    )
    watch, listen = ("call", "list", "--watch"), ("listen", "--to", "1001")
    staff.ok("--as", LISTENER, *watch)
    staff.ok("--as", LISTENER, *watch, "--as", "1004", "--company", ACME)
    staff.ok("--as", LISTENER, *listen)
    assert asked == [(ACME, "1004"), (ACME, "1004"), (ACME, "1004", "1001")]
    for words in ((*watch, "--as", "1001"), (*listen, "--as", "1001"), (*listen, "--company", BETA, "--as", "1004")):
        assert staff.error("--as", LISTENER, *words)[0] == 3, words
    assert len(asked) == 3
    staff.ok(*watch, "--company", ACME, "--as", "1001")
    staff.ok(*listen, "--company", ACME, "--as", "1001")
    assert asked[3:] == [(ACME, "1001"), (ACME, "1001", "1001")], "an operator says who"


def test_with_as_no_file_is_opened_but_the_document(staff: Cli, tmp_path: Path) -> None:
    settings, secret = staff.data / "fsplug.toml", tmp_path / "secret.csv"
    secret.write_text("hush;hush-hush\n")
    (tmp_path / "link.csv").symlink_to(secret)
    before = settings.read_bytes()
    users, mine = ("import", "users", "--company", ACME), ("--as", CHIEF)
    for file in (settings, staff.data / "fsplug.db", "/dev/zero"):
        assert staff.error(*mine, *users, file) == (3, "not-a-document"), file
        assert staff.error(*mine, "apply", file) == (3, "not-a-document"), file
    for file in (secret, tmp_path / "link.csv"):
        result = staff.run(*mine, *users, file, "--json")
        assert result.exit_code == 2 and "hush" not in result.output, file
    outs = (("export", "--out", settings), ("audit", "export", "--out", settings))
    for words in (*outs, ("device", "set", "--user", "1002", "desk", "--password-file", secret)):
        assert staff.error(*mine, *words, "--company", ACME) == (3, "no-files"), words
    assert settings.read_bytes() == before
    assert staff.json(*mine, "export", "--out", "-")["company"]
    assert '"act": "audit-export"' in staff.ok(*mine, "audit", "export", "--company", ACME, "--out", "-")
    row = "username,name\n1001,Anna H\n"
    staff.ok(*mine, *users, "-", input=row)
    (tmp_path / "users.csv").write_text(row)
    staff.ok(*mine, *users, tmp_path / "users.csv")


def test_nothing_that_is_said_later_makes_one_somebody_else(staff: Cli, tmp_path: Path) -> None:
    for words in (("--as", CHIEF, "user", "list"), ("user", "--as", CHIEF, "list"), ("user", "list", "--as", CHIEF)):
        result = staff.run("--as", SUB_ADMIN, *words)
        assert (result.exit_code, "--as is given twice" in result.stderr) == (2, True), words
    result = staff.run("--as", SUB_ADMIN, "--data", staff.data, "user", "list", "--data", tmp_path)
    assert (result.exit_code, "--data is given twice" in result.stderr) == (2, True)
    assert staff.json("--as", SUB_ADMIN, "user", "--as", SUB_ADMIN, "list", "--company", ACME)


def test_a_sub_admin_learns_nothing_of_other_departments(staff: Cli, tmp_path: Path) -> None:
    mine = ("--as", SUB_ADMIN)
    elsewhere = staff.json("user", "show", "--company", ACME, "1003")
    assert elsewhere["department"] != "Sales"
    # That nothing would change would say that a guess is right.
    change = ("user", "set", "--company", ACME, "1003", "--name")
    for name in (elsewhere["name"], "Another"):
        result = staff.run(*mine, *change, name, "--json")
        assert (result.exit_code, "of other departments" in result.stderr) == (3, True), name
    document = tmp_path / "acme.toml"
    document.write_text(f'[[company]]\ndomain = "{ACME}"\nname = "Acme"\ncountry = "DK"\n')
    result = staff.run(*mine, "apply", document)
    assert result.exit_code == 3 and "users of other departments" in result.stderr, result.output
    assert "1003" not in result.output and "1005" not in result.output


def test_the_company_may_be_left_out_and_as_may_stand_anywhere(staff: Cli) -> None:
    assert staff.json("recording", "list", "--as", SUPERUSER)
    assert staff.json("recording", "list", "--company", ACME, "--as", "1001")
