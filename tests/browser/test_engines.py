"""The player in the other two engines: each plays a recording, from where a key led before there was any audio."""

import time
from pathlib import Path

import pytest

from fsplug.lab.story.cast import ACME, SUPERUSER
from fsplug.store.accounts import accounts
from tests.browser.drivers import DISPLAY, FIREFOX, WEBKIT, Driven, firefox, until, webkit
from tests.browser.pages import playable
from tests.browser.site import Site

_ENGINES = {"firefox": firefox, "webkit": webkit}
_SPOKEN = "document.querySelector('.wave').getAttribute('aria-valuetext')"
_NOW = "Number(document.querySelector('.wave').getAttribute('aria-valuenow'))"
_TRIES, _BEGINS_SECONDS = 10, 20.0
_SAID = "document.querySelector('[data-message]').textContent"


@pytest.mark.parametrize("engine", _ENGINES)
def test_a_recording_is_heard(engine: str, site: Site, tmp_path: Path) -> None:
    if engine == "firefox" and FIREFOX is None:
        pytest.skip("no Firefox; scripts/test installs it, or: apt-get install firefox-esr")
    if engine == "webkit" and (WEBKIT is None or DISPLAY is None):
        pytest.skip("no WebKit; scripts/test installs it, or: apt-get install webkit2gtk-driver xvfb")
    accounts.choose_language(site.store, ACME, SUPERUSER, "da")
    # WebKitGTK on a machine without a sound device stalls now and then before it begins; a visitor tries anew.
    assert any(_is_heard(engine, site, tmp_path / str(each)) for each in range(_TRIES))


def _is_heard(engine: str, site: Site, folder: Path) -> bool:
    folder.mkdir()
    with _ENGINES[engine](folder) as browser:
        browser.set_cookie(site.url, "fsplug-session", site.session(SUPERUSER))
        return _goes_on(browser, f"{site.url}/recordings/{playable(site.store)}")


def _goes_on(browser: Driven, address: str) -> bool:
    """Whether the recording goes on from where a key led, before `_BEGINS_SECONDS` are over."""
    browser.goto(address)
    until(browser, "document.querySelector('.wave > div') !== null")
    browser.evaluate("document.querySelector('.wave').focus()")
    browser.press("4")
    begun = browser.evaluate(_NOW)
    assert begun > 0 and " af " in browser.evaluate(_SPOKEN)
    browser.press(" ")
    give_up_at = time.monotonic() + _BEGINS_SECONDS
    while not browser.evaluate(f"{_NOW} > {begun} || {_SAID} !== ''") and time.monotonic() < give_up_at:
        time.sleep(0.1)
    assert browser.evaluate(_SAID) == ""
    return bool(browser.evaluate(f"{_NOW} > {begun}"))
