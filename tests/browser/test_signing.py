"""Signing in, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, SUPERUSER
from tests.browser.looking import follow
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
