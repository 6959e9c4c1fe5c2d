"""Somebody of the story in Chromium."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.lab.story.cast import ACME
from fsplug.store.accounts import accounts, step_up
from tests.browser.pages import Place
from tests.browser.site import Site

_MOST_MILLISECONDS = 1_000 * PATIENCE_SECONDS
# What htmx says of a request that the browser ends because the page is left; of one that fails it says more.
_LEFT = ("htmx:afterRequest", "htmx:sendAbort")
# The one without windows of its own shows a page for two thirds of the processor.
_CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
# Of what passes, axe need not speak.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "reporter": "no-passes",
    "preload": False,
}


def patient_context(browser: Any, url: str, **options: Any) -> Any:
    """A browser's context for the console at this address; on a busy machine its pages take minutes."""
    context = browser.new_context(base_url=url, **options)
    context.set_default_timeout(_MOST_MILLISECONDS)
    return context


def context_of(browser: Any, site: Site, username: str | None, script: str = "", **options: Any) -> Any:
    """A browser's context in which this user is signed in, `None` is nobody; every page begins with the script."""
    context = patient_context(browser, site.url, **options)
    context.add_init_script(_clock(site) + script)
    sign_in(context, site, username)
    return context


def sign_in(context: Any, site: Site, username: str | None, domain: str = ACME) -> None:
    """Give the context a session of this user, who has just proved who they are; `None` is nobody."""
    if username is not None:
        token = site.session(username, domain)
        cookies = (("session", token, "Lax"), ("step-up", step_up.new_proof(site.store, token), "Strict"))
        whole = {"url": site.url, "httpOnly": True}
        context.add_cookies(
            [{"name": f"fsplug-{name}", "value": value, "sameSite": strict, **whole} for name, value, strict in cookies]
        )


@contextmanager
def watched(page: Any, troubles: list[str]) -> Iterator[None]:
    """Add to `troubles` what the page writes to its console as an error meanwhile."""

    def seen(message: Any) -> None:
        if message.type == "error" and not message.text.startswith(_LEFT):
            troubles.append(f"{page.url}: {message.text}")

    def failed(error: Any) -> None:
        troubles.append(f"{page.url}: {error}")

    page.on("console", seen)
    page.on("pageerror", failed)
    yield
    page.remove_listener("console", seen)
    page.remove_listener("pageerror", failed)


def until(page: Any, expression: str) -> None:
    """Wait until it is true in the page: Playwright's own wait evaluates there, which the page's policy forbids."""
    give_up_at = time.monotonic() + _MOST_MILLISECONDS / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < give_up_at, expression
        page.wait_for_timeout(20)


def follow(page: Any, control: Any) -> None:
    """Press what leads to another page, and wait until all of that page is there."""
    with page.expect_navigation():
        control.click()


def violations(page: Any, rules: Mapping[str, Any] = AXE) -> list[str]:
    """What axe, whose script the page has, finds fault with."""
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", rules)
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:4]]}" for one in found]


class Eyes:
    """Looks at pages, in one language, in their own colours or in those that the system forces ("active")."""

    def __init__(self, browser: Any, site: Site, language: str, forced_colors: str = "none") -> None:
        self._browser, self._site, self._language = browser, site, language
        self._forced_colors = forced_colors

    def page(self, place: Place, width: int, height: int, scheme: str) -> Any:
        """The page as it is there when all that it shows has come."""
        if place.username is not None:
            accounts.choose_language(self._site.store, ACME, place.username, self._language)
        options = {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "locale": self._language}
        options["forced_colors"] = self._forced_colors
        page = context_of(self._browser, self._site, place.username, **options).new_page()
        page.goto(place.at(self._site), wait_until="load")
        # A feed stays open for as long as the page: there is no moment at which nothing comes any more.
        page.wait_for_timeout(400)
        return page


def _clock(site: Site) -> str:
    """The browser lives by the story's clock too."""
    return f"""{{ const Real = Date, ahead = {round(site.ahead_seconds * 1000)};
        globalThis.Date = class extends Real {{
            constructor(...words) {{ if (words.length) super(...words); else super(Real.now() + ahead); }}
            static now() {{ return Real.now() + ahead; }}
        }}; }}"""
