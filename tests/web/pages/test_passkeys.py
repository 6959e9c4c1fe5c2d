"""Passkeys, by pages: made on the account page, used at the sign-in and for the question who it is."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from fsplug.store.accounts import passkeys, step_up
from fsplug.store.change.draft import edit
from fsplug.store.recordings import shares
from tests.store.accountcast import BO, Console
from tests.store.cast import ACME
from tests.store.passkeydevice import Device
from tests.web.conftest import URL, Browser

SHARE = "/recordings/a-rec/share"
FORM = {"email": "customer@outside.example", "subject": "Our call", "days": "5", "plays": "2", "code_by": "mail"}


def _asked(page: str) -> tuple[dict[str, Any], str]:
    """The options and the challenge that a page hands to its script."""
    options = re.search(r"data-options='([^']*)'", page)
    challenge = re.search(r'passkey-challenge" value="([^"]*)"', page)
    assert options is not None and challenge is not None
    return json.loads(html.unescape(options[1])), html.unescape(challenge[1])


def _add(browser: Browser, device: Device, name: str = "phone") -> Any:
    options, challenge = _asked(browser.get("/account/passkeys").text)
    return browser.post("/account/passkeys", name=name, **_answer(device.make(options), challenge))


def _answer(text: str, challenge: str, before: str = "") -> dict[str, str]:
    return {f"{before}passkey": text, f"{before}passkey-challenge": challenge}


def _sign_in(browser: Browser, device: Device, **typed: str) -> Any:
    asked = browser.post("/sign-in/passkey").json
    return browser.post("/sign-in", **typed, **_answer(device.prove(asked["options"]), asked["challenge"]))


@pytest.fixture
def device() -> Device:
    """Anna's, once she has registered it."""
    return Device()


@pytest.fixture
def anna(browser: Browser, console: Console, device: Device) -> Browser:
    """A superuser with a passkey, signed in a while ago."""
    console.made()
    browser.sign_in()
    assert _add(browser, device).headers["Location"] == "/account"
    console.clock.turn(step_up.FRESH_SECONDS)
    return browser


def test_it_is_listed_with_its_name_and_removed(anna: Browser, console: Console) -> None:
    page = anna.get("/account").text
    assert "The passkey has been created." in page and ">phone</th>" in page and "never" in page
    [kept] = passkeys.listed(console.store, ACME)
    assert anna.post("/account/passkeys/remove", passkey=kept.id).status_code == 403, "asked first"
    anna.post("/account/passkeys/remove", passkey=kept.id, **{"step-up-password": "correct horse battery"})
    assert passkeys.listed(console.store, ACME) == []
    assert "The passkey has been removed." in anna.get("/account").text


def test_nobody_adds_or_removes_one_with_a_stolen_cookie(
    anna: Browser, new_browser: Callable[..., Browser], console: Console
) -> None:
    assert 'data-passkey="create"' not in anna.get("/account/passkeys").text
    assert anna.post("/account/passkeys", name="mine", **_answer(Device().make(_options()), "x")).status_code == 403
    assert [one.name for one in passkeys.listed(console.store, ACME)] == ["phone"]


def _options() -> dict[str, Any]:
    return {"publicKey": {"challenge": "AAAA", "user": {"id": "AAAA"}}}


def test_it_signs_in_without_a_password_and_counts_as_an_answer(
    anna: Browser, new_browser: Callable[..., Browser], device: Device
) -> None:
    other = new_browser()
    assert _sign_in(other, device).headers["Location"] == "/"
    assert other.post(SHARE, **FORM).status_code == 303
    assert "Anna" in other.get("/").text


