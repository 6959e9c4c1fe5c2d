"""Policies, the trail, and ways to sign in, in the browser."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, COMPANY_ADMIN, MY_CONSOLE, SUPERUSER
from fsplug.policy.access import totp
from fsplug.store.accounts import accounts, sessions
from fsplug.store.config import policies
from fsplug.words.catalogue import LANGUAGES
from tests.browser.looking import follow, until
from tests.browser.site import Site

PASSWORD = "correct horse battery"


def test_boxes_are_reviewed_against_last_week_and_saved_without_scripts_too(
    visit: Callable[..., Any], site: Site
) -> None:
    page = visit(SUPERUSER, java_script_enabled=False)
    page.goto("/policies")
    page.locator("input[name=internal][value=Sales]").check()
    follow(page, page.locator("button[name=act][value=review]"))
    assert page.locator("table.tally tbody tr").count() >= 3
    assert not policies.snapshot(site.store, ACME).departments["Sales"].internal
    follow(page, page.locator("form[action='/policies/save'] button.first"))
    assert page.url.endswith("/policies")
    assert policies.snapshot(site.store, ACME).departments["Sales"].internal
    assert page.locator("input[name=internal][value=Sales]").is_checked()


def test_who_leaves_ticks_that_are_not_saved_is_asked_first(visit: Callable[..., Any], site: Site) -> None:
    page, asked = visit(SUPERUSER), []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/policies")
    bar = page.locator(".bar")
    assert bar.locator("[data-when-unsaved]").is_hidden()
    box = bar.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 900, "in sight above the end of a long page"
    page.locator("input[name=outgoing]").first.click()
    assert bar.locator("[data-when-unsaved]").is_visible()
    with page.expect_event("dialog"):
        page.locator("nav a[href='/recordings']").click(no_wait_after=True)
    until(page, "document.title !== ''")
    assert (asked, page.url.endswith("/policies")) == (["beforeunload"], True)
    follow(page, page.locator("button[name=act][value=review]"))
    assert asked == ["beforeunload"], "sending it asks nothing"
    page.remove_listener("dialog", stay)


def test_what_saves_the_settings_of_a_user_is_in_sight_on_a_laptop_and_on_a_phone(visit: Callable[..., Any]) -> None:
    for width, height in ((1280, 768), (320, 640)):
        page = visit(COMPANY_ADMIN, width=width, height=height)
        page.goto("/people")
        page.locator("[name=marked]").first.check()
        page.locator("#settings.chosen").wait_for()
        if width == 320:
            page.locator("[data-unfolds]").check()
        box = page.locator("#settings .bar").bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height, width


@pytest.mark.parametrize("scripts", [True, False])
def test_a_box_is_ticked_for_all_departments_at_once(visit: Callable[..., Any], scripts: bool) -> None:
    page = visit(SUPERUSER, java_script_enabled=scripts)
    page.goto("/policies")
    page.fill("#number", "40 50 60 70")
    boxes = page.locator("input[name=outgoing]")
    assert not all(box.is_checked() for box in boxes.all())
    if scripts:
        page.locator("[data-check-all=outgoing]").check()
    else:
        follow(page, page.locator("button[name=tick][value=outgoing]"))
    assert boxes.count() > 2 and all(box.is_checked() for box in boxes.all())
    assert page.input_value("#number") == "40 50 60 70"


def test_on_a_phone_a_box_is_ticked_for_all_departments_too(visit: Callable[..., Any]) -> None:
    page = visit(SUPERUSER, width=390)
    page.goto("/policies")
    page.locator("[data-check-all=incoming]").click()
    assert all(box.is_checked() for box in page.locator("input[name=incoming]").all())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_trail_shows_what_was_done_and_is_checked(visit: Callable[..., Any], site: Site, language: str) -> None:
    accounts.choose_language(site.store, ACME, SUPERUSER, language)
    page = visit(SUPERUSER)
    page.goto("/activity?period=month")
    shown = page.locator("#rows tr").count()
    assert shown > 10
    page.select_option("[name=act]", "listen")
    page.locator("form.filters button.first").click()
    until(page, f"document.querySelectorAll('#rows tr').length % {shown} > 0")
    assert all("Bo Lund" in row for row in page.locator("#rows tr").all_inner_texts())
    follow(page, page.locator("form[action^='/activity/check'] button"))
    assert page.locator(".badge.good").count() >= 1


def _sign_in(page: Any, code: str = "") -> None:
    for name, value in (("customer_ref", ACME), ("email", "anna@acme.example"), ("password", PASSWORD)):
        page.fill(f"[name={name}]", value)
    if code:
        page.fill("[name=code]", code)
    follow(page, page.locator("form[action='/sign-in'] button.first"))


def test_from_a_link_to_a_password_to_one_time_codes(visit: Callable[..., Any], site: Site, troubles: Any) -> None:
    page = visit(None)
    page.goto(f"/set-password/{accounts.new_link(site.store, ACME, MY_CONSOLE)}")
    for name in ("password", "again"):
        page.fill(f"[name={name}]", PASSWORD)
    follow(page, page.locator("form[action='/set-password'] button.first"))
    assert page.url.endswith("/sign-in")
    _sign_in(page)
    page.goto("/one-time-codes")
    secret = page.locator("main code").inner_text()
    step = int(site.store.now()) // 30
    page.fill("[name=code]", totp.code(secret, step))
    follow(page, page.locator("form[action='/one-time-codes'] button.first"))
    follow(page, page.get_by_role("banner").locator("form[action='/sign-out'] button"))
    assert page.url.endswith("/sign-in")
    _sign_in(page)
    assert page.locator("[name=code]").count() == 1, "now the code is asked for"
    _sign_in(page, _later_code(site, secret, step))
    page.goto("/account")
    assert page.url.endswith("/account")
    troubles.clear()


def _later_code(site: Site, secret: str, used: int) -> str:
    """A code of a step after the one that was used; a step ahead of now is taken too."""
    give_up_at = time.monotonic() + 40
    while (step := int(site.store.now()) // 30) < used:
        assert time.monotonic() < give_up_at
    return totp.code(secret, max(step, used) + 1)


def test_the_end_of_a_session_does_not_get_in_the_way_of_a_form_that_is_being_answered(
    site: Site, visit: Callable[..., Any]
) -> None:
    accounts.choose_language(site.store, ACME, SUPERUSER, "en")
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
