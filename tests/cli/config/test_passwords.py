"""Passwords of devices and trunks: printed when they are made, taken from a file, and shown to nobody else."""

from pathlib import Path

from fsplug.store.config import devices
from tests.cli.conftest import ACME, DEMO, OF_ACME, Cli


def _password(cli: Cli, name: str = "desk") -> str:
    """As an operator's copy has it, the one place that has passwords."""
    [exported] = cli.json("export", *OF_ACME, "--show-secrets")["company"]
    [user] = (one for one in exported["user"] if one["username"] == "1001")
    return str(next(one["password"] for one in user["device"] if one["name"] == name))


def test_a_devices_password_is_printed_when_it_is_made_and_never_again(cli: Cli) -> None:
    change = ("device", "set", *OF_ACME, "--user", "1001", "desk", "--new-password")
    said = cli.ok(*change)
    password = _password(cli)
    assert len(password) >= 20 and said.count(password) == 1
    said, password = cli.json(*change)["password"], _password(cli)
    assert said == password
    a1_hash = devices.a1_hash("1001", ACME, password)
    device = ("device", "show", *OF_ACME, "--user", "1001", "desk")
    for words in (device, ("device", "list", *OF_ACME), ("user", "show", *OF_ACME, "1001"), ("user", "list", *OF_ACME)):
        said = cli.ok(*words) + cli.ok(*words, "--json")
        assert password not in said and a1_hash not in said, words
    assert password not in cli.ok("export") + cli.ok("audit", "list") + cli.ok("policy", "show", *OF_ACME)
    assert password not in cli.ok("device", "set", *OF_ACME, "--user", "1001", "desk", "--sip-username", "hall")
    for words in (device, ("user", "show", *OF_ACME, "1001")):
        assert cli.error(*words, "--show-secrets") == (2, "bad-usage")


def test_the_trail_names_the_phone_that_got_another_password(cli: Cli) -> None:
    cli.ok("device", "set", *OF_ACME, "--user", "1001", "desk", "--new-password")
    [entry] = cli.json("audit", "list", *OF_ACME, "--limit", "1")
    assert (entry["act"], entry["facts"]["passwords"]) == ("configuration", ["device 1001 desk"])
    cli.ok("trunk", "add", *OF_ACME, "carrier", "--host", "sip.example.net", "--username", "acme")
    [entry] = cli.json("audit", "list", *OF_ACME, "--limit", "1")
    assert entry["facts"]["passwords"] == ["trunk carrier"]
    cli.ok("trunk", "set", *OF_ACME, "carrier", "--port", "5070")
    [entry] = cli.json("audit", "list", *OF_ACME, "--limit", "1")
    assert "passwords" not in entry["facts"]


def test_passwords_that_a_document_makes_are_counted_not_printed(empty: Cli) -> None:
    empty.ok("init")
    result = empty.run("apply", DEMO)
    assert result.exit_code == 0 and "made at random, and seen by nobody: " in result.stderr
    assert _password(empty) not in result.output
    assert "made at random" not in empty.run("apply", DEMO).stderr


def test_a_password_comes_from_a_file_or_standard_input(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("first-password\n")
    change = ("device", "set", *OF_ACME, "--user", "1001", "desk")
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
    cli.ok("trunk", "add", *OF_ACME, "carrier", *host, "--password-file", tmp_path / "secret")
    cli.ok("trunk", "set", *OF_ACME, "carrier", "--port", "5070")
    assert cli.json("trunk", "show", *OF_ACME, "carrier", "--show-secrets")["password"] == "carrier-password"
    assert "carrier-password" not in cli.ok("trunk", "show", *OF_ACME, "carrier") + cli.ok(
        "trunk", "list", *OF_ACME, "--json"
    )
