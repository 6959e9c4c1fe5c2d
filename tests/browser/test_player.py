"""The player in a real browser: audio that runs, keys, the waveform, and a page without scripts."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME
from fsplug.policy.access.scopes import operator
from fsplug.store.accounts import accounts
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import RecordingHeld
from fsplug.store.recordings import deletions, shares
from fsplug.store.recordings.shares import CodeBy, Offer
from tests.browser.playedpage import IS_DRAWN, IS_RUNNING, SOUGHT, WATCHED, seconds_played
from tests.browser.site import Site

SUPERUSER = "1005"


@pytest.fixture
def recording(site: Site) -> str:
    """The longest of the story's: a browser does not fetch all of it at once."""
    sql = """SELECT r.id FROM recording r JOIN company c ON c.id = r.company WHERE c.domain = ? AND r.state = 'sealed'
        AND r.id NOT IN (SELECT recording FROM deletion) ORDER BY r.seconds DESC LIMIT 1"""
    found = site.store.row(sql, ACME)
    assert found is not None
    return str(found[0])


@pytest.fixture
def page(visit: Callable[..., Any], recording: str) -> Any:
    """The superuser's."""
    found = visit(SUPERUSER, script=WATCHED)
    found.goto(f"/recordings/{recording}")
    found.wait_for_selector("[data-skip]:visible")
    return found


def test_a_click_anywhere_on_a_row_leads_to_its_player(visit: Callable[..., Any]) -> None:
    page = visit(SUPERUSER)
    page.goto("/recordings?period=month")
    with page.expect_navigation():
        page.locator("[data-row] .length").first.click()
    assert "/recordings/" in page.url and page.url.endswith("?period=month")


def test_a_click_on_play_plays_and_makes_one_entry(page: Any, site: Site, recording: str) -> None:
    before = len(trail.plays(site.store, ACME, recording))
    page.click("[data-toggle]")
    page.wait_for_function(IS_RUNNING)
    page.click("[data-toggle]")
    page.wait_for_function("() => globalThis.heard.paused")
    page.click("[data-toggle]")
    page.wait_for_function(IS_RUNNING)
    assert len(trail.plays(site.store, ACME, recording)) == before + 1


def test_the_waveform_of_both_is_drawn_and_a_click_on_it_seeks(page: Any) -> None:
    page.wait_for_function(IS_DRAWN)
    assert page.locator(".lane").count() == 2
    page.click("[data-toggle]")
    page.wait_for_function(IS_RUNNING)
    box = page.locator(".wave").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    length = float(page.get_attribute("[data-track]", "data-seconds"))
    page.wait_for_function(f"() => Math.abs(globalThis.heard.currentTime - {length / 2}) < 3")


def test_a_hold_is_drawn_over_the_wave_where_it_was(page: Any, site: Site, recording: str) -> None:
    length = float(page.get_attribute("[data-track]", "data-seconds"))
    row = site.store.row("SELECT started_at FROM recording WHERE id = ?", recording)
    assert row is not None
    began = float(row[0])
    held = RecordingHeld(f"{recording}-h", recording, ACME, "user", began + length / 4, began + length / 2)
    ledger.apply(site.store, [held])
    try:
        page.reload()
        page.wait_for_function(IS_DRAWN)
        wave, hold = page.locator(".wave").bounding_box(), page.locator(".wave .shades rect").bounding_box()
        assert hold["x"] - wave["x"] == pytest.approx(wave["width"] / 4, abs=3)
        assert hold["width"] == pytest.approx(wave["width"] / 4, abs=3)
        assert hold["height"] == pytest.approx(wave["height"], abs=3)
        page.mouse.click(hold["x"] + 2, hold["y"] + 20)
        page.wait_for_function(f"() => Math.abs(globalThis.heard.currentTime - {length / 4}) < 3")
        page.evaluate("globalThis.heard.currentTime = 0")
        page.focus("table.marks [data-go]")
        page.keyboard.press("Enter")
        assert seconds_played(page) == pytest.approx(length / 4, abs=0.1)
    finally:
        with site.store.atomic():
            site.store.run("DELETE FROM recording_hold")


