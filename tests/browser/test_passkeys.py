"""Passkeys in Chromium, with an authenticator of its own making (Chrome DevTools Protocol, WebAuthn)."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, SUPERUSER
from fsplug.store.accounts import accounts, passkeys
from fsplug.store.recordings import shares
from tests.browser.looking import context_of, follow, sign_in, watched
from tests.browser.pages import playable
from tests.browser.site import Site, started

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
LONG_NAME = f"phone-{'x' * (passkeys.LONGEST_NAME - 6)}"
# What the browser says of an answer with such a status.
_ASKED = ("status of 403",)


@pytest.fixture(scope="module")
def named_site(site: Site) -> Iterator[Site]:
    """The same story, at an address with a name: browsers have no passkeys for one without."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    settings = {"FSPLUG_WEB_URL": url, "FSPLUG_WEB_PORT": str(port)}
    process = started(site.data, site.ahead_seconds, settings=settings)
    try:
        assert process.stdout is not None and int(process.stdout.readline()) == port
        yield replace(site, url=url)
    finally:
        process.terminate()
        process.wait()


def test_a_passkey_is_made_signs_in_and_answers_who_it_is_by_keyboard_until_it_is_removed(
    named_site: Site, chromium: Any, troubles: list[str]
) -> None:
    accounts.choose_language(named_site.store, ACME, SUPERUSER, "en")
    context = context_of(chromium, named_site, SUPERUSER, locale="en")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    with watched(page, troubles):
        page.goto("/account/passkeys")
        page.get_by_label("Name", exact=True).fill(LONG_NAME)
        follow(page, page.get_by_role("button", name="Create passkey"))
        assert page.url.endswith("/account")
        assert page.get_by_role("rowheader", name=LONG_NAME).is_visible()
        page.locator("summary", has_text=LONG_NAME).click()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            tables = page.locator(".table").evaluate_all("all => all.map(one => one.scrollWidth - one.clientWidth)")
            assert (width, max(tables)) == (width, 0), "nothing is scrolled to, not even what asks before it removes"
        [kept] = passkeys.listed(named_site.store, ACME, SUPERUSER)

        _sign_out(page)
        page.get_by_role("button", name="Sign in with a passkey").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == f"{named_site.url}/"
        assert passkeys.listed(named_site.store, ACME, SUPERUSER)[0].used_at is not None

        context.clear_cookies(name="fsplug-step-up")
        recording = playable(named_site.store)
        page.goto(f"/recordings/{recording}")
        page.fill("#email", "customer@outside.example")
        page.fill("#subject", "What was agreed")
        follow(page, page.locator("form.share button").last)
        assert page.get_by_role("heading", name="Confirm that it is you").is_visible()
        page.get_by_role("button", name="Use your passkey").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith(f"/recordings/{recording}")
        found = shares.of_recording(named_site.store, ACME, recording)
        assert "What was agreed" in [one.subject for one in found]

        passkeys.remove(named_site.store, ACME, SUPERUSER, kept.id, "operator")
        _sign_out(page)
        follow(page, page.get_by_role("button", name="Sign in with a passkey"))
        assert page.locator(".trouble").is_visible() and page.url.endswith("/sign-in")

        devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}})
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_text("The browser got no passkey").wait_for()
    assert [one for one in troubles if not any(status in one for status in _ASKED)] == []
    context.close()


def test_at_an_address_without_a_name_no_page_offers_one(site: Site, visit: Any) -> None:
    page = visit(SUPERUSER)
    page.goto("/account/passkeys")
    assert page.locator("[data-passkey]").count() == 0 and page.locator(".trouble").is_visible()
    sign_in(page.context, site, None)
    page.goto("/sign-in")
    assert page.locator("[data-passkey]").count() == 0


def _sign_out(page: Any) -> None:
    """The page is left first: one that sees its session end goes to the same place by itself."""
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto("/sign-in")
