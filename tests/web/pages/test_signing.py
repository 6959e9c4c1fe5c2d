"""Signing in, by pages."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fsplug.policy.access import totp
from fsplug.store.accounts import accounts, sessions, sign_in_links
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.outbox import mails
from tests.store.accountcast import ANNA, BO, PASSWORD, Console
from tests.store.cast import ACME, BETA
from tests.web.conftest import Browser


def test_three_fields_let_a_user_in_and_sign_out_ends_it(browser: Browser, console: Console) -> None:
    console.made()
    assert browser.sign_in().headers["Location"] == "/"
    assert "Anna" in browser.get("/").text
    assert browser.post("/sign-out").headers["Location"] == "/sign-in"
    assert browser.get("/").status_code == 302
    assert sessions.listed(console.store, ACME) == []


def _focused(page: str) -> str:
    """The name of the only field with the focus."""
    [found] = re.findall(r'name="(\w+)"[^>]* autofocus', page)
    return str(found)


def test_the_sign_in_says_what_the_customer_ref_is_and_remembers_it(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    first, again = new_browser(), new_browser()
    page = first.get("/sign-in", **{"Accept-Language": "da"}).text
    assert "Jeres domæne, fx firma.dk" in page and _focused(page) == "customer_ref"
    first.sign_in()
    again.get(f"/sign-in/{sign_in_links.make(console.store, ACME, '1001', 'operator')}")
    again.press("/sign-in-link")
    for one in (first, again):
        one.post("/sign-out")
        for path in ("/sign-in", "/forgotten"):
            page = one.get(path).text
            assert f'value="{ACME}"' in page and _focused(page) == "email", path
    assert _focused(first.sign_in(password="wrong").text) == "password"


def test_signing_out_leaves_nothing_behind_in_the_browser(browser: Browser, console: Console) -> None:
    console.made()
    for path in ("/sign-out", "/account/sign-out"):
        browser.sign_in()
        answer = browser.post(path, session="")
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"', path
        assert "__Host-fsplug-session" not in browser.cookies(), path


def test_signing_in_again_ends_the_browser_s_older_session_and_no_other_browser_s(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    console.made("1002", BO, "my-console")
    desk, home = new_browser(address="192.0.2.1"), new_browser(address="192.0.2.2")
    home.sign_in()
    desk.sign_in()
    [first] = [one for one in sessions.listed(console.store, ACME) if one.address == "192.0.2.1"]
    desk.sign_in()
    assert first.id not in [one.id for one in sessions.listed(console.store, ACME)]
    assert len(sessions.listed(console.store, ACME, "1001")) == 2
    page = home.get("/account").text
    assert page.count('name="session" value="') == 3, "both are listed, each with a button, and one for all"
    desk.sign_in(email=BO)
    assert [one.address for one in sessions.listed(console.store, ACME, "1001")] == ["192.0.2.2"]
    link = sign_in_links.make(console.store, ACME, "1001", "operator")
    desk.get(f"/sign-in/{link}")
    desk.press("/sign-in-link")
    assert sessions.listed(console.store, ACME, "1002") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"email": "nobody@acme.example"},
        {"customer_ref": BETA},
        {"customer_ref": "nowhere.example"},
    ],
)
def test_the_answer_is_the_same_whatever_is_wrong(browser: Browser, console: Console, wrong: dict[str, str]) -> None:
    console.made()
    answer = browser.sign_in(**wrong)
    assert answer.status_code == 403
    assert "Customer ref, e-mail or password is wrong." in answer.text
    assert PASSWORD not in answer.text and "wrong&" not in answer.text
    assert browser.cookies() == set()


def test_too_many_guesses_must_wait(browser: Browser, console: Console) -> None:
    console.made()
    answers = [browser.sign_in(password="guess") for _ in range(7)]
    assert answers[-1].status_code == 429
    assert "again in 2 s." in answers[-1].text
    console.clock.turn(1.9)
    assert "again in 1 s." in browser.sign_in().text, "never in 0 s"


def test_what_is_typed_is_shown_again_as_text(browser: Browser) -> None:
    page = browser.sign_in(email='"><script>alert(1)</script>').text
    assert "<script>" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("accept", "word", "authority"),
    [
        ("da", "Log ind", "www.datatilsynet.dk"),
        ("sv-SE,sv;q=0.9", "Logga in", "www.imy.se"),
        ("fr", "Sign in", "www.datatilsynet.dk"),
    ],
)
def test_pages_speak_the_browser_s_language_and_say_who_answers_for_recording(
    browser: Browser, accept: str, word: str, authority: str
) -> None:
    page = browser.get("/sign-in", **{"Accept-Language": accept}).text
    assert word in page and f'href="https://{authority}/' in page


def test_one_time_codes_are_set_up_and_asked_for(browser: Browser, console: Console) -> None:
    console.made()
    browser.sign_in()
    page = browser.get("/one-time-codes").text
    found = re.search("<code>([A-Z2-7]+)</code>", page)
    assert "<svg" in page and 'class="qr"' in page
    assert found is not None
    wrong = browser.post("/one-time-codes", code="000000")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (403, True)
    assert found[1] in wrong.text, "what was scanned stays good"
    now = int(console.clock()) // 30
    assert browser.post("/one-time-codes", code=totp.code(found[1], now)).status_code == 303
    assert found[1] not in browser.get("/one-time-codes").text
    browser.post("/sign-out")
    answer = browser.sign_in()
    assert answer.status_code == 200 and 'name="code"' in answer.text
    console.clock.turn(30)
    assert browser.sign_in(code=totp.code(found[1], now + 1)).status_code == 303


def test_where_the_server_has_no_key_for_one_time_codes_their_page_says_what_is_missing(
    browser: Browser, console: Console, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.made()
    browser.sign_in()
    monkeypatch.setitem(app.extensions, "services", replace(app.extensions["services"], secret_keys=SecretKeys([])))
    answer = browser.get("/one-time-codes", **{"Accept-Language": "en"})
    assert answer.status_code == 422 and "fsplug secret rotate" in answer.text
    assert 'name="code"' not in answer.text


def test_a_password_is_changed_by_its_owner_whose_other_sessions_end(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    here, there = new_browser(), new_browser(address="192.0.2.2")
    for one in (here, there):
        one.sign_in()
    page = here.get("/account").text
    assert 'href="/account/password"' in page
    for password, again in (("another password!", "another"), ("short", "short")):
        assert here.post("/account/password", password=password, again=again).status_code == 422
    assert here.post("/account/password", password="another password!", again="another password!").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").headers["Location"] == "/sign-in"
    assert here.sign_in().status_code == 403 and here.sign_in(password="another password!").status_code == 303
    told = [mail.receiver for mail in mails.listed(console.store, ACME) if mail.kind == "password-changed"]
    assert told == [ANNA], "of the change, not of the first password"


def test_a_forgotten_password_is_answered_alike_for_everybody(browser: Browser, console: Console) -> None:
    console.made()
    pages = {browser.post("/forgotten", customer_ref=ACME, email=email).text for email in (ANNA, "nobody@x.example")}
    assert len(pages) == 1
    assert [mail.kind for mail in mails.listed(console.store, ACME) if mail.kind == "reset"] == ["reset"]


def _link(console: Console) -> str:
    console.give("1001", email=ANNA, role="superuser")
    return accounts.new_link(console.store, ACME, "1001")


def test_a_password_is_set_by_the_link_and_the_token_leaves_the_address(browser: Browser, console: Console) -> None:
    token = _link(console)
    answer = browser.get(f"/set-password/{token}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/set-password")
    page = browser.get("/set-password").text
    assert "Anna" in page and token not in page
    assert browser.post("/set-password", password=PASSWORD, again=PASSWORD).headers["Location"] == "/sign-in"
    page = browser.get("/sign-in", **{"Accept-Language": "da"}).text
    assert "Adgangskoden er valgt" in page
    assert [_focused(page), f'value="{ACME}"' in page, f'value="{ANNA}"' in page] == ["password", True, True]
    assert browser.sign_in().status_code == 303
    browser.post("/sign-out")
    assert ANNA not in browser.get("/sign-in").text, "others may use the browser"


def test_opening_the_link_uses_nothing_up_and_setting_does(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    token = _link(console)
    scanner, first, second = new_browser(), new_browser(), new_browser()
    for one in (scanner, first, second):
        one.get(f"/set-password/{token}")
        assert one.get("/set-password").status_code == 200
    assert first.post("/set-password", password=PASSWORD, again=PASSWORD).status_code == 303
    assert second.post("/set-password", password="another password!", again="another password!").status_code == 403
    assert second.get("/set-password").status_code == 403
    assert first.sign_in().status_code == 303


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), (PASSWORD, "other"), ("a" * 20, "a" * 20), ("", "")]
)
def test_a_password_that_will_not_do_is_said_so(browser: Browser, console: Console, password: str, again: str) -> None:
    browser.get(f"/set-password/{_link(console)}")
    answer = browser.post("/set-password", password=password, again=again)
    assert answer.status_code == 422
    assert 'class="trouble"' in answer.text


def test_a_used_link_offers_another_in_one_step_to_the_address_that_the_account_has(
    browser: Browser, console: Console
) -> None:
    token = _link(console)
    browser.get(f"/set-password/{token}")
    browser.post("/set-password", password=PASSWORD, again=PASSWORD)
    browser.get(f"/set-password/{token}")
    page = browser.get("/set-password")
    found = re.search('name="press" value="([^"]+)"', page.text)
    assert page.status_code == 403 and found is not None and ANNA not in page.text
    assert "on its way" in browser.post("/another-link/password", press=found[1]).text
    assert [mail.receiver for mail in mails.listed(console.store, ACME) if mail.kind == "reset"] == [ANNA]


def test_without_a_good_link_there_is_no_form(browser: Browser, console: Console) -> None:
    _link(console)
    assert browser.get("/set-password").status_code == 403
    browser.get("/set-password/guess")
    assert "has been used" in browser.get("/set-password").text
