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

_ALMOST_OVER = "{ const audio = document.querySelector('.parts audio'); audio.currentTime = audio.duration - 0.05; }"
_SAID = "document.querySelector('.parts [role=status]').textContent"
_PLAYS = "(audio => !audio.hidden && !audio.paused && audio.duration > 0)(document.querySelector('.parts audio'))"


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
    page = visit(SUPERUSER)
    page.goto("/recordings")
    follow(page, page.locator(f"a[href^='/conversations/{played[0].call}']").first)
    page.locator(".parts button").click()
    until(page, f"{_PLAYS} && {_SAID}.startsWith('Recording 1 of 2: 0:')")
    assert page.locator("tr.marked").count() == 1
    assert not page.locator(".parts button").is_visible()
    page.evaluate(_ALMOST_OVER)
    until(page, f"{_PLAYS} && {_SAID}.includes('Recording 2 of 2')")
    said = page.evaluate(_SAID)
    assert said.startswith("Skips: ") and "talked to David. Recording 2" in said
    page.evaluate(_ALMOST_OVER)
    until(page, f"{_SAID} === 'There are no more recordings that you may hear.'")
    assert page.locator(".parts button").is_visible()
    assert page.locator("tr.marked").count() == 0
    entries = [one.subject for one in reversed(trail.listed(site.store, ACME, 10)) if one.act == "play"]
    assert entries[-2:] == [one.id for one in played], "each is an entry, as from its own player"
