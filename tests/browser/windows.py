"""Windows of Chromium that tests hand on to each other: starting one costs five times what a page in it costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fsplug.lab.story.cast import ACME
from tests.browser.looking import context_of, sign_in, watched
from tests.browser.site import Site


@dataclass(slots=True)
class Windows:
    """Lends windows; nothing of the one who had a window before is left in it, so it is as good as a new one."""

    browser: Any
    site: Site
    _free: dict[Any, list[Any]] = field(default_factory=dict)

    @contextmanager
    def window(
        self,
        username: str | None,
        troubles: list[str],
        domain: str = ACME,
        width: int = 1280,
        height: int = 900,
        **options: Any,
    ) -> Iterator[Any]:
        """A page in which this user is signed in, `None` is nobody; `options` are those of `context_of`."""
        free = self._free.setdefault(tuple(sorted(options.items())), [])
        page = free.pop() if free else context_of(self.browser, self.site, None, **options).new_page()
        sign_in(page.context, self.site, username, domain)
        page.set_viewport_size({"width": width, "height": height})
        with watched(page, troubles):
            yield page
        if self._is_tidied(page):
            free.append(page)
        else:
            page.context.close()

    def close(self) -> None:
        """Close the windows that nobody has."""
        for pages in self._free.values():
            for page in pages:
                page.context.close()

    def _is_tidied(self, page: Any) -> bool:
        # Where Playwright is not installed, the tests are skipped.
        from playwright.sync_api import Error

        try:
            page.goto("about:blank")
            for other in page.context.pages:
                if other is not page:
                    other.close()
            page.unroute_all()
            page.mouse.move(0, 0)
            page.context.set_offline(False)
            page.context.new_cdp_session(page).send(
                "Storage.clearDataForOrigin", {"origin": self.site.url, "storageTypes": "all"}
            )
        except Error:
            # The test closed it, or left it while it went to another page.
            return False
        return True
