"""What a page declares beside its views: its routes, its entry in the menu, and the parts of it that are live.

A page is a folder in `fsplug/web/pages`: `views.py` with a `PAGE`, templates, `texts.toml`, scripts, and its styles in
`page.css`, which become part of the one stylesheet. No code outside the folder names the page. A template is rendered
as "FOLDER/NAME.html"; a script is `asset("FOLDER/NAME.js")`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeVar

from flask import Blueprint

from fsplug.web.kernel.guard import PageRule
from fsplug.web.kernel.live import OpenPage

PAGES = "fsplug.web.pages"
LiveParts = Callable[[OpenPage], str]
Panel = TypeVar("Panel", bound=Callable[[], str])
Parts = TypeVar("Parts", bound=LiveParts)


class Section(StrEnum):
    """The sections of the menu, in order; the heading of each is the text menu-section-SECTION."""

    CALLS = "calls"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Menu:
    """A page's entry in the menu: it leads to the view `page`, and reads as the text menu-FOLDER.

    Entries of a section are ordered by `place`. `icon` is a path of lines in a square of 24. Everybody who may open the
    page sees the entry; with a `rule`, only users who also satisfy the rule.
    """

    section: Section
    place: int
    icon: str
    rule: PageRule | None = None


class Page(Blueprint):
    """The page of one folder; every module of the folder may add routes to it.

    A page reached from another page is `part_of` that page: the menu then shows the other page's entry as open.
    """

    def __init__(self, import_name: str, menu: Menu | None = None, part_of: str | None = None) -> None:
        super().__init__(import_name.split(".")[-2], import_name)
        self.menu = menu
        self.part_of = part_of
        self.live_parts: LiveParts | None = None
        self.panel: Callable[[], str] | None = None

    @property
    def folder(self) -> Path:
        """The folder with the page's files."""
        return Path(self.root_path)

    def above(self, panel: Panel) -> Panel:
        """Let this function render what stands above every page of a viewer."""
        self.panel = panel
        return panel

    def live(self, parts: Parts) -> Parts:
        """Let this function render the page's live parts, each followed by NUL; changed parts are sent again."""
        self.live_parts = parts
        return parts


def found() -> list[Page]:
    """Every page, by folder name. LookupError for a folder whose views have no PAGE."""
    package = import_module(PAGES)
    return [_page(f"{PAGES}.{one.name}") for one in sorted(iter_modules(package.__path__), key=lambda one: one.name)]


def _page(folder: str) -> Page:
    # Import every module, so that every route exists before the page is registered.
    for one in iter_modules(import_module(folder).__path__):
        import_module(f"{folder}.{one.name}")
    page = getattr(import_module(f"{folder}.views"), "PAGE", None)
    if not isinstance(page, Page):
        raise LookupError(f"{folder}.views has no PAGE; declare one: PAGE = Page(__name__)")
    return page
