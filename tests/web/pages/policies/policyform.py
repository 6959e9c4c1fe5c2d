"""The form of recording policies, filled in and sent as the page sends it."""

import html
import re
from typing import Any

from tests.web.conftest import Browser

_FIELD = re.compile(r"<input[^>]*>|<select.*?</select>", re.DOTALL)
_NAME, _VALUE = re.compile(r'name="([^"]*)"'), re.compile(r'value="([^"]*)"')
CHOSEN = re.compile(r'<option value="([^"]*)" selected')


def _attribute(pattern: re.Pattern[str], element: str) -> str:
    found = pattern.search(element)
    return html.unescape(found.group(1)) if found else ""


def filled(page: str) -> dict[str, list[str]]:
    """The fields of the page's form as a browser would send them."""
    body = page[page.index("<main") :]
    found: dict[str, list[str]] = {}
    for element in _FIELD.findall(body):
        name = _attribute(_NAME, element)
        is_box = 'type="checkbox"' in element
        if not name or (is_box and " checked" not in element):
            continue
        value = _attribute(CHOSEN if element.startswith("<select") else _VALUE, element)
        found.setdefault(name, []).append(value)
    return found


def changed(page: Any, **fields: list[str]) -> dict[str, list[str]]:
    """The fields of a page with these in place of its own."""
    return {**filled(page.text), **fields}


def review(browser: Browser, page: Any, **fields: list[str]) -> Any:
    """Press Apply."""
    return browser.post("/policies", **{**changed(page, **fields), "act": "review"})


def save(browser: Browser, reviewed: Any) -> Any:
    """Press Save on the page that says what will change."""
    return browser.post("/policies/save", **filled(reviewed.text))


def add(browser: Browser, page: Any, number: str, note: str = "") -> Any:
    """Type a number and press Add."""
    return browser.post("/policies", **{**changed(page), "number": number, "note": note, "act": "add"})
