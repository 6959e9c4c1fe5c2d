"""Recordings in the browser: found, heard, shared, deleted and brought back."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, MY_CONSOLE, SUPERUSER
from fsplug.store.accounts import accounts
from fsplug.store.audit import trail
from fsplug.store.outbox import mails
from fsplug.store.recordings import recordings, shares
from fsplug.words.catalogue import LANGUAGES
from tests.browser.looking import follow, until
from tests.browser.pages import playable
from tests.browser.site import Site

# Whatever plays, wherever it hangs: how far it is, and how loud what is heard there.
_HEARD = """{ const play = HTMLMediaElement.prototype.play; window.heard = [];
    HTMLMediaElement.prototype.play = function () {
        if (!heard.includes(this)) heard.push(this);
        return play.call(this); }; }"""
_LOUDEST = """async () => {
    const audio = heard[0], context = new AudioContext(), analyser = context.createAnalyser();
    context.createMediaElementSource(audio).connect(analyser);
    let loudest = 0;
    for (let look = 0; look < 60 && loudest < 0.05; look++) {
        const samples = new Float32Array(analyser.fftSize);
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
        await new Promise(after => setTimeout(after, 50)); }
    return loudest; }"""
_PLAYS = (
    "heard.length > 0 && !heard[0].paused && !heard[0].muted && heard[0].readyState > 2 && heard[0].currentTime > {}"
)

_ALL_WITH_THE_NUMBER = """() => { const rows = [...document.querySelectorAll("#rows [data-row]")];
    return rows.length > 0 && rows.every(row => row.innerText.includes("+4526114410")); }"""


def _press_play(page: Any) -> None:
    """When the player is there; before, the button is a form's."""
    page.locator(".lanes").wait_for()
    page.locator("[data-toggle]").click()


def _said(site: Site, act: str) -> list[trail.AuditEntry]:
    return [one for one in trail.listed(site.store, ACME, 1_000) if one.act == act]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_superuser_hears_a_call_from_the_list_in_their_language(
    visit: Callable[..., Any], site: Site, language: str
) -> None:
    accounts.choose_language(site.store, ACME, SUPERUSER, language)
    before = len(_said(site, "play"))
    page = visit(SUPERUSER, script=_HEARD)
    page.goto("/recordings")
    assert page.locator("html").get_attribute("lang") == language
    page.locator("#rows a[href^='/recordings/']").first.click()
    page.wait_for_url(re.compile("/recordings/[0-9a-f]+"))
    _press_play(page)
    until(page, _PLAYS.format(0.5))
    assert page.evaluate(_LOUDEST) > 0.05, "there is something to hear"
    page.keyboard.press("ArrowRight")
    until(page, _PLAYS.format(9))
    page.keyboard.press("Space")
    until(page, "heard[0].paused")
    assert len(_said(site, "play")) == before + 1, "one press, one entry, however much is played"


def test_sound_is_had_by_no_other_way_than_the_player(visit: Callable[..., Any], site: Site, troubles: Any) -> None:
    page = visit(SUPERUSER, script=_HEARD)
    page.goto(f"/recordings/{playable(site.store)}")
    assert page.locator("a[download], a[href*=audio]").count() == 0
    _press_play(page)
    until(page, _PLAYS.format(0.1))
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


def test_an_empty_list_offers_a_wider_period(visit: Callable[..., Any]) -> None:
    page = visit(SUPERUSER)
    page.goto("/recordings?number=%2B4587654321")
    assert page.locator("#rows [data-row]").count() == 0
    wider = page.locator("#found .empty a").first
    assert "period=week" in (wider.get_attribute("href") or "")
    wider.click()
    page.wait_for_url(lambda url: "period=week" in url and "number=" in url)


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


def test_somebody_with_my_console_sees_their_own_calls_only(visit: Callable[..., Any]) -> None:
    page = visit(MY_CONSOLE)
    for query in ("period=month", "period=month&person=1003"):
        page.goto(f"/recordings?{query}")
        assert all("Anna Holm" in row for row in page.locator("#rows [data-row]").all_inner_texts())
    assert page.locator("nav a[href='/deletions'], nav a[href='/policies']").count() == 0


def test_a_recording_is_shared_and_taken_back(visit: Callable[..., Any], site: Site) -> None:
    recording = playable(site.store)
    page = visit(SUPERUSER)
    page.goto(f"/recordings/{recording}")
    page.fill("[name=email]", "kunde@outside.example")
    page.fill("[name=subject]", "Vores <samtale>")
    page.locator("form.share button:not([type=button])").last.click()
    page.locator(".said").wait_for()
    assert "kunde@outside.example" in page.locator("main").inner_text()
    [share] = [one for one in shares.listed(site.store, ACME) if one.email == "kunde@outside.example"]
    assert share.subject == "Vores <samtale>"
    assert {str(one.kind) for one in mails.listed(site.store, ACME) if one.subject == share.id} == {"share", "code"}
    row = page.locator("tr", has_text="kunde@outside.example")
    row.locator("summary").click()
    row.locator("button.harm").click()
    row.locator("button.harm").wait_for(state="detached")
    assert not shares.get(site.store, ACME, share.id).is_open(site.store.now())


def test_an_outsider_hears_what_was_shared_by_link_and_code(visit: Callable[..., Any], site: Site) -> None:
    share = next(one for one in shares.listed(site.store, ACME) if one.is_open(site.store.now()))
    page = visit(None, script=_HEARD)
    page.goto(f"/shared/{shares.new_link(site.store, share)}")
    page.fill("[name=code]", shares.new_code(site.store, share))
    page.locator("form[action='/shared/code'] button").click()
    _press_play(page)
    until(page, _PLAYS.format(0.3))
    assert page.evaluate(_LOUDEST) > 0.05


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_deleted_is_gone_at_once_and_can_be_brought_back(
    visit: Callable[..., Any], site: Site, scripts: bool
) -> None:
    page = visit(SUPERUSER, java_script_enabled=scripts)
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
