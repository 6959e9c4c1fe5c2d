"""Asked once more who they are: before which acts, what is kept meanwhile, and what does not count as an answer."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fsplug.policy.access import totp
from fsplug.store.accounts import accounts, authenticators, sessions, step_up
from fsplug.store.audit import trail
from fsplug.store.recordings import shares
from tests.store.accountcast import ANNA, BO, PASSWORD, Console
from tests.store.cast import ACME
from tests.web.conftest import URL, Browser

SHARE = "/recordings/a-rec/share"
FORM = {"email": "customer@outside.example", "subject": 'Our "call" <b>', "days": "5", "plays": "2", "code_by": "mail"}
COOKIE, SESSION = "__Host-fsplug-step-up", "__Host-fsplug-session"


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """A superuser, who signed in a while ago."""
    console.made()
    browser.sign_in()
    console.clock.turn(step_up.FRESH_SECONDS)
    return browser


def _kept(page: str) -> dict[str, str]:
    """What the page sends again."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def _shares(console: Console) -> list[Any]:
    return shares.of_recording(console.store, ACME, "a-rec")


def _acts(console: Console, count: int) -> list[tuple[str, str, Any]]:
    return [(one.act, one.actor, one.facts) for one in trail.listed(console.store, ACME, limit=count)]


def test_what_was_typed_is_kept_and_sent_with_the_password(anna: Browser, console: Console) -> None:
    asked = anna.post(SHARE, **FORM)
    assert asked.status_code == 403
    assert f'action="{SHARE}"' in asked.text and _kept(asked.text) == FORM
    assert _shares(console) == []
    done = anna.post(SHARE, **_kept(asked.text), **{"step-up-password": PASSWORD})
    assert (done.status_code, done.headers["Location"]) == (303, "/recordings/a-rec")
    [share] = _shares(console)
    assert (share.email, share.subject, share.plays) == (FORM["email"], FORM["subject"], 2)
    entry = ("step-up", f"1001@{ACME}", {"address": "192.0.2.1", "proved_by": "password"})
    assert entry in _acts(console, 2)


def test_for_five_minutes_nobody_is_asked_again(anna: Browser, console: Console) -> None:
    anna.post(SHARE, **FORM, **{"step-up-password": PASSWORD})
    console.clock.turn(step_up.FRESH_SECONDS - 1)
    assert anna.post(SHARE, **FORM).status_code == 303
    console.clock.turn(1)
    assert anna.post(SHARE, **FORM).status_code == 403


def test_signing_in_is_an_answer_too(browser: Browser, console: Console) -> None:
    console.made()
    browser.sign_in()
    assert browser.post(SHARE, **FORM).status_code == 303


def test_a_clock_that_was_put_back_prolongs_nothing(anna: Browser, console: Console) -> None:
    anna.post(SHARE, **FORM, **{"step-up-password": PASSWORD})
    console.clock.turn(-step_up.FRESH_SECONDS)
    assert anna.post(SHARE, **FORM).status_code == 403


