"""Names and numbers of every kind that are markup, script or template: on every page they are text."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import Environment, TemplateError

from fsplug.lab.story.cast import ACME, EVERYTHING, MY_CONSOLE
from fsplug.media.archive import FolderArchive
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.store.db.database import Store
from fsplug.web.kernel.app import create_app
from fsplug.web.kernel.services import Services
from tests.browser.site import NOW
from tests.store.accountcast import PlainPasswords
from tests.stories import story_until
from tests.tables import table
from tests.web.walkers import URL, Walker, Way, body, ids, ways

HOSTILE = (
    # Only at the beginning of a text is it an address.
    "javascript:evil()",
    "' onmouseover='evil()",
    '"><img src=x onerror=evil()>',
    "<script>evil()</script>",
    "{{73317331*7}}",
    "{% raw %}${73317331*7}",
    "<!--evil-->]]>&lt;evil&gt;",
)
# All of them are written at once; that none hides another is a test of its own.
ALL = " ".join(HOSTILE)
# So long that no checksum holds it by chance.
_SUM = str(73317331 * 7)
# Text that people, callers or mail servers write, wherever it is kept.
_WRITTEN = {
    '"user"': ("name", "department"),
    "company_detail": ("name",),
    "department": ("name",),
    "department_policy": ("department",),
    "admin_department": ("department",),
    "ring_group": ("name",),
    "profile": ("name",),
    "excluded_number": ("note",),
    "decision": ("caller", "answerer", "inputs"),
    "call": ("caller", "called"),
    "gap": ("cause", "detail"),
    "share_link": ("subject", "email"),
    "share_visit": ("agent", "address"),
    "listen_session": ("dialled",),
    "mail": ("reason", "receiver"),
    "console_session": ("agent", "address"),
    "audit_entry": ("facts", "actor", "subject"),
    "policy_version": ("author",),
}
GETS = [way for way in ways(create_app(None)) if way.method == "GET"]
# What a browser goes to, or runs.
_LEADING = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post", "data", "poster"})


class Looker(HTMLParser):
    """Finds what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "script" and not (named.get("src") or "").startswith("/static/"):
            self.dangers.append(f"a script: {named}")
        if "evil" in tag:
            self.dangers.append(f"an element {tag}")
        for name, value in attrs:
            leads = name in _LEADING and (value or "").strip().lower().startswith(("javascript:", "data:"))
            if name.startswith(("on", "hx-on", "style")) or "evil" in name or leads:
                self.dangers.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        if "evil" in data:
            self.dangers.append(f"a comment: {data}")


# How a text comes to stand in a page by a mistake of the page's.
_MISTAKES: Mapping[str, Callable[[str], str]] = {
    "nothing is escaped": lambda text: f"<p>{text}</p>",
    "nothing is escaped in an attribute": lambda text: f'<p title="{text}">x</p>',
    "all but single quotes is escaped": lambda text: f"<p title='{html.escape(text, False)}'>x</p>",
    "what is escaped is read again": lambda text: f"<p>{html.unescape(html.escape(text))}</p>",
    "tags are taken out and references read": lambda text: f"<p>{html.unescape(re.sub('<[^>]*>', '', text))}</p>",
    "an address may be any text": lambda text: f'<a href="{html.escape(text)}">x</a>',
    "it is a comment": lambda text: f"<!-- {html.escape(text)} -->",
    "it is a template": lambda text: Environment(autoescape=True).from_string(html.escape(text)).render(),
}


def test_no_hostile_text_hides_another_where_all_are_written_at_once() -> None:
    with table() as rows:
        for mistake, shown in _MISTAKES.items():
            for one in HOSTILE:
                with rows.row(mistake, one):
                    assert _is_found(shown, ALL) or not _is_found(shown, one)
        with rows.row("each is found somewhere"):
            assert [one for one in HOSTILE if not any(_is_found(shown, one) for shown in _MISTAKES.values())] == []


def _is_found(shown: Callable[[str], str], text: str) -> bool:
    try:
        page = shown(text)
    except TemplateError:
        return True
    return bool(_dangers(page)) or _SUM in page


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Any]]:
    """The story, written by somebody hostile, and the application over it."""
    folder = tmp_path_factory.mktemp("hostile")
    store = Store(story_until(NOW, folder), clock=lambda: NOW)
    store.connect()
    for (trigger,) in store.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        # Some rows are never changed, but here.
        store.run(f"DROP TRIGGER {trigger}")
    for written, columns in _WRITTEN.items():
        for column in columns:
            _write(store, written, column, ALL)
    services = Services(store, FolderArchive(folder / "archive"), PlainPasswords(), SecretKeys([new_key()]), URL)
    yield store, create_app(services)
    store.close()


def _write(store: Store, table: str, column: str, text: str) -> None:
    if (table, column) == ("decision", "inputs"):
        # Who was heard, by the names and numbers of that time.
        for place in ("$.caller.user.name", "$.answerer.user.name", "$.caller.numbers[0]", "$.answerer.numbers[0]"):
            known = "json_extract(inputs, ?) IS NOT NULL"
            store.run(f"UPDATE decision SET inputs = json_set(inputs, ?, ?) WHERE {known}", place, text, place)
    elif (table, column) == ("audit_entry", "facts"):
        store.run("UPDATE audit_entry SET facts = json_object('email', ?, 'reason', ?, 'call', ?)", text, text, text)
    else:
        # In front of what is there: names that are keys stay different, and those that belong together alike.
        store.run(f"UPDATE {table} SET {column} = ? || ' ' || {column} WHERE {column} NOT IN ('', '*')", text)


@pytest.mark.parametrize("username", [EVERYTHING, MY_CONSOLE])
def test_what_is_written_by_others_is_text_on_every_page(hostile: tuple[Store, Any], username: str) -> None:
    store, app = hostile
    walker = Walker(app, store, username)
    known = ids(store, ACME)
    with table() as rows:
        for way in GETS:
            for value in known if way.arguments else [""]:
                for query in ({}, {"period": "month"}):
                    with rows.row(way, value, query):
                        _is_text(walker.ask(way, way.at(value), query_string=query))


def _is_text(answer: Any) -> None:
    assert answer.status_code < 500
    if answer.mimetype == "text/html":
        text = body(answer)
        assert _dangers(text) == []
        assert _SUM not in text


# Most answers are the same few, word for word.
@lru_cache(maxsize=256)
def _dangers(text: str) -> list[str]:
    looker = Looker()
    looker.feed(text)
    return looker.dangers


def test_the_hostile_names_are_really_shown(hostile: tuple[Store, Any]) -> None:
    store, app = hostile
    walker = Walker(app, store, EVERYTHING)
    text = html.unescape(body(walker.ask(Way("GET", "/account", "account.page"), "/account")))
    assert ALL in text
