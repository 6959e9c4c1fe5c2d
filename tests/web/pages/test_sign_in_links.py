"""The page behind a link that signs in."""

import re
from collections.abc import Callable

from fsplug.store.accounts import sign_in_links
from fsplug.store.outbox import mails
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME
from tests.web.conftest import URL, Browser


def _link(console: Console) -> str:
    console.give("1001", email=ANNA, role="superuser")
    return sign_in_links.make(console.store, ACME, "1001", "operator")


def test_the_button_signs_in_and_the_token_leaves_the_address(browser: Browser, console: Console) -> None:
    token = _link(console)
    answer = browser.get(f"/sign-in/{token}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in-link")
    page = browser.get("/sign-in-link").text
    assert "Anna" in page and token not in page
    assert browser.get("/account").status_code == 302, "nobody is signed in by opening it"
    assert browser.press("/sign-in-link").headers["Location"] == "/"
    assert "Anna" in browser.get("/account").text


def test_a_program_that_opens_it_before_takes_nothing_away(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    token = _link(console)
    scanner, anna, late = new_browser(), new_browser(), new_browser()
    for one in (scanner, anna, late):
        one.get(f"/sign-in/{token}")
        assert one.get("/sign-in-link").status_code == 200
    assert anna.press("/sign-in-link").status_code == 303
    assert late.press("/sign-in-link").status_code == 403
    assert late.get("/account").status_code == 302


def test_another_site_s_page_signs_nobody_in(browser: Browser, console: Console) -> None:
    browser.get(f"/sign-in/{_link(console)}")
    assert browser.press("/sign-in-link", site="cross-site").status_code == 403
    assert browser.press("/sign-in-link").status_code == 303


def test_without_a_good_link_there_is_no_button(browser: Browser) -> None:
    assert browser.get("/sign-in-link").status_code == 403
    browser.get("/sign-in/guess")
    assert "has been used" in browser.get("/sign-in-link").text


def test_a_program_that_sends_forms_signs_nobody_in_and_burns_no_link(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    token = _link(console)
    scanner, anna = new_browser(), new_browser()
    scanner.get(f"/sign-in/{token}")
    assert scanner.client.head("/sign-in-link", base_url=URL).status_code == 200
    for form in ({}, {"press": ""}, {"press": "x"}, {"press": token}):
        assert scanner.post("/sign-in-link", **form).status_code == 403
    assert scanner.post(f"/sign-in/{token}").status_code == 405
    anna.get(f"/sign-in/{token}")
    press = re.search('name="press" value="([^"]+)"', anna.get("/sign-in-link").text)
    assert press is not None
    assert new_browser().post("/sign-in-link", press=press[1]).status_code == 403, "without the page's cookie"
    assert anna.press("/sign-in-link").status_code == 303


def test_a_dead_link_offers_another_to_the_account_s_address_in_one_step(browser: Browser, console: Console) -> None:
    token = _link(console)
    console.clock.turn(3_600)
    browser.get(f"/sign-in/{token}")
    page = browser.get("/sign-in-link")
    assert page.status_code == 403 and "Send a new link" in page.text and "Anna" not in page.text
    assert browser.post("/another-link/sign-in").status_code == 403, "nobody pressed"
    assert _resets(console) == []
    press = re.search('name="press" value="([^"]+)"', page.text)
    assert press is not None
    assert "on its way" in browser.post("/another-link/sign-in", press=press[1]).text
    assert _resets(console) == [ANNA]


def test_a_link_that_never_was_is_answered_alike_and_mails_nothing(browser: Browser, console: Console) -> None:
    _link(console)
    browser.get("/sign-in/guess")
    page = browser.get("/sign-in-link").text
    press = re.search('name="press" value="([^"]+)"', page)
    assert press is not None
    assert "on its way" in browser.post("/another-link/sign-in", press=press[1]).text
    assert _resets(console) == []


def _resets(console: Console) -> list[str]:
    return [mail.receiver for mail in mails.listed(console.store, ACME) if mail.kind == "reset"]
