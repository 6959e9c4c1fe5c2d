"""Signing in, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, SUPERUSER
from fsplug.store.accounts import sessions
from tests.browser.looking import follow, until
from tests.browser.site import Site

PASSWORD = "correct horse battery"
WORDS = {"da": ("Log ind", "Log ud"), "sv": ("Logga in", "Logga ut"), "en": ("Sign in", "Sign out")}


@pytest.mark.parametrize("language", WORDS)
def test_three_fields_let_somebody_in_and_out_again(site: Site, visit: Callable[..., Any], language: str) -> None:
    site.set_password(SUPERUSER, PASSWORD)
    begin, end = WORDS[language]
    page = visit(locale=language)
    page.goto("/sign-in")
    for name, value in (("customer_ref", ACME), ("email", "eva@acme.example"), ("password", PASSWORD)):
        page.fill(f"[name={name}]", value)
    follow(page, page.get_by_role("button", name=begin, exact=True))
    assert page.url.endswith("/")
    assert "Eva Dahl" in page.content()
    # An account speaks its own language, whatever the browser's.
    page.goto("/account")
    follow(page, page.locator(f"form[action='/language'] button[value={language}]").first)
    follow(page, page.get_by_role("banner").get_by_role("button", name=end, exact=True))
    assert page.url.endswith("/sign-in")
    page.goto("/account")
    assert page.url.endswith("/sign-in")


def test_the_end_of_a_session_does_not_get_in_the_way_of_a_form_that_is_being_answered(
    site: Site, visit: Callable[..., Any]
) -> None:
    page, other = visit(SUPERUSER), visit(SUPERUSER)
    for one in (page, other):
        one.goto("/account")
        until(one, "document.documentElement.dataset.live === 'on'")
    unanswered: list[Any] = []
    page.route("**/sign-out", lambda route: unanswered.append(route))
    page.get_by_role("banner").get_by_role("button", name="Sign out", exact=True).click(no_wait_after=True)
    sessions.end_all(site.store, ACME, SUPERUSER, "operator")
    other.wait_for_url("**/sign-in*")
    assert page.url.endswith("/account")
    [answer] = unanswered
    with page.expect_navigation():
        answer.continue_()
    assert page.url.endswith("/sign-in")
