"""Chromium, and people of the story in it; a page that tells its console of an error fails the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.browser.looking import CHROMIUM
from tests.browser.site import Site, story_site
from tests.browser.windows import Windows


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The story and its console, for the tests of one file."""
    with story_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium; its own browsers are never downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright")
    if CHROMIUM is None:
        pytest.skip("no Chromium; scripts/test installs it, or: apt-get install chromium-headless-shell")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=1_000 * PATIENCE_SECONDS
        )
        yield browser
        browser.close()


@pytest.fixture
def troubles() -> list[str]:
    """What pages told their consoles; a test that expects some takes them out."""
    return []


@pytest.fixture(scope="module")
def windows(chromium: Any, site: Site) -> Iterator[Windows]:
    """Those that the tests of one file hand on to each other."""
    windows = Windows(chromium, site)
    yield windows
    windows.close()


@pytest.fixture
def visit(windows: Windows, troubles: list[str]) -> Iterator[Callable[..., Any]]:
    """Makes a page of somebody's: `visit("1005", width=390, locale="sv")`; `None` is nobody."""
    with ExitStack() as opened:
        yield lambda username=None, **options: opened.enter_context(windows.window(username, troubles, **options))
    assert troubles == []
