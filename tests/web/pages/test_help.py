"""Help: what somebody may do, step by step, in the words of the pages; docs/console.md has the same in English."""

import html
import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from fsplug.web.kernel import guides, page, texts
from fsplug.web.pages.help.views import GUIDES
from fsplug.words.catalogue import LANGUAGES, Words
from tests.store.accountcast import ANNA, BO, Console
from tests.tables import table
from tests.web.conftest import Browser

DOCS = Path(__file__).parents[3] / "docs" / "console.md"
WEB = Path(page.__file__).parents[1]
TEXTS = texts.of(page.found())


def _headings(browser: Browser) -> list[str]:
    return re.findall(r'<section[^>]*>\s*<h2 id="([a-z-]+)">', browser.get("/help").text)


def test_somebody_sees_the_guides_of_what_they_may_do(browser: Browser, console: Console, new_browser: Any) -> None:
    console.made()
    console.made("1002", BO, "my-console")
    browser.sign_in(email=ANNA)
    bo = new_browser()
    bo.sign_in(email=BO)
    assert {"recordings", "player", "deletions", "policies", "recorded", "colleagues"} <= set(_headings(browser))
    assert _headings(bo) == ["account", "recordings", "colleagues", "my-calls", "own-call"]
    console.give("1002", admin="company-admin")
    bo.sign_in(email=BO)
    assert {"people", "listening", "changes", "user"} <= set(_headings(bo))


def test_whoever_has_yet_to_sign_in_reads_how_on_the_page_where_they_do(browser: Browser) -> None:
    words = Words("en", TEXTS)
    page = browser.get("/sign-in").text
    assert all(str(step) in page for step in (words("help-account"), *guides.steps(words, "account")))


def test_a_page_leads_to_its_own_guide(browser: Browser, console: Console) -> None:
    console.made()
    browser.sign_in()
    for path, guide in (("/recordings", "recordings"), ("/my-calls", "my-calls"), ("/policies", "policies")):
        assert f'href="/help#{guide}"' in browser.get(path).text
        assert guide in _headings(browser)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_names_what_is_there_to_press(language: str) -> None:
    with table() as rows:
        for guide in GUIDES:
            with rows.row(guide.name):
                steps = list(guides.steps(Words(language, TEXTS), guide.name))
                assert len(steps) >= 3 and not any("{" in one for one in steps)


def test_what_a_step_names_can_be_read_on_a_page_and_is_named_in_every_language() -> None:
    """What only a screen reader says, a label that is not shown, nobody finds by looking."""
    shown, begun = _shown()
    with table() as rows:
        for name, said in TEXTS.items():
            if not name.startswith("help-"):
                continue
            with rows.row(name):
                [first, *others] = [_named(said[language]) for language in LANGUAGES]
                assert all(other == first for other in others)
                assert {one for one in first if one not in shown and not one.startswith(begun)} == set()


def _named(step: str) -> set[str]:
    return {name.replace("_", "-") for _, name, _, _ in Formatter().parse(step) if name}


def _shown() -> tuple[set[str], tuple[str, ...]]:
    """The names of the texts that the pages' templates show, and how those begin whose ends are known later."""
    templates = "".join(one.read_text(encoding="utf-8") for one in WEB.glob("**/*.html"))
    visible = re.sub(r'(?:aria-label|title|alt)="(?:\{\{.*?\}\}|[^"])*"', "", templates)
    inside = " ".join(re.findall(r"\{[{%](.*?)[%}]\}", visible))
    known = (f"{one}-" for one in re.findall(r't\.known\("([a-z-]+)"', inside))
    return set(re.findall(r'"([a-z][a-z0-9-]*)"', inside)), (*re.findall(r'"([a-z-]+-)" ~', inside), *known, "menu-")


def test_the_document_has_the_same_steps_in_english() -> None:
    document, words = " ".join(DOCS.read_text(encoding="utf-8").split()), Words("en", TEXTS)
    with table() as rows:
        for guide in GUIDES:
            with rows.row(guide.name):
                assert f"### {words(f'help-{guide.name}')} 1. " in document
                for number, step in enumerate(guides.steps(words, guide.name), 1):
                    assert f"{number}. {_marked_down(step)}" in document


def _marked_down(step: str) -> str:
    text = re.sub("</?strong>", "**", str(step).replace("*28*", "`*28*`"))
    return html.unescape(text)
