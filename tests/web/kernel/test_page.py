"""A page is one folder: put there, it is in the menu, has its route, rule, template, texts and script."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fsplug.web.pages
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.accounts import sessions
from fsplug.web.kernel import page
from fsplug.web.kernel.app import create_app
from fsplug.web.kernel.feed import Feed
from fsplug.web.kernel.guard import rule_of
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import Browser

VIEWS = '''
"""Who greets."""

from flask import render_template

from fsplug.policy.access.scopes import Need, Reach
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Menu, Page, Section

PAGE = Page(__name__, Menu(Section.CONFIGURATION, 15, "M4 4h16"))


@PAGE.get("/greetings")
@takes(Need.POLICY, Reach.COMPANY)
def page() -> str:
    return render_template("greetings/page.html")


@PAGE.live
def parts(watch):
    return watch.render("greetings/part.html")
'''
MORE = """
from fsplug.policy.access.attempts import Act
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.pages.greetings.views import PAGE


@PAGE.get("/greetings/more")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def more() -> str:
    return "more"
"""
TEMPLATE = """{% extends "layout.html" %}
{% block title %}{{ t("menu-greetings") }}{% endblock %}
{% block scripts %}<script src="{{ asset("greetings/greet.js") }}" type="module"></script>{% endblock %}
{% block body %}
<p>{{ t("greetings-hello", name=viewer.account.name) }}</p>
{% include "greetings/part.html" %}
{% endblock %}
"""
TEXTS = """
[menu-greetings]
da = "Hilsner"
sv = "Hälsningar"
en = "Greetings"

[greetings-hello]
da = "Goddag {name}"
sv = "Hej {name}"
en = "Hello {name}"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a page more is."""
    made = tmp_path / "more-pages" / "greetings"
    made.mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "views.py": VIEWS,
        "more.py": MORE,
        "page.html": TEMPLATE,
        "part.html": '<p id="greeting">{{ t("menu-greetings") }}</p>',
        "greet.js": "greet();",
        "texts.toml": TEXTS,
    }.items():
        (made / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(fsplug.web.pages, "__path__", [*fsplug.web.pages.__path__, str(made.parent)])
    yield made
    for name in [name for name in sys.modules if name.startswith("fsplug.web.pages.greetings")]:
        del sys.modules[name]
    vars(fsplug.web.pages).pop("greetings", None)


@pytest.fixture
def made_app(folder: Path) -> Any:
    """The application with that page in it."""
    return create_app(None)


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """A superuser, signed in."""
    console.made()
    browser.sign_in()
    return browser


def test_a_folder_is_a_page_with_its_template_texts_and_script(anna: Browser) -> None:
    answer = anna.get("/greetings")
    assert answer.status_code == 200
    assert "Hello Anna" in answer.text
    [script] = [part.partition('"')[0] for part in answer.text.split('src="') if "greet.js" in part]
    sent = anna.get(script)
    assert (sent.text, sent.mimetype) == ("greet();", "text/javascript")
    assert "immutable" in sent.headers["Cache-Control"]


def test_its_entry_stands_at_its_place_in_the_menu(anna: Browser) -> None:
    text = anna.get("/greetings").text
    assert '<a href="/greetings" aria-current="page">' in text and "M4 4h16" in text
    assert text.index('href="/policies"') < text.index('href="/greetings"') < text.index('href="/deletions"')


def test_its_rule_holds_for_the_page_and_its_entry(app: Any, console: Console, new_browser: Any) -> None:
    console.made("1002", "bo@acme.example", "my-console")
    bo = new_browser()
    assert bo.get("/greetings").headers["Location"] == "/sign-in"
    bo.sign_in(email="bo@acme.example")
    assert bo.get("/greetings").status_code == 403
    assert "/greetings" not in bo.get("/recordings").text
    rule = rule_of(app, "greetings.page")
    assert rule is not None and (rule.who, rule.least) == (Need.POLICY, Reach.COMPANY)


def test_every_module_of_the_folder_may_have_routes(browser: Browser) -> None:
    assert browser.get("/greetings/more").text == "more"


def test_a_live_part_of_it_is_in_the_stream(app: Any, console: Console) -> None:
    console.made()
    assert b'id="greeting"' in _stream(app, console)


def _stream(app: Any, console: Console) -> bytes:
    token = sessions.begin(console.store, ACME, "1001", "192.0.2.1", "browser")
    session = sessions.find(console.store, token)
    assert session is not None
    return Feed(app, app.extensions["services"], session, []).look()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (VIEWS.replace("@takes(Need.POLICY, Reach.COMPANY)\n", ""), "without a rule: greetings.page"),
        (VIEWS.replace("PAGE", "OTHER"), "greetings.views has no PAGE"),
        (VIEWS.replace("def page", "def other"), "without a view `page`: greetings"),
    ],
)
def test_a_page_that_lacks_something_keeps_the_console_from_starting(folder: Path, wrong: str, why: str) -> None:
    (folder / "views.py").write_text(wrong)
    (folder / "more.py").unlink()
    with pytest.raises(LookupError, match=why):
        create_app(None)


def test_a_text_with_the_name_of_another_is_refused(folder: Path) -> None:
    (folder / "texts.toml").write_text('[save]\nda = "a"\nsv = "a"\nen = "a"\n')
    with pytest.raises(LookupError, match=r"texts\.toml repeats: save"):
        create_app(None)


def test_every_page_of_the_console_is_found() -> None:
    names = {one.name for one in page.found()}
    assert {"home", "recordings", "player", "shared", "sign_in", "greetings"} <= names
