"""`fsplug account`, `fsplug mail`, `fsplug share`, `fsplug audit`, `fsplug secret`: as an operator types them."""

import json
import sqlite3
from pathlib import Path

import pytest

from fsplug.policy.access import totp
from fsplug.store.accounts import authenticators, sessions, signin
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.store.db.database import Store
from fsplug.wiring.settings import read
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import answered, recorded, talk_to

ANNA, PASSWORD = "anna@acme.example", "correct horse battery"
WHOSE = ("--company", ACME)


@pytest.fixture
def staff(cli: Cli, tmp_path: Path) -> Cli:
    """Anna is a superuser with a password, and was recorded."""
    cli.ok("user", "set", *WHOSE, "1001", "--role", "superuser", "--email", ANNA, "--yes")
    (tmp_path / "password").write_text(PASSWORD)
    cli.ok("account", "password", *WHOSE, "1001", "--password-file", tmp_path / "password")
    cli.write(recorded("a"))
    return cli


def _sign_in(cli: Cli, code: str = "") -> str:
    store = Store(cli.data / "fsplug.db")
    try:
        typed = TypedCredentials(ACME, ANNA, PASSWORD, code, "192.0.2.1", "Firefox")
        return signin.sign_in(store, typed, Passwords(), SecretKeys(read(cli.data, {}).secret_keys)).session
    finally:
        store.close()


def test_a_role_without_an_address_says_what_is_missing(cli: Cli) -> None:
    result = cli.run("user", "set", *WHOSE, "1002", "--role", "superuser", "--email", "")
    assert result.exit_code == 2
    assert "email: a console role needs an address, and it is missing; write it like anna@acme.example" in result.stderr
    assert result.stderr.count("address") == 1, "once is enough"


def test_accounts_are_listed_and_shown(staff: Cli) -> None:
    [account] = staff.json("account", "list", *WHOSE)
    assert (account["username"], account["email"], account["role"], account["totp"]) == (
        "1001",
        ANNA,
        "superuser",
        False,
    )
    assert "superuser" in staff.ok("account", "show", *WHOSE, "1001")
    assert staff.error("account", "show", *WHOSE, "1002") == (2, "no-account")
    assert staff.json("account", "list", "--company", BETA) == []


def test_a_password_is_never_on_the_line_and_must_do(staff: Cli) -> None:
    assert staff.error("account", "password", *WHOSE, "1001") == (2, "bad-usage")
    result = staff.run("account", "password", *WHOSE, "1001", "--password-file", "-", "--json", input="short\n")
    assert json.loads(result.stderr)["error"]["code"] == "bad-password"
    assert "short" not in result.stderr.replace("shorter", "")


def test_sessions_are_listed_and_ended(staff: Cli) -> None:
    token = _sign_in(staff)
    [session] = staff.json("account", "sessions", *WHOSE)
    assert (session["username"], session["address"], session["agent"]) == ("1001", "192.0.2.1", "Firefox")
    assert token not in json.dumps(session)
    assert staff.error("account", "sign-out", "--company", BETA, session["id"]) == (2, "unknown-session")
    assert staff.json("account", "sign-out", *WHOSE, session["id"]) == {"ended": [session["id"]]}
    store = Store(staff.data / "fsplug.db")
    assert sessions.find(store, token) is None
    store.close()


def test_mail_waits_and_says_for_what(staff: Cli) -> None:
    result = staff.run("mail", "list")
    assert "mail waits until web_url, smtp_host and mail_from are set" in result.stderr
    found = staff.json("mail", "list", "--state", "queued")
    assert {(one["kind"], one["receiver"]) for one in found} == {("user-id", ANNA), ("password", ANNA)}
    assert staff.error("mail", "show", "--company", BETA, found[0]["id"]) == (2, "unknown-mail")
    assert "queued" in staff.ok("mail", "show", *WHOSE, found[0]["id"])
    assert staff.json("mail", "retry", *WHOSE, found[0]["id"])["state"] == "queued"
    for verb, kinds in (("invite", {"user-id", "password"}), ("reset", {"reset"})):
        sent = staff.json("account", verb, *WHOSE, "1001")["mails"]
        assert {one["kind"] for one in staff.json("mail", "list") if one["id"] in sent} == kinds


