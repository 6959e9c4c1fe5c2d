"""Recordings in the browser: found, heard, shared, deleted and brought back."""

from collections.abc import Callable
from typing import Any

from fsplug.lab.story.cast import ACME, MY_CONSOLE, SUPERUSER
from fsplug.store.audit import trail
from fsplug.store.recordings import recordings
from tests.browser.hearing import HEARD, PLAYS
from tests.browser.looking import follow, until
from tests.browser.pages import playable
from tests.browser.site import Site

_ALL_WITH_THE_NUMBER = """() => { const rows = [...document.querySelectorAll("#rows [data-row]")];
    return rows.length > 0 && rows.every(row => row.innerText.includes("+4526114410")); }"""


def _press_play(page: Any) -> None:
    """When the player is there; before, the button is a form's."""
    page.locator(".lanes").wait_for()
    page.locator("[data-toggle]").click()


def _said(site: Site, act: str) -> list[trail.AuditEntry]:
    return [one for one in trail.listed(site.store, ACME, 1_000) if one.act == act]


def test_sound_is_had_by_no_other_way_than_the_player(visit: Callable[..., Any], site: Site, troubles: Any) -> None:
    page = visit(SUPERUSER, script=HEARD)
    page.goto(f"/recordings/{playable(site.store)}")
    assert page.locator("a[download], a[href*=audio]").count() == 0
    _press_play(page)
    until(page, PLAYS.format(0.1))
    other = page.context.new_page()
    answer = other.goto(f"/recordings/{playable(site.store)}/audio")
    assert answer.status == 403, "the address typed into the same browser"
    troubles.clear()


def test_without_scripts_a_button_begins_and_the_browser_plays(visit: Callable[..., Any], site: Site) -> None:
    page = visit(SUPERUSER, java_script_enabled=False)
    page.goto(f"/recordings/{playable(site.store)}")
    follow(page, page.locator("form[action$='/play'] button.first"))
    audio = page.locator("audio[controls]")
    assert audio.count() == 1 and "nodownload" in (audio.get_attribute("controlslist") or "")


def test_a_number_is_found_by_any_spelling_and_by_a_part_of_it(visit: Callable[..., Any]) -> None:
    page = visit(SUPERUSER)
    for typed in ("+4526114410", "26 11 44 10", "0045 26114410", "1144"):
        page.goto("/recordings?period=month")
        assert not page.evaluate(_ALL_WITH_THE_NUMBER), "there are others, too"
        page.fill("[name=number]", typed)
        page.locator("form.filters button.first").click()
        until(page, _ALL_WITH_THE_NUMBER)


def test_filters_applied_after_the_session_s_end_lead_to_the_sign_in(visit: Callable[..., Any]) -> None:
    page = visit(SUPERUSER)
    # A page that is kept up to date sees the end, too, and leads there by itself.
    page.route("**/live?*", lambda _route: None)
    page.goto("/recordings")
    page.context.clear_cookies()
    follow(page, page.locator("form.filters button"))
    assert page.locator("input[type=password]").is_visible()


def test_a_server_that_can_not_answer_is_not_kept_from_who_applies_filters(
    visit: Callable[..., Any], troubles: list[str]
) -> None:
    page = visit(SUPERUSER)
    page.goto("/recordings")
    page.route(
        "**/recordings?*", lambda route: route.fulfill(status=503, content_type="text/html", body="<h1>503</h1>")
    )
    follow(page, page.locator("form.filters button"))
    assert page.locator("h1").inner_text() == "503"
    assert all("503" in one for one in troubles)
    troubles.clear()


def test_the_list_goes_on_to_its_end(visit: Callable[..., Any], site: Site) -> None:
    page = visit(SUPERUSER)
    page.goto("/recordings?period=month")
    for _ in range(20):
        more = page.locator("#more a")
        if more.count() == 0:
            break
        shown = page.locator("#rows [data-row]").count()
        more.click()
        until(page, f"document.querySelectorAll('#rows [data-row]').length > {shown}")
    links = [one.get_attribute("href") for one in page.locator("#rows a").all()]
    assert len(links) == len(set(links)) > 100


def test_what_is_deleted_is_gone_at_once_and_can_be_brought_back_without_scripts_too(
    visit: Callable[..., Any], site: Site
) -> None:
    page = visit(SUPERUSER, java_script_enabled=False)
    page.goto("/deletions")
    boxes = page.locator("#rows input[name=recording]")
    chosen = [boxes.nth(number).get_attribute("value") for number in (0, 1)]
    for number in (0, 1):
        boxes.nth(number).check()
    page.locator("form[action='/deletions/confirm'] button.harm").click()
    page.wait_for_url("**/deletions/confirm*")
    page.locator("form[action='/deletions/delete'] button.harm").click()
    page.wait_for_url(lambda url: "confirm" not in url and "delete" not in url.rpartition("/")[2])
    listed = {one.id for one in recordings.listed(site.store, ACME, 1_000) if one.location}
    assert not listed & set(chosen)
    assert not set(chosen) & {one.get_attribute("value") for one in page.locator("#rows input").all()}
    follow(page, page.locator("form.notice button").first)
    assert set(chosen) <= {one.get_attribute("value") for one in page.locator("#rows input[name=recording]").all()}
    assert set(chosen) <= {one.id for one in recordings.listed(site.store, ACME, 1_000)}


def test_one_sees_who_heard_one_s_calls(visit: Callable[..., Any]) -> None:
    page = visit(MY_CONSOLE)
    page.goto("/my-calls")
    text = page.locator("main").inner_text()
    assert "Bo Lund" in text and "Eva Dahl" in text
