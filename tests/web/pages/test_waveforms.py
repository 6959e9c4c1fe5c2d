"""What a player draws is made when it is first asked for, one at a time, and kept."""

from typing import Any

import pytest

from fsplug.web.pages.player import waveforms
from tests.store.accountcast import Console
from tests.web.conftest import PLAYER, Browser

PAGE, AUDIO = "/recordings/a-rec", "/recordings/a-rec/audio"


@pytest.fixture
def hearing(browser: Browser, console: Console) -> Browser:
    """A superuser who is signed in and pressed play."""
    console.made()
    browser.sign_in()
    browser.post(f"{PAGE}/play")
    return browser


def test_the_waveform_is_made_once_and_kept(hearing: Browser, archive: Any) -> None:
    found = hearing.get(f"{PAGE}/waveform").json
    assert len(found) == 2 and {len(channel) for channel in found} == {1_000}
    archive.remove("acme/a-rec.wav")
    assert hearing.get(f"{PAGE}/waveform").json == found


def test_a_second_waveform_waits_and_pages_do_not(hearing: Browser, app: Any) -> None:
    room = app.extensions["waveform-room"]
    room.pop()
    answer = hearing.get(f"{PAGE}/waveform")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    room.append(True)
    assert hearing.get(f"{PAGE}/waveform").status_code == 200
    assert len(room) == 1


def test_an_archive_that_is_too_slow_for_a_waveform_still_plays(
    hearing: Browser, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waveforms, "LONGEST_SECONDS", -1.0)
    assert hearing.get(f"{PAGE}/waveform").status_code == 503
    assert len(app.extensions["waveform-room"]) == 1
    assert hearing.get(AUDIO, **PLAYER).status_code == 200