def test_keys_play_pause_and_go_ten_seconds(page: Any) -> None:
    page.focus(".wave")
    page.keyboard.press("Space")
    page.wait_for_function(IS_RUNNING)
    page.keyboard.press("Space")
    page.wait_for_function("() => globalThis.heard.paused")
    begun = seconds_played(page)
    page.keyboard.press("ArrowRight")
    assert seconds_played(page) == pytest.approx(begun + 10, abs=0.2)
    page.keyboard.press("ArrowLeft")
    assert seconds_played(page) == pytest.approx(begun, abs=0.2)
    page.keyboard.press("End")
    assert page.get_attribute(".wave", "aria-valuenow") == page.get_attribute(".wave", "aria-valuemax")


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("da", "1 minut og 56 sekunder af 4 minutter og 52 sekunder"),
        ("sv", "1 minut och 56 sekunder av 4 minuter och 52 sekunder"),
        ("en", "1 minute and 56 seconds of 4 minutes and 52 seconds"),
    ],
)
def test_the_waveform_is_a_slider_with_all_its_keys_also_before_play_is_pressed(
    page: Any, site: Site, language: str, spoken: str
) -> None:
    accounts.choose_language(site.store, ACME, SUPERUSER, language)
    page.reload()
    page.focus(".wave")
    length, at = float(page.get_attribute("[data-track]", "data-seconds")), 0.0
    for line in SOUGHT.strip().splitlines():
        key, to = line.split()
        page.keyboard.press(key)
        at = length * int(to[:-1]) / 100 if to.endswith("%") else at + int(to)
        assert int(page.get_attribute(".wave", "aria-valuenow")) == pytest.approx(at, abs=1), key
        if key == "4":
            assert page.get_attribute(".wave", "aria-valuetext") == spoken
    page.keyboard.press("4")
    page.keyboard.press("Space")
    page.wait_for_function(f"() => globalThis.heard.currentTime > {length * 0.4}")


def test_it_goes_on_where_somebody_stopped_and_at_the_speed_they_chose(page: Any, site: Site) -> None:
    page.focus(".wave")
    page.keyboard.press("5")
    with page.expect_response("**/account/speed"):
        page.select_option("#speed", "1.5")
    assert accounts.get(site.store, ACME, SUPERUSER).speed == 1.5
    place = page.inner_text("[data-at]")
    page.reload()
    page.wait_for_function(f"() => document.querySelector('[data-message]').textContent.includes({place!r})")
    page.click("[data-toggle]")
    page.wait_for_function("() => globalThis.heard.currentTime > 140 && !globalThis.heard.paused")
    assert page.evaluate("[globalThis.heard.playbackRate, globalThis.heard.preservesPitch]") == [1.5, True]
    assert "→" in page.evaluate("navigator.mediaSession.metadata.title")
    accounts.choose_speed(site.store, ACME, SUPERUSER, 1.0)


def test_keys_and_buttons_lead_to_the_next_mark_and_to_the_next_speaker(page: Any, site: Site, recording: str) -> None:
    row = site.store.row("SELECT started_at FROM recording WHERE id = ?", recording)
    assert row is not None
    held = [
        RecordingHeld(f"{recording}-{at}", recording, ACME, "user", row[0] + at, row[0] + at + 9) for at in (30, 90)
    ]
    ledger.apply(site.store, held)
    try:
        page.reload()
        page.focus(".wave")
        for key, second in (("m", 30), ("m", 90), ("Shift+m", 30)):
            page.keyboard.press(key)
            assert int(page.get_attribute(".wave", "aria-valuenow")) == second
        page.click("[data-next=mark]")
        assert page.inner_text("[data-message]").startswith("1:30 2: ")
        page.keyboard.press("m")
        assert page.inner_text("[data-message]") == page.get_attribute("[data-next=mark]", "data-none")
        page.locator("table.marks [data-go]").first.press("Enter")
        assert int(page.get_attribute(".wave", "aria-valuenow")) == 30
        page.locator("[data-next=speaker]").wait_for()
        page.focus(".wave")
        page.keyboard.press("Home")
        said = []
        for _ in range(2):
            page.keyboard.press("s")
            said.append(page.inner_text("[data-message]").split(" ", 1)[1])
        assert sorted(said) == sorted(page.locator(".lane").all_inner_texts()), "they take turns"
    finally:
        with site.store.atomic():
            site.store.run("DELETE FROM recording_hold")


def test_keys_in_a_field_are_the_field_s(page: Any) -> None:
    page.fill("#subject", "a")
    page.focus("#subject")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    assert page.input_value("#subject") == "a "
    assert page.evaluate("globalThis.heard.paused && globalThis.heard.currentTime === 0")


def test_it_plays_as_fast_as_is_chosen_also_before_play_is_pressed(page: Any) -> None:
    page.select_option("#speed", "2.0")
    page.click("[data-skip='10']")
    page.click("[data-toggle]")
    page.wait_for_function("() => globalThis.heard.currentTime > 10.3")
    assert page.evaluate("globalThis.heard.playbackRate") == 2


