"""`fsplug change`: what an administrator's command lets wait, and who decides."""

from pathlib import Path

import pytest

from tests.cli.conftest import ACME, BETA, Cli

WHOSE = ("--company", ACME)
OLD, NEW = "anna@acme.example", "mallory@evil.example"
ADMIN, OTHER, CHIEF = f"1002@{ACME}", f"1003@{ACME}", f"1001@{ACME}"


@pytest.fixture
def staff(cli: Cli) -> Cli:
    """Anna is a superuser; 1002 and 1003 administer the company."""
    cli.ok("user", "set", *WHOSE, "1001", "--role", "superuser", "--email", OLD, "--yes")
    for username in ("1002", "1003"):
        cli.ok(
            "user", "set", *WHOSE, username, "--admin", "company-admin", "--email", f"{username}@acme.example", "--yes"
        )
    return cli


def _waiting(cli: Cli) -> list[str]:
    return [one["id"] for one in cli.json("change", "list", *WHOSE) if one["state"] == "waiting"]


def test_every_command_lets_the_same_change_wait_and_says_for_whom(staff: Cli, tmp_path: Path) -> None:
    said = staff.ok("user", "set", *WHOSE, "1001", "--email", NEW, "--as", ADMIN)
    [change] = _waiting(staff)
    assert (
        f"waits: user 1001, email: {OLD} -> {NEW}" in said
        and f"fsplug change confirm --company {ACME} {change}" in said
    )
    assert "policy version" not in said, "nothing is changed yet"
    (tmp_path / "users.csv").write_text(f"username,email\n1001,{NEW}\n")
    dry = staff.ok("import", "users", tmp_path / "users.csv", *WHOSE, "--dry-run", "--as", ADMIN)
    assert f"would wait: user 1001, email: {OLD} -> {NEW}" in dry
    assert staff.json("import", "users", tmp_path / "users.csv", *WHOSE, "--as", ADMIN)["waiting"][0]["id"] == change
    document = staff.ok("export", "--company", ACME, "--as", ADMIN).replace(OLD, NEW)
    (tmp_path / "acme.toml").write_text(document)
    made = staff.json("apply", tmp_path / "acme.toml", "--yes", "--as", ADMIN)
    assert [one["id"] for one in made["waiting"]] == [change]
    assert staff.json("account", "show", *WHOSE, "1001")["email"] == OLD


def test_one_asks_another_confirms(staff: Cli) -> None:
    staff.ok("user", "set", *WHOSE, "1003", "--role", "superuser", "--as", ADMIN, "--yes")
    [change] = _waiting(staff)
    for who in (ADMIN, OTHER):
        assert staff.error("change", "confirm", *WHOSE, change, "--as", who) == (3, "not-second-person")
    assert staff.error("change", "confirm", "--company", BETA, change, "--as", ADMIN) == (3, "other-company")
    assert staff.json("change", "show", *WHOSE, change)["state"] == "waiting"
    assert staff.ok("change", "list", *WHOSE).count("a superuser") == 1
    assert "is made" in staff.ok("change", "confirm", *WHOSE, change, "--as", CHIEF)
    assert staff.json("account", "show", *WHOSE, "1003")["role"] == "superuser"
    assert staff.error("change", "confirm", *WHOSE, change) == (3, "change-ended")
    assert staff.error("change", "confirm", *WHOSE, "nothing") == (2, "unknown-change")


def test_whom_it_concerns_sees_their_own_and_rejects_it(staff: Cli) -> None:
    staff.ok("user", "set", *WHOSE, "1001", "--email", NEW, "--as", ADMIN)
    staff.ok("user", "set", *WHOSE, "1003", "--email", "x@evil.example", "--as", ADMIN)
    own, other = _waiting(staff)[::-1]
    assert [one["id"] for one in staff.json("change", "list", *WHOSE, "--as", CHIEF)] == [own]
    assert staff.error("change", "show", *WHOSE, other, "--as", CHIEF) == (2, "unknown-change")
    assert staff.error("change", "reject", *WHOSE, other, "--as", CHIEF) == (3, "not-allowed")
    assert "is rejected" in staff.ok("change", "reject", *WHOSE, own, "--as", CHIEF)
    assert _waiting(staff) == [other]
    assert "rejected" in staff.ok("change", "list", *WHOSE)