def test_what_another_browser_was_asked_is_no_answer_and_nor_is_what_was_sent_once(
    anna: Browser, new_browser: Callable[..., Browser], device: Device
) -> None:
    victim, thief = new_browser(), new_browser()
    asked = victim.post("/sign-in/passkey").json
    answer = _answer(device.prove(asked["options"]), asked["challenge"])
    thief.post("/sign-in/passkey")
    assert thief.post("/sign-in", **answer).status_code == 403
    assert victim.post("/sign-in", **answer).status_code == 303
    victim.post("/sign-out")
    assert victim.post("/sign-in", **answer).status_code == 403


def test_the_password_alone_is_not_enough_and_the_passkey_follows_it(
    anna: Browser, new_browser: Callable[..., Browser], device: Device
) -> None:
    other = new_browser()
    page = other.sign_in()
    assert page.status_code == 200 and "Now use one of your passkeys." in page.text
    assert other.cookies() == {"__Host-fsplug-passkey"}, "nobody is signed in yet"
    options, challenge = _asked(page.text)
    assert [one["id"] for one in options["publicKey"]["allowCredentials"]] != []
    device.verifies = False
    assert other.post("/sign-in", **_answer(device.prove(options), challenge)).status_code == 303
    assert "Anna" in other.get("/").text


def test_a_wrong_password_shows_no_passkey_of_anybody(new_browser: Callable[..., Browser], anna: Browser) -> None:
    wrong, unknown = new_browser(), new_browser()
    pages = [wrong.sign_in(password="wrong").text, unknown.sign_in(email="nobody@acme.example").text]
    assert all("data-options" not in page for page in pages)


def test_it_answers_who_it_is_and_another_person_s_does_not(
    anna: Browser, new_browser: Callable[..., Browser], console: Console, device: Device
) -> None:
    console.made("1002", BO)
    bo, bos = new_browser(), Device()
    bo.sign_in(email=BO)
    _add(bo, bos)
    options, challenge = _asked(anna.post(SHARE, **FORM).text)
    assert anna.post(SHARE, **FORM, **_answer(bos.prove(options), challenge, "step-up-")).status_code == 403
    options, challenge = _asked(anna.post(SHARE, **FORM).text)
    device.origin = "https://evil.example"
    assert anna.post(SHARE, **FORM, **_answer(device.prove(options), challenge, "step-up-")).status_code == 403
    device.origin = URL
    assert shares.of_recording(console.store, ACME, "a-rec") == []
    options, challenge = _asked(anna.post(SHARE, **FORM).text)
    answer = _answer(device.prove(options), challenge, "step-up-")
    assert anna.post(SHARE, **FORM, **answer).status_code == 303
    console.clock.turn(step_up.FRESH_SECONDS - 1)
    assert bo.post("/sign-out").status_code == 303
    console.clock.turn(1)
    assert anna.post(SHARE, **FORM, **answer).status_code == 403, "it was used"


def test_a_sign_in_s_answer_does_not_answer_who_it_is(anna: Browser, device: Device) -> None:
    asked = anna.post("/sign-in/passkey").json
    answer = _answer(device.prove(asked["options"]), asked["challenge"], "step-up-")
    assert anna.post(SHARE, **FORM, **answer).status_code == 403


def test_without_a_script_the_page_says_so(browser: Browser, console: Console) -> None:
    console.made()
    browser.sign_in()
    assert "<noscript>" in browser.get("/account/passkeys").text
    assert browser.post("/account/passkeys", name="phone").status_code == 403
    assert browser.post("/account/passkeys", name="", **_answer(Device().make(_options()), "x")).status_code == 422
    assert "<script>" not in browser.post("/account/passkeys", name='"><script>').text


def test_who_must_have_a_second_factor_may_make_a_passkey(browser: Browser, console: Console, device: Device) -> None:
    console.made()
    edit(console.store, ACME, "operator", lambda draft: draft.put_detail({**draft.detail(), "superuser_totp": True}))
    browser.sign_in()
    assert browser.get("/").headers["Location"] == "/one-time-codes"
    assert 'href="/account/passkeys"' in browser.get("/one-time-codes").text
    assert _add(browser, device).status_code == 303
    assert browser.get("/").status_code == 200
