"""Signing in, and being kept from guessing."""

import time
from collections.abc import Callable
from threading import Thread

import pytest

from fsplug.errors import Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.access.failures import WINDOW_SECONDS
from fsplug.store.accounts import accounts, sessions, signin
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.store.audit import failures, trail
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from tests.store.accountcast import ANNA, BO, PASSWORD, Clock, Console
from tests.store.accounts.signing import refusal_of
from tests.store.cast import ACME, BETA


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
    assert refusal_of(console, password="") == "sign-in-refused"


def test_a_failure_is_in_the_trail_with_its_address(console: Console) -> None:
    console.made()
    refusal_of(console, password="wrong", address="198.51.100.7")
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
    codes = {refusal_of(console, password=f"guess {n}", address=f"192.0.{n % 250}.{n % 7}") for n in range(300)}
    for n in range(9_700 // 100):
        console.clock.turn(0.01)
        codes.add(refusal_of(console, password=f"guess {n}", address=f"10.0.{n % 250}.{n % 7}"))
    assert codes == {"sign-in-refused", "sign-in-later"}
    assert console.passwords.asked == 6
    console.clock.turn(300)
    assert console.sign_in().username == "1001"


def test_the_owner_s_own_browser_is_not_locked_out_by_others(console: Console) -> None:
    console.made()
    browser = console.sign_in().browser
    while refusal_of(console, password="guess", address="203.0.113.9") != "sign-in-later":
        pass
    assert refusal_of(console) == "sign-in-later"
    assert console.sign_in(browser=browser).username == "1001"


def test_a_browser_of_one_account_is_none_of_another(console: Console) -> None:
    console.made()
    console.made("1002", BO, "my-console")
    browser = console.sign_in().browser
    while refusal_of(console, email=BO, password="guess") != "sign-in-later":
        pass
    assert refusal_of(console, email=BO, browser=browser) == "sign-in-later"


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
    while refusal_of(console, password="guess") != "sign-in-later":
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


@pytest.mark.parametrize("by_seconds", [30.0, 200.0, 400.0, 1e8])
def test_six_wrong_guesses_and_a_clock_put_back_make_nobody_wait_for_it(console: Console, by_seconds: float) -> None:
    console.made()
    for _ in range(6):
        refusal_of(console, password="guess")
    assert refusal_of(console) == "sign-in-later"
    console.clock.turn(-by_seconds)
    assert console.sign_in().username == "1001"
