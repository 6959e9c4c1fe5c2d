"""The page behind a link that signs in."""

from collections.abc import Callable

from fsplug.store.accounts import sign_in_links
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME
from tests.web.conftest import Browser


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
    assert browser.post("/sign-in-link").headers["Location"] == "/"
    assert "Anna" in browser.get("/account").text


def test_a_program_that_opens_it_before_takes_nothing_away(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    token = _link(console)
    scanner, anna, late = new_browser(), new_browser(), new_browser()
    for one in (scanner, anna, late):
        one.get(f"/sign-in/{token}")
        assert one.get("/sign-in-link").status_code == 200
    assert anna.post("/sign-in-link").status_code == 303
    assert late.post("/sign-in-link").status_code == 403
    assert late.get("/account").status_code == 302


def test_another_site_s_page_signs_nobody_in(browser: Browser, console: Console) -> None:
    browser.get(f"/sign-in/{_link(console)}")
    assert browser.post("/sign-in-link", site="cross-site").status_code == 403
    assert browser.post("/sign-in-link").status_code == 303


def test_without_a_good_link_there_is_no_button(browser: Browser) -> None:
    assert browser.get("/sign-in-link").status_code == 403
    browser.get("/sign-in/guess")
    assert "has been used" in browser.get("/sign-in-link").text
