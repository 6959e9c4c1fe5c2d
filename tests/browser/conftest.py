"""Chromium, and people of the story in it; a page that tells its console of an error fails the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME
from tests.browser.looking import CHROMIUM, context_of, watch
from tests.browser.site import Site, story_site


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
        pytest.skip("no Chromium; scripts/test installs it, or: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def troubles() -> list[str]:
    """What pages told their consoles; a test that expects some takes them out."""
    return []


@pytest.fixture
def visit(chromium: Any, site: Site, troubles: list[str]) -> Iterator[Callable[..., Any]]:
    """Makes a page of somebody's: `visit("1005", width=390, color_scheme="dark")`; `None` is nobody."""
    contexts: list[Any] = []

    def visited(
        username: str | None = None, domain: str = ACME, width: int = 1280, height: int = 900, **options: Any
    ) -> Any:
        viewport = {"width": width, "height": height}
        context = context_of(chromium, site, username, domain, viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        watch(page, troubles)
        return page

    yield visited
    for context in contexts:
        context.close()
    assert troubles == []
