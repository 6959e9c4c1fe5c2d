"""The player in the other two engines: each plays a recording, from where a key led before there was any audio."""

from pathlib import Path

import pytest

from fsplug.lab.story.cast import ACME, SUPERUSER
from fsplug.store.accounts import accounts
from tests.browser.drivers import DISPLAY, FIREFOX, WEBKIT, firefox, until, webkit
from tests.browser.pages import playable
from tests.browser.site import Site

_ENGINES = {"firefox": firefox, "webkit": webkit}
_SPOKEN = "document.querySelector('.wave').getAttribute('aria-valuetext')"
_NOW = "Number(document.querySelector('.wave').getAttribute('aria-valuenow'))"
_SAID = "document.querySelector('[data-message]').textContent"


@pytest.mark.parametrize("engine", _ENGINES)
def test_a_recording_is_heard(engine: str, site: Site, tmp_path: Path) -> None:
    if engine == "firefox" and FIREFOX is None:
        pytest.skip("no Firefox; scripts/test installs it, or: apt-get install firefox-esr")
    if engine == "webkit" and (WEBKIT is None or DISPLAY is None):
        pytest.skip("no WebKit; scripts/test installs it, or: apt-get install webkit2gtk-driver xvfb")
    accounts.choose_language(site.store, ACME, SUPERUSER, "da")
    with _ENGINES[engine](tmp_path) as browser:
        browser.set_cookie(site.url, "fsplug-session", site.session(SUPERUSER))
        browser.goto(f"{site.url}/recordings/{playable(site.store)}")
        until(browser, "document.querySelector('.wave > div') !== null")
        browser.evaluate("document.querySelector('.wave').focus()")
        browser.press("4")
        begun = browser.evaluate(_NOW)
        assert begun > 0 and " af " in browser.evaluate(_SPOKEN)
        browser.press(" ")
        until(browser, f"{_NOW} > {begun} || {_SAID} !== ''")
        assert browser.evaluate(_SAID) == ""
