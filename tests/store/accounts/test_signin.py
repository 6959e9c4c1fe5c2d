"""Signing in, and being kept from guessing."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest

from fsplug.errors import Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.access import totp
from fsplug.policy.access.failures import WINDOW_SECONDS
from fsplug.store.accounts import accounts, authenticators, sessions, signin
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.store.audit import failures, trail
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from tests.store.accountcast import ANNA, BO, PASSWORD, Clock, Console
from tests.store.cast import ACME, BETA


def _code(console: Console, **others: str) -> str:
    with pytest.raises(Refused) as refused:
        console.sign_in(**others)
    return refused.value.code


def test_customer_ref_e_mail_and_password_open_a_session(console: Console) -> None:
    console.made()
    signed_in = console.sign_in(customer_ref=" ACME.example ", email=" Anna@acme.EXAMPLE", agent="Firefox\0")
    found = sessions.find(console.store, signed_in.session)
    assert found is not None
    assert (found.company, found.username, found.role, found.address) == (ACME, "1001", "superuser", "192.0.2.1")
    assert [entry.act for entry in trail.listed(console.store, ACME, limit=1)] == ["sign-in"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"email": "nobody@acme.example"},
        {"customer_ref": BETA},
        {"customer_ref": "nowhere.example"},
        {"email": "1001"},
        {"password": ""},
        {"email": "\0\ud800' OR 1=1 --"},
        {"customer_ref": "%"},
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same_and_took_a_hash(console: Console, wrong: dict[str, str]) -> None:
    console.made()
    with pytest.raises(Refused) as refused:
        console.sign_in(**wrong)
    assert (refused.value.code, refused.value.facts) == ("sign-in-refused", {})
    assert refused.value.text == "customer ref, e-mail address or password is wrong"
    assert console.passwords.asked == 1


def test_an_account_without_a_password_lets_nobody_in(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    assert _code(console, password="") == "sign-in-refused"


def test_a_failure_is_in_the_trail_with_its_address(console: Console) -> None:
    console.made()
    _code(console, password="wrong", address="198.51.100.7")
    console.clock.turn(WINDOW_SECONDS)
    failures.sum_up(console.store)
    [entry] = trail.listed(console.store, ACME, limit=1)
    assert (entry.act, entry.actor, entry.people) == ("sign-in-refused", "<*>", ("1001",))
    assert (entry.facts["addresses"], entry.facts["wrong"]) == (["198.51.100.7 (1)"], "password")


def test_unknown_accounts_take_as_long_as_known_ones(open_store: Callable[..., Store]) -> None:
    console = Console(open_store(), Clock())
    console.made()
    real = Passwords()
    accounts.give_password(console.store, ACME, "1001", PASSWORD, real, "root")

    def seconds(email: str) -> float:
        begun = time.process_time()
        with pytest.raises(Refused):
            signin.sign_in(
                console.store, TypedCredentials(ACME, email, "wrong", address=email), real, console.secret_keys
            )
        return time.process_time() - begun

    rounds = [(seconds(ANNA), seconds("nobody@acme.example")) for _ in range(6)]
    known, unknown = (min(one) for one in zip(*rounds, strict=True))
    assert 0.6 < known / unknown < 1.6


def test_ten_thousand_guesses_from_many_addresses_are_few_looks_and_the_owner_waits_no_longer_than_five_minutes(
    console: Console,
) -> None:
    console.made()
    console.passwords.asked = 0
    codes = {_code(console, password=f"guess {n}", address=f"192.0.{n % 250}.{n % 7}") for n in range(300)}
    for n in range(9_700 // 100):
        console.clock.turn(0.01)
        codes.add(_code(console, password=f"guess {n}", address=f"10.0.{n % 250}.{n % 7}"))
    assert codes == {"sign-in-refused", "sign-in-later"}
    assert console.passwords.asked == 6
    console.clock.turn(300)
    assert console.sign_in().username == "1001"


def test_the_owner_s_own_browser_is_not_locked_out_by_others(console: Console) -> None:
    console.made()
    browser = console.sign_in().browser
    while _code(console, password="guess", address="203.0.113.9") != "sign-in-later":
        pass
    assert _code(console) == "sign-in-later"
    assert console.sign_in(browser=browser).username == "1001"


def test_a_browser_of_one_account_is_none_of_another(console: Console) -> None:
    console.made()
    console.made("1002", BO, "my-console")
    browser = console.sign_in().browser
    while _code(console, email=BO, password="guess") != "sign-in-later":
        pass
    assert _code(console, email=BO, browser=browser) == "sign-in-later"


def test_guesses_at_the_same_moment_are_all_counted(open_store: Callable[..., Store]) -> None:
    console = Console(open_store(), Clock())
    console.made()
    console.passwords.asked = 0

    def guess(number: int) -> None:
        store = open_store(clock=console.clock)
        with pytest.raises(Refused):
            signin.sign_in(
                store, TypedCredentials(ACME, ANNA, "no", address=str(number)), console.passwords, console.secret_keys
            )

    threads = [Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert console.passwords.asked == 6


def test_a_session_ends_by_itself(console: Console) -> None:
    console.made()
    token = console.sign_in().session
    for _ in range(23):
        console.clock.turn(1790)
        assert sessions.find(console.store, token) is not None
    console.clock.turn(1801)
    assert sessions.find(console.store, token) is None
    assert sessions.listed(console.store, ACME) == []
    token = console.sign_in().session
    for _ in range(24):
        console.clock.turn(1790)
        sessions.find(console.store, token)
    console.clock.turn(1790)
    assert sessions.find(console.store, token) is None, "twelve hours, however busy"


def test_a_clock_that_is_put_back_ends_sessions_and_keeps_nobody_out(console: Console) -> None:
    console.made()
    token = console.sign_in().session
    while _code(console, password="guess") != "sign-in-later":
        pass
    console.clock.turn(-86_400)
    assert sessions.find(console.store, token) is None
    assert console.sign_in().username == "1001"


def test_a_session_of_one_company_is_not_ended_by_another(console: Console) -> None:
    console.made()
    token = console.sign_in().session
    [session] = sessions.listed(console.store, ACME)
    with pytest.raises(Exception, match="no open session"):
        sessions.end(console.store, BETA, session.id, "root")
    assert sessions.listed(console.store, BETA) == []
    assert sessions.find(console.store, token) == session


@pytest.mark.parametrize("token", ["", "x", "\ud800", "é" * 5000])
def test_what_is_no_session_is_none(console: Console, token: str) -> None:
    assert sessions.find(console.store, token) is None


def test_a_reset_is_mailed_to_the_account_and_asking_reveals_nothing(console: Console) -> None:
    console.made()
    before = len(mails.listed(console.store, ACME))
    for email in ("nobody@acme.example", ANNA, BO):
        signin.ask_reset(console.store, ACME, email)
    signin.ask_reset(console.store, "nowhere.example", ANNA)
    found = mails.listed(console.store, ACME)
    assert len(found) == before + 1
    assert [mail.receiver for mail in found if mail.kind == "reset"] == [ANNA]
    for _ in range(20):
        signin.ask_reset(console.store, ACME, ANNA)
    assert len(mails.listed(console.store, ACME)) <= before + 4, "nobody's mailbox is filled"


def _with_totp(console: Console, username: str = "1001", email: str = ANNA) -> str:
    console.made(username, email)
    secret = authenticators.new(console.store, ACME, username, console.secret_keys)
    code = totp.code(secret, int(console.clock()) // 30)
    authenticators.confirm(console.store, ACME, username, code, console.secret_keys)
    console.clock.turn(30)
    return secret


def test_with_an_authenticator_a_code_is_asked_for_after_the_password(console: Console) -> None:
    secret = _with_totp(console)
    assert _code(console, password="wrong") == "sign-in-refused"
    assert _code(console) == "code-wanted"
    assert _code(console, code="000000") == "sign-in-refused"
    code = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=code).username == "1001"
    assert _code(console, code=code) == "sign-in-refused", "a code that somebody looked at is good no more"


def test_codes_are_guessed_no_faster_than_passwords(console: Console) -> None:
    _with_totp(console)
    codes = [_code(console, code=f"{n:06}") for n in range(8)]
    assert codes[-1] == "sign-in-later"


@pytest.mark.parametrize("by_seconds", [30.0, 200.0, 400.0, 1e8])
def test_six_wrong_guesses_and_a_clock_put_back_make_nobody_wait_for_it(console: Console, by_seconds: float) -> None:
    console.made()
    for _ in range(6):
        _code(console, password="guess")
    assert _code(console) == "sign-in-later"
    console.clock.turn(-by_seconds)
    assert console.sign_in().username == "1001"


def test_a_code_used_in_a_clock_a_month_ahead_locks_the_owner_out_for_no_moment(console: Console) -> None:
    month = 30 * 86_400.0
    secret = _with_totp(console)
    console.clock.turn(month)
    ahead = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=ahead).username == "1001"
    console.clock.turn(-month)
    code = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=code).username == "1001"
    assert _code(console, code=code) == "sign-in-refused"
    console.clock.turn(month)
    assert _code(console, code=ahead) == "sign-in-refused", "nobody uses it a second time when its time comes"


def test_one_code_lets_one_of_many_in_at_the_same_moment(open_store: Callable[..., Store]) -> None:
    clock = Clock()
    console = Console(open_store(clock=clock), clock)
    secret = _with_totp(console)
    code, inside = totp.code(secret, int(console.clock()) // 30), []

    def enter(number: int) -> None:
        typed = TypedCredentials(ACME, ANNA, PASSWORD, code, f"192.0.2.{number}")
        with contextlib.suppress(Refused):
            store = open_store(clock=console.clock)
            inside.append(signin.sign_in(store, typed, console.passwords, console.secret_keys))

    threads = [Thread(target=enter, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(inside) == 1


def test_an_authenticator_counts_once_its_first_code_was_seen_and_is_not_replaced(console: Console) -> None:
    console.made()
    secret = authenticators.new(console.store, ACME, "1001", console.secret_keys)
    with pytest.raises(Refused, match="not the current code"):
        authenticators.confirm(console.store, ACME, "1001", "123", console.secret_keys)
    assert console.sign_in()
    authenticators.confirm(
        console.store, ACME, "1001", totp.code(secret, int(console.clock()) // 30), console.secret_keys
    )
    assert [one.receiver for one in mails.listed(console.store, ACME) if one.kind is MailKind.CODES_ON] == [ANNA]
    with pytest.raises(Refused, match="has an authenticator"):
        authenticators.new(console.store, ACME, "1001", console.secret_keys)
    authenticators.remove(console.store, ACME, "1001", "root")
    assert console.sign_in()


def test_a_role_taken_away_and_given_back_turns_no_codes_off(console: Console) -> None:
    secret = _with_totp(console)
    used = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=used)
    console.give("1001", role="none")
    newer = SecretKeys([new_key(), *_keys(console.secret_keys)])
    assert authenticators.seal_anew(console.store, newer) == 1, "with a new key, too, while there is no account"
    console.made()
    assert accounts.get(console.store, ACME, "1001").totp
    back = replace(console, secret_keys=newer)
    assert _code(back) == "code-wanted"
    assert _code(back, code=used) == "sign-in-refused"
    console.clock.turn(60)
    assert back.sign_in(code=totp.code(secret, int(console.clock()) // 30))


def test_a_removed_person_s_codes_are_not_those_of_the_next_with_the_username(console: Console) -> None:
    newcomer = {"username": "1009", "extension": "1009"}
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", newcomer))
    _with_totp(console, "1009", "n@acme.example")
    console.give("1009", role="none")
    edit(console.store, ACME, "operator", lambda draft: draft.remove("user", "1009"))
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", newcomer))
    console.made("1009", "n@acme.example")
    assert console.sign_in(email="n@acme.example").username == "1009"


def test_a_superuser_must_set_one_up_where_the_company_says_so(console: Console) -> None:
    console.made()
    console.made("1002", BO, "my-console")

    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "superuser_totp": True})

    edit(console.store, ACME, "operator", change)
    needs = [sessions.find(console.store, console.sign_in(email=email).session) for email in (ANNA, BO)]
    assert [one and one.needs_totp for one in needs] == [True, False]
    assert companies.get(console.store, ACME).superuser_totp


def test_a_secret_is_sealed_and_its_key_may_be_replaced(console: Console) -> None:
    secret = _with_totp(console)
    [(kept,)] = console.store.rows("SELECT secret FROM authenticator")
    assert secret not in kept
    old, new = console.secret_keys, new_key()
    both = SecretKeys([new, *_keys(old)])
    assert authenticators.seal_anew(console.store, both) == 1
    assert authenticators.seal_anew(console.store, both) == 0
    code = totp.code(secret, int(console.clock()) // 30)
    typed = TypedCredentials(ACME, ANNA, PASSWORD, code, "192.0.2.1")
    assert signin.sign_in(console.store, typed, console.passwords, SecretKeys([new])).username == "1001"


def _keys(secret_keys: SecretKeys) -> list[str]:
    import base64

    return [base64.urlsafe_b64encode(one._signing_key + one._encryption_key).decode() for one in secret_keys._fernets]