def test_a_recording_is_shared_listed_and_revoked(staff: Cli) -> None:
    words = ("a-rec", "--to", "customer@outside.example", "--subject", "Our call")
    said = staff.ok("share", "create", *WHOSE, *words, "--code", "phone")
    assert "read this code out: " in said and "customer@outside.example" in said
    [share] = staff.json("share", "list")
    assert (share["recording"], share["made_by"], share["plays"]) == ("a-rec", "anna", 3)
    assert "open" in staff.ok("share", "list", *WHOSE)
    assert staff.error("share", "revoke", "--company", BETA, share["id"]) == (2, "unknown-share")
    staff.ok("share", "revoke", *WHOSE, share["id"])
    assert "revoked by anna" in staff.ok("share", "list")


def test_shares_are_found_by_who_made_them_and_by_the_customer_s_number(staff: Cli) -> None:
    staff.write(recorded("b", at=5000.0, talk=talk_to(caller="55667788")))
    for recording, by in (("a-rec", ("--as", "1001")), ("b-rec", ())):
        staff.ok("share", "create", *WHOSE, *by, recording, "--to", "x@y.example", "--subject", "s")

    def shared(*words: str) -> list[str]:
        return [one["recording"] for one in staff.json("share", "list", *WHOSE, *words)]

    assert shared("--user", "70 10 10 01") == ["a-rec"]
    assert shared("--number", "0045 55 66 77 88") == ["b-rec"]
    assert shared("--number", "+4599887766") == []


@pytest.mark.parametrize("noun", ["mail", "audit"])
def test_a_list_without_numbers_does_not_say_that_it_looks_for_one(staff: Cli, noun: str) -> None:
    assert staff.error(noun, "list", "--number", "+4522334455") == (2, "bad-usage")


@pytest.mark.parametrize(
    ("recording", "given", "code"),
    [
        ("nowhere", {}, "unknown-recording"),
        ("b-rec", {}, "not-playable"),
        ("a-rec", {"--to": "x@y"}, "bad-share"),
        ("a-rec", {"--to": "x@y.example\nBcc: z@y.example"}, "bad-usage"),
        ("a-rec", {"--subject": "x\r\nBcc: z@y.example"}, "bad-usage"),
        ("a-rec", {"--plays": "0"}, "bad-share"),
        ("a-rec", {"--days": "365"}, "bad-share"),
    ],
)
def test_what_cant_be_shared_is_said(staff: Cli, recording: str, given: dict[str, str], code: str) -> None:
    staff.write(answered("b"))
    options = {"--to": "x@y.example", "--subject": "s", **given}
    words = [word for option in options.items() for word in option]
    assert staff.error("share", "create", *WHOSE, recording, *words)[1] == code
    assert staff.json("share", "list") == []


def test_the_trail_is_listed_by_act_and_by_user(staff: Cli) -> None:
    _sign_in(staff)
    [entry] = staff.json("audit", "list", "--act", "sign-in")
    assert (entry["actor"], entry["people"], entry["company"]) == (f"1001@{ACME}", ["1001"], ACME)
    assert "sign-in" in staff.ok("audit", "list", "--user", "1001")
    assert "sign-in" not in staff.ok("audit", "list", "--user", "1002")


def test_facts_of_entries_are_shown_in_words_not_brackets(staff: Cli) -> None:
    staff.ok("share", "create", *WHOSE, "a-rec", "--to", "x@y.example", "--subject", "s")
    said = staff.ok("audit", "list", *WHOSE, "--limit", "3")
    assert "granted: user 1001: role" in said and "code_by: mail; email: x@y.example; expires_at: 20" in said
    assert not set("[]'") & set(said)


