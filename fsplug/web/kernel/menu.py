"""The menu: the entries that pages declare, shown to users who may open them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from fsplug.web.kernel.guard import Open, PageRule, rule_of
from fsplug.web.kernel.icons import drawn
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.kernel.shell import Viewer

_KEPT = "menu"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A menu entry as shown."""

    text: str
    url: str
    icon: Markup
    is_here: bool


def prepare(app: Flask, pages: Iterable[Page]) -> None:
    """Collect the entries that pages declare. LookupError for an entry that leads nowhere."""
    kept = {page.name: page for page in pages}
    if lost := [name for name, page in kept.items() if page.menu and rule_of(app, f"{name}.page") is None]:
        raise LookupError(f"in the menu, and without a view `page`: {', '.join(lost)}")
    app.extensions[_KEPT] = kept
    app.context_processor(_menu)


def shown(viewer: Viewer) -> list[tuple[Section, list[MenuEntry]]]:
    """The sections, each with the entries that this viewer sees."""
    pages: dict[str, Page] = current_app.extensions[_KEPT]
    here = pages.get(request.blueprint or "")
    open_page = (here.part_of or here.name) if here else None
    return [(section, list(_entries(section, pages.values(), viewer, open_page))) for section in Section]


def _menu() -> dict[str, Any]:
    looking = getattr(g, "viewer", None)
    found = shown(looking) if looking else []
    here = [section for section, entries in found if any(entry.is_here for entry in entries)]
    return {"menu": found, "is_configuration": here == [Section.CONFIGURATION]}


def _entries(section: Section, pages: Iterable[Page], viewer: Viewer, open_page: str | None) -> Iterator[MenuEntry]:
    declared = [(page.menu.place, page.name, page.menu) for page in pages if page.menu and page.menu.section is section]
    for _, name, menu in sorted(declared, key=lambda one: one[:2]):
        endpoint = f"{name}.page"
        if _sees(viewer, menu, rule_of(current_app, endpoint)):
            text = f"menu-{name.replace('_', '-')}"
            yield MenuEntry(text, url_for(endpoint), drawn(menu.icon), name == open_page)


def _sees(viewer: Viewer, menu: Menu, of_view: PageRule | None) -> bool:
    rules = [rule for rule in (of_view, menu.rule) if rule is not None]
    return all(isinstance(rule.who, Open) or viewer.reaches(rule.who, rule.least) for rule in rules)
