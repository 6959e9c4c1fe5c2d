"""The limiter in front of every page that needs no session."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from fsplug.errors import TryLater
from fsplug.policy.access.attempts import FREE, Act, Attempt
from fsplug.store.accounts import accounts
from fsplug.store.outbox import mails
from fsplug.web.kernel.guard import Open, check_rules, rule_of, takes
from fsplug.web.kernel.limiter import Limiter
from tests.store.accountcast import ANNA, BO, Clock, Console
from tests.store.cast import ACME
from tests.web.conftest import Browser

PROXY = "127.0.0.1"


def _spray(browser: Browser, tries: int) -> list[int]:
    """Guess once at each of so many invented accounts."""
    return [browser.sign_in(email=f"u{n}@acme.example", password="guess").status_code for n in range(tries)]


def test_every_page_for_anybody_says_what_it_lets_try(app: Any) -> None:
    rules = {one.rule: rule_of(app, one.endpoint) for one in app.url_map.iter_rules() if "POST" in one.methods}
    free = [path for path, rule in rules.items() if rule and rule.who is Open.ANYBODY and rule.tries is Act.NOTHING]
    assert free == ["/language"]


def test_an_application_with_a_page_for_anybody_without_a_limit_does_not_start() -> None:
    app = Flask("other", static_folder=None)
    app.add_url_rule("/open", "open", takes(Open.ANYBODY)(lambda: ""))
    with pytest.raises(LookupError, match="tries="):
        check_rules(app)


def test_one_address_that_tries_everybody_is_stopped(new_browser: Callable[..., Browser], console: Console) -> None:
    console.made()
    guesser, other = new_browser(address="203.0.113.9"), new_browser(address="198.51.100.1")
    codes = _spray(guesser, 40)
    assert codes[:30] == [403] * 30
    assert codes[31:] == [429] * 9
    assert other.sign_in().status_code == 303


def test_a_refusal_says_when_to_try_again_and_costs_the_store_nothing(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    guesser = new_browser(address="203.0.113.9")
    _spray(guesser, 32)
    kept = console.store.rows("SELECT COUNT(*) FROM throttle")
    answer = guesser.sign_in(email="another@acme.example")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert 'name="password"' in answer.text and "2 s" in answer.text
    assert console.store.rows("SELECT COUNT(*) FROM throttle") == kept
    console.clock.turn(2)
    assert guesser.sign_in(email="another@acme.example").status_code == 403


@pytest.mark.parametrize("address", [PROXY, "10.0.0.1", "203.0.113.9", "2001:db8::1"])
def test_a_known_browser_gets_in_whatever_is_guessed_from_its_address(
    new_browser: Callable[..., Browser], console: Console, address: str
) -> None:
    console.made()
    known, guesser = new_browser(address=address), new_browser(address=address)
    assert known.sign_in().status_code == 303
    _spray(guesser, 400)
    for _ in range(12):
        guesser.sign_in(password="guess")
    assert guesser.sign_in().status_code == 429
    assert known.sign_in().status_code == 303


def test_behind_a_proxy_that_is_not_set_33_wrong_guesses_shut_nobody_out(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    console.made("1002", BO, "my-console")
    guesser = new_browser(address=PROXY)
    for n in range(33):
        guesser.sign_in(password=f"guess {n}")
    assert new_browser(address=PROXY).sign_in(email=BO).status_code == 303
    _spray(guesser, 400)
    waiting = new_browser(address=PROXY).sign_in(email=BO)
    assert (waiting.status_code, int(waiting.headers["Retry-After"]) <= 5) == (429, True)
    console.clock.turn(5)
    assert new_browser(address=PROXY).sign_in(email=BO).status_code == 303


def test_a_mark_is_its_own_persons_and_signed(new_browser: Callable[..., Browser], console: Console) -> None:
    console.made()
    console.made("1002", BO, "my-console")
    other, forged = new_browser(address="203.0.113.9"), new_browser(address="203.0.113.9")
    assert other.sign_in(email=BO).status_code == 303
    forged.client.set_cookie("__Host-fsplug-browser", "x" * 43 + "." + "y" * 22, domain="console.example", secure=True)
    _spray(new_browser(address="203.0.113.9"), 40)
    assert [one.sign_in().status_code for one in (other, forged)] == [429, 429]
    assert other.sign_in(email=BO).status_code == 303


def test_invented_addresses_are_asked_for_mail_only_so_often(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    guesser = new_browser(address="203.0.113.9")

    def ask(n: int) -> int:
        return int(guesser.post("/forgotten", customer_ref=ACME, email=f"{n}@x.example").status_code)

    codes = [ask(n) for n in range(400)]
    assert codes[:10] == [200] * 10 and codes[11:] == [429] * 389
    assert new_browser(address="198.51.100.1").post("/forgotten", customer_ref=ACME, email=ANNA).status_code == 200
    assert [mail.kind for mail in mails.listed(console.store, ACME) if mail.kind == "reset"] == ["reset"]


@pytest.mark.parametrize(
    ("path", "act"),
    [("/set-password", Act.OPEN_LINK), ("/sign-in-link", Act.OPEN_LINK), ("/shared", Act.OPEN_SHARE)],
)
def test_links_that_are_not_good_are_counted(browser: Browser, path: str, act: Act) -> None:
    browser.address = "203.0.113.9"
    codes = [browser.get(path).status_code for _ in range(FREE[act] + 5)]
    assert codes[: FREE[act]] == [403] * FREE[act]
    assert codes[-1] == 429


def test_what_succeeds_is_not_counted(browser: Browser, console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    browser.get(f"/set-password/{accounts.new_link(console.store, ACME, '1001')}")
    assert {browser.get("/set-password").status_code for _ in range(100)} == {200}


def test_wrong_first_codes_of_an_authenticator_are_counted_by_session(browser: Browser, console: Console) -> None:
    console.made()
    browser.sign_in()
    browser.get("/one-time-codes")
    codes = [browser.post("/one-time-codes", code="000000").status_code for _ in range(40)]
    assert codes[0] == 403 and codes[-1] == 429
    assert browser.get("/").status_code == 200


def test_a_flood_from_everywhere_keeps_the_counts_few_and_slows_unknown_browsers_only_by_seconds() -> None:
    clock = Clock()
    limiter = Limiter(clock, most=1_000)
    taken = 0
    for n in range(5_000):
        clock.turn(0.004)
        address = f"2001:db8:{n % 65_536:x}:{n // 7:x}::1"
        try:
            limiter.take(Attempt(Act.SIGN_IN, address, f"{n}.example", f"{n}@x.example"))
            taken += 1
        except TryLater as later:
            assert later.seconds <= 2.0
    assert len(limiter) <= 1_000
    assert taken < 330, "300 are free, then one every two seconds"


def test_an_attempt_that_is_given_back_leaves_nothing_behind() -> None:
    limiter, attempt = Limiter(Clock()), Attempt(Act.SIGN_IN, "203.0.113.9", ACME, ANNA)
    for _ in range(1_000):
        limiter.give_back(limiter.take(attempt))
    for _ in range(30):
        limiter.take(attempt)