def test_a_session_s_cookie_alone_is_not_enough_nor_is_the_answer_of_another_session(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    thief, owner, older = new_browser(), new_browser(), new_browser()
    owner.sign_in()
    older.sign_in()
    cookies = {one.key: one.value for one in owner.client._cookies.values()}
    thief.client.set_cookie(SESSION, cookies[SESSION], domain="console.example", secure=True)
    assert thief.post(SHARE, **FORM).status_code == 403
    others = {one.key: one.value for one in older.client._cookies.values()}
    thief.client.set_cookie(COOKIE, others[COOKIE], domain="console.example", secure=True)
    assert thief.post(SHARE, **FORM).status_code == 403
    assert _shares(console) == []


def test_a_wrong_password_is_told_counted_and_in_the_trail_and_keeps_what_was_typed(
    anna: Browser, console: Console
) -> None:
    wrong = anna.post(SHARE, **FORM, **{"step-up-password": "guess"})
    assert wrong.status_code == 403 and 'role="alert"' in wrong.text
    assert _kept(wrong.text) == FORM and "guess" not in wrong.text
    assert _acts(console, 1) == [
        ("step-up-refused", f"1001@{ACME}", {"address": "192.0.2.1", "wrong": "password"}),
    ]
    answers = [anna.post(SHARE, **FORM, **{"step-up-password": "guess"}) for _ in range(6)]
    assert answers[-1].status_code == 429 and "again in 2 s." in answers[-1].text
    right = anna.post(SHARE, **FORM, **{"step-up-password": PASSWORD})
    assert right.status_code == 429, "the one who guesses and the owner of the session wait alike"
    assert anna.sign_in().status_code == 429, "it is the same count as that of signing in"
    assert _shares(console) == []


def test_without_the_browser_s_cookie_the_account_itself_is_counted(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    thief = new_browser(address="198.51.100.9")
    token = sessions.begin(console.store, ACME, "1001", "192.0.2.1", "stolen")
    thief.client.set_cookie(SESSION, token, domain="console.example", secure=True)
    statuses = [thief.post(SHARE, **FORM, **{"step-up-password": f"guess {n}"}).status_code for n in range(7)]
    assert statuses == [403] * 6 + [429]
    assert new_browser(address="198.51.100.10").sign_in().status_code == 429


def test_a_code_is_enough_once(anna: Browser, console: Console) -> None:
    secret = authenticators.new(console.store, ACME, "1001", console.secret_keys)
    step = int(console.clock()) // 30
    authenticators.confirm(console.store, ACME, "1001", totp.code(secret, step), console.secret_keys)
    assert 'name="step-up-code"' in anna.post(SHARE, **FORM).text
    assert anna.post(SHARE, **FORM, **{"step-up-code": totp.code(secret, step)}).status_code == 403, "used already"
    console.clock.turn(30)
    assert anna.post(SHARE, **FORM, **{"step-up-code": totp.code(secret, step + 1)}).status_code == 303
    console.clock.turn(step_up.FRESH_SECONDS)
    assert anna.post(SHARE, **FORM, **{"step-up-code": totp.code(secret, step + 1)}).status_code == 403


def test_another_person_s_password_is_no_answer(anna: Browser, console: Console) -> None:
    console.made("1002", BO)
    accounts.give_password(console.store, ACME, "1002", "another long password", console.passwords, "operator")
    assert anna.post(SHARE, **FORM, **{"step-up-password": "another long password"}).status_code == 403
    assert anna.post(SHARE, **FORM, **{"step-up-password": "", "step-up-code": ""}).status_code == 403
    assert _shares(console) == []


def test_a_page_that_was_only_to_be_opened_opens_after_the_answer(anna: Browser) -> None:
    asked = anna.get("/one-time-codes")
    assert asked.status_code == 403 and "<code>" not in asked.text
    assert _kept(asked.text) == {"then": "/one-time-codes"} and 'action="/step-up"' in asked.text
    done = anna.post("/step-up", then="/one-time-codes", **{"step-up-password": PASSWORD})
    assert (done.status_code, done.headers["Location"]) == (303, "/one-time-codes")
    assert "<code>" in anna.get("/one-time-codes").text


def test_who_plays_many_is_asked_and_the_reason_is_kept(
    anna: Browser, console: Console, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "services", replace(app.extensions["services"], plays_per_hour=2))
    play = "/recordings/a-rec/play"
    assert anna.post(play, reason="one").headers["Location"] == "/recordings/a-rec"
    asked = anna.post(play, reason="two")
    assert asked.status_code == 403 and _kept(asked.text) == {"reason": "two"}
    by_script = anna.client.post(
        play, headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}, base_url=URL
    )
    assert by_script.status_code == 403 and by_script.json["step_up"] is True
    assert [act for act, _, _ in _acts(console, 5)].count("play") == 1
    done = anna.post(play, reason="two", **{"step-up-password": PASSWORD})
    assert done.headers["Location"] == "/recordings/a-rec#begun"
    assert [(act, facts.get("reason")) for act, _, facts in _acts(console, 1)] == [("play", "two")]


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", ""])
def test_the_answer_leads_to_no_other_site(anna: Browser, then: str) -> None:
    done = anna.post("/step-up", then=then, **{"step-up-password": PASSWORD})
    assert (done.status_code, done.headers["Location"]) == (303, "/")


def test_several_values_of_one_field_are_all_kept(anna: Browser) -> None:
    answer = anna.client.post(
        "/deletions/delete",
        data={"recording": ["a-rec", "b-rec"], "period": "week"},
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url=URL,
    )
    assert re.findall(r'name="recording" value="([^"]+)"', answer.text) == ["a-rec", "b-rec"]


def test_somebody_without_password_or_code_is_told_how_to_get_one(browser: Browser, console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    token = sessions.begin(console.store, ACME, "1001", "192.0.2.1", "came by a link")
    browser.client.set_cookie(SESSION, token, domain="console.example", secure=True)
    page = browser.post(SHARE, **FORM)
    assert page.status_code == 403 and 'href="/forgotten"' in page.text
    assert browser.post(SHARE, **FORM, **{"step-up-password": ""}).status_code == 403
    assert browser.post(SHARE, **FORM, **{"step-up-code": "000000"}).status_code == 403
