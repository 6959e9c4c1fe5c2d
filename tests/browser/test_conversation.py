"""A conversation in the browser: reached from the list, and its recordings played one after the other."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, SUPERUSER
from fsplug.store.accounts import accounts
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.calls.conversation_entries import CallJoined
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import Recording, State
from tests.browser.looking import follow, until
from tests.browser.site import Site
from tests.store.longconversation import OUTSIDE, talk, user

# Of the one audio element, which is in no document.
_WATCHED = "const Own = Audio; globalThis.Audio = function () { return (globalThis.heard = new Own()); };"
_ALMOST_OVER = "{ globalThis.heard.currentTime = globalThis.heard.duration - 0.05; }"
_SHOWN = "document.querySelector('[data-shown]').textContent"
_SAID = "document.querySelector('[data-message]').textContent"
_PLAYS = "!globalThis.heard.paused && globalThis.heard.duration > 0"


@pytest.fixture(scope="module")
def played(site: Site) -> list[Recording]:
    """Two calls of the story that are one conversation, the first one first, with a talk between them that is not
    recorded.
    """
    sealed = [one for one in recordings.listed(site.store, ACME, 100) if one.state is State.SEALED]
    second, first = sealed[0], next(one for one in sealed if one.call != sealed[0].call)
    between = talk(ACME, str(first.call), "x:y", second.at - 1, second.at, OUTSIDE, user("1004", "David"), "no-user")
    joined = CallJoined(str(second.call), ACME, str(first.call), second.at)
    ledger.apply(site.store, [joined, *between])
    return [first, second]


def test_the_recordings_are_played_in_their_order_and_what_is_skipped_is_said(
    visit: Callable[..., Any], site: Site, played: list[Recording]
) -> None:
    accounts.choose_language(site.store, ACME, SUPERUSER, "en")
    page = visit(SUPERUSER, script=_WATCHED)
    page.goto("/recordings")
    follow(page, page.locator(f"a[href^='/conversations/{played[0].call}']").first)
    page.locator("[data-toggle]").click()
    until(page, f"{_PLAYS} && {_SHOWN}.startsWith('Recording 1 of 2: 0:')")
    assert page.locator("tr.marked").count() == 1
    page.evaluate(_ALMOST_OVER)
    until(page, f"{_PLAYS} && {_SHOWN}.includes('Recording 2 of 2')")
    said = page.evaluate(_SHOWN)
    assert said.startswith("Skips: ") and "talked to David. Recording 2" in said
    page.locator("[data-turn='-1']").click()
    until(page, f"{_PLAYS} && {_SHOWN}.startsWith('Recording 1 of 2: 0:')")
    page.locator("[data-turn='1']").click()
    until(page, f"{_PLAYS} && {_SHOWN}.includes('Recording 2 of 2')")
    page.evaluate(_ALMOST_OVER)
    until(page, f"{_SAID} === 'There are no more recordings that you may hear.'")
    assert page.locator("tr.marked").count() == 0
    entries = [one.subject for one in reversed(trail.listed(site.store, ACME, 10)) if one.act == "play"]
    assert entries[-4:] == [one.id for one in played * 2], "each is an entry, as from its own player"


def test_it_has_the_keys_of_the_player_of_each_recording(visit: Callable[..., Any], played: list[Recording]) -> None:
    page = visit(SUPERUSER, script=_WATCHED)
    page.goto(f"/conversations/{played[0].call}")
    wave = page.locator(".wave:visible")
    wave.focus()
    page.keyboard.press("5")
    assert int(wave.get_attribute("aria-valuenow")) == pytest.approx(played[0].seconds / 2, abs=1)
    page.keyboard.press("Space")
    until(page, _PLAYS)
    page.keyboard.press("End")
    until(page, f"{_PLAYS} && {_SHOWN}.includes('Recording 2 of 2')")
    assert page.evaluate("document.activeElement.matches('.wave') && document.activeElement.checkVisibility()")
    assert int(page.locator(".wave:visible").get_attribute("aria-valuemax")) == round(played[1].seconds)
    page.keyboard.press("Space")
    until(page, "globalThis.heard.paused")
