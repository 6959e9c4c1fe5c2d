"""A guide walked in a browser: its steps by name, and the person before the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser.looking import follow, sign_in, violations
from tests.browser.site import Site


@contextmanager
def step(said: str) -> Iterator[None]:
    """What is done and seen here is this step of the guide; a failure names it."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"in the step: {said}")
        raise


@dataclass(frozen=True, slots=True)
class Desk:
    """One screen, before which the people of the guide sit down in turn."""

    page: Any
    site: Site
    troubles: list[str]

    def sits(self, username: str | None, path: str = "/") -> None:
        """This user is signed in here from now on, `None` is nobody, and sees this page."""
        self.page.context.clear_cookies()
        sign_in(self.page.context, self.site, username)
        self.page.goto(path)

    def opens(self, entry: str) -> None:
        """Press an entry of the menu."""
        menu = self.page.get_by_role("navigation").first
        follow(self.page, menu.get_by_role("link", name=entry, exact=True))

    def presses(self, button: str) -> None:
        """Press a button that leads to another page."""
        follow(self.page, self.page.get_by_role("main").get_by_role("button", name=button, exact=True))

    def ticks(self, box: str) -> None:
        """Tick a box, by what it is called."""
        self.page.get_by_role("checkbox", name=box, exact=True).check()

    def chooses(self, field: str, option: str) -> None:
        """Choose one of what a field offers."""
        self.page.get_by_label(field, exact=True).select_option(label=option)

    def reads(self, said: str) -> None:
        """It can be read somewhere on the page, or soon can."""
        self.page.get_by_text(said).filter(visible=True).first.wait_for()

    def everybody_can_read_it(self) -> None:
        """What is shown now has nothing that axe finds fault with."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
        before = len(self.troubles)
        self.page.evaluate(axe.Axe().axe_script)
        found = violations(self.page)
        # What axe itself does to a page, its policy forbids, and says so.
        self.page.evaluate("0")
        del self.troubles[before:]
        assert found == []