def test_looking_at_secrets_and_exporting_make_entries(staff: Cli, tmp_path: Path) -> None:
    staff.ok("trunk", "show", *WHOSE, "trunk", "--show-secrets")
    staff.ok("export", *WHOSE)
    staff.ok("audit", "export", *WHOSE, "--out", tmp_path / "trail")
    lines = [json.loads(line) for line in (tmp_path / "trail").read_text().splitlines()]
    assert [one["act"] for one in lines][-3:] == ["secrets-shown", "export", "audit-export"]
    assert [one["number"] for one in lines] == list(range(1, len(lines) + 1))
    assert (tmp_path / "trail").stat().st_mode & 0o777 == 0o600


def test_verify_names_the_first_bent_entry_and_goes_on_from_a_checkpoint(staff: Cli) -> None:
    checkpoint = next(one["checkpoint"] for one in staff.json("audit", "verify") if one["company"] == ACME)
    staff.ok("exclude", "add", *WHOSE, "+4533333333")
    [found] = staff.json("audit", "verify", *WHOSE, "--since", checkpoint)
    assert (found["checked"], found["trouble"]) == (1, None)
    bent = sqlite3.connect(staff.data / "fsplug.db")
    bent.execute("UPDATE audit_entry SET actor = 'nobody' WHERE number = 2 AND act = 'rights'")
    bent.commit()
    bent.close()
    result = staff.run("audit", "verify")
    assert result.exit_code == 1
    assert f"FAILED {ACME}: entry 2 is changed" in result.stdout
    assert staff.error("audit", "verify", *WHOSE, "--since", "x") == (2, "bad-checkpoint")


def test_the_trail_of_a_removed_company_is_checked_with_the_others(staff: Cli) -> None:
    staff.ok("company", "remove", BETA, "--yes")
    assert {one["company"] for one in staff.json("audit", "verify")} == {ACME, BETA}


def test_a_new_key_leaves_authenticators_good_and_the_old_one_opens_nothing(staff: Cli) -> None:
    old = read(staff.data, {}).secret_keys
    store = Store(staff.data / "fsplug.db")
    secret = authenticators.new(store, ACME, "1001", SecretKeys(old))
    now = int(store.now()) // 30
    authenticators.confirm(store, ACME, "1001", totp.code(secret, now - 1), SecretKeys(old))
    store.close()
    assert staff.json("secret", "rotate") == {"sealed_anew": 1}
    new = read(staff.data, {}).secret_keys
    assert set(new).isdisjoint(old)
    assert (staff.data / "fsplug.toml").stat().st_mode & 0o777 == 0o600
    assert _sign_in(staff, totp.code(secret, now))
    staff.ok("account", "totp-off", *WHOSE, "1001")
    assert _sign_in(staff)


def test_a_key_of_the_environment_is_replaced_there_and_stays_out_of_the_file(staff: Cli) -> None:
    file = staff.data / "fsplug.toml"
    before, key = file.read_bytes(), new_key()
    result = staff.run("secret", "rotate", FSPLUG_SECRET_KEY=key)
    assert (result.exit_code, "replace the key in the environment" in result.stderr) == (2, True)
    assert file.read_bytes() == before


def test_every_installation_has_a_key_of_its_own(empty: Cli, tmp_path: Path) -> None:
    empty.ok("init")
    other = Cli(tmp_path / "other")
    other.ok("init")
    keys = {read(one.data, {}).secret_key for one in (empty, other)}
    assert len(keys) == 2 and all(map(len, keys))


def test_a_link_signs_in_and_only_an_operator_makes_one(staff: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert staff.error("account", "sign-in-link", *WHOSE, "1001") == (2, "no-console")
    monkeypatch.setenv("FSPLUG_WEB_URL", "https://console.example/")
    made = staff.json("account", "sign-in-link", *WHOSE, "1001")
    assert made["link"].startswith("https://console.example/sign-in/")
    assert staff.error("--as", f"1001@{ACME}", "account", "sign-in-link", *WHOSE, "1001") == (3, "not-allowed")
    assert staff.error("account", "sign-in-link", *WHOSE, "1002") == (2, "no-account")
    [entry] = staff.json("audit", "list", *WHOSE, "--limit", "1")
    assert entry["act"] == "sign-in-link" and made["link"].rpartition("/")[2] not in json.dumps(entry)