def test_deleted_while_it_plays_it_ends_and_says_so(page: Any, site: Site, recording: str, troubles: list[str]) -> None:
    page.click("[data-toggle]")
    page.wait_for_function(IS_RUNNING)
    deletions.delete(site.store, ACME, [recording], operator("root"))
    try:
        page.evaluate("globalThis.heard.currentTime = globalThis.heard.duration * 0.8")
        page.wait_for_function("() => document.querySelector('[data-message]').textContent !== ''")
        assert page.locator("[data-paused]").is_visible()
    finally:
        deletions.undelete(site.store, ACME, [recording], operator("root"))
    troubles[:] = [one for one in troubles if "403" not in one]


def test_what_can_not_be_had_has_not_ended_but_failed(page: Any, troubles: list[str]) -> None:
    page.route("**/audio", lambda route: route.fulfill(status=404))
    page.click("[data-toggle]")
    page.wait_for_function("() => document.querySelector('[data-message]').textContent !== ''")
    assert page.inner_text("[data-message]") == page.get_attribute(".troubles", "data-failed")
    assert page.locator("[data-paused]").is_visible()
    troubles[:] = [one for one in troubles if "404" not in one]


def test_at_its_end_the_clock_shows_the_length(page: Any) -> None:
    page.click("[data-toggle]")
    page.wait_for_function(IS_RUNNING)
    page.focus(".wave")
    page.keyboard.press("End")
    # It has ended before the page is told so.
    page.wait_for_function("() => globalThis.heard.ended && !document.querySelector('[data-paused]').hidden")
    at, length = page.inner_text(".clock").split(" / ")
    assert at == length
    spoken = page.get_attribute(".wave", "aria-valuetext").split()
    assert spoken[: len(spoken) // 2] == spoken[len(spoken) // 2 + 1 :], spoken


def test_without_scripts_play_is_a_button_and_then_an_audio_element(visit: Callable[..., Any], recording: str) -> None:
    page = visit(SUPERUSER, java_script_enabled=False)
    page.goto(f"/recordings/{recording}")
    assert page.locator("audio").count() == 0
    page.click("[data-toggle]")
    assert page.locator("audio[controls]").get_attribute("src") == f"/recordings/{recording}/audio"
    assert not page.locator("[data-toggle]").is_visible()


def test_a_customer_hears_what_was_shared(visit: Callable[..., Any], site: Site, recording: str) -> None:
    offer = Offer(recording, "customer@outside.example", "Our call", code_by=CodeBy.PHONE)
    share, code = shares.create(site.store, ACME, offer, operator("root"))
    page = visit(script=WATCHED)
    page.goto(f"/shared/{shares.new_link(site.store, share)}")
    page.fill("#code", str(code))
    page.click("button.first")
    page.wait_for_function(IS_DRAWN)
    page.click("[data-toggle]")
    page.wait_for_function(IS_RUNNING)
    assert shares.get(site.store, ACME, share.id).played == 1


def test_a_double_click_on_send_shares_once_and_what_plays_goes_on(page: Any, site: Site, recording: str) -> None:
    page.click("[data-toggle]")
    page.wait_for_function(IS_RUNNING)
    page.fill("#email", "twice@firma.example")
    page.fill("#subject", "Vores samtale")
    # A page takes clicks until the next one is there: the answer waits for the second.
    held: list[Any] = []
    page.route("**/share", lambda route: held.append(route))
    send = "document.querySelector('form.share > button').click()"
    page.evaluate(f"new Promise(done => {{ {send}; setTimeout(() => {{ {send}; done(); }}, 60); }})")
    while not held:
        page.wait_for_timeout(20)
    page.wait_for_timeout(100)
    assert len(held) == 1
    held[0].continue_()
    page.locator(".said").wait_for()
    assert page.evaluate(IS_RUNNING)
    assert page.evaluate("document.activeElement.className") == "said", "who does not see it hears it"
    assert [one.email for one in shares.of_recording(site.store, ACME, recording)].count("twice@firma.example") == 1


def test_a_share_is_withdrawn_by_two_presses(visit: Callable[..., Any], site: Site, recording: str) -> None:
    offer = Offer(recording, "another@outside.example", "Our call", code_by=CodeBy.PHONE)
    share, _ = shares.create(site.store, ACME, offer, operator("root"))
    page = visit(SUPERUSER, width=390)
    page.goto(f"/recordings/{recording}")
    row = page.locator("tr", has_text="another@outside.example")
    row.locator("summary").click()
    row.locator("button.harm").click()
    page.wait_for_selector(".said")
    assert shares.get(site.store, ACME, share.id).revoked_at is not None
