"""What is around every page: files, languages, sessions."""

import gzip
import re
from typing import Any

import pytest

from fsplug.store.accounts import accounts, sessions
from fsplug.web.kernel.assets import assets
from fsplug.web.kernel.law import authority
from fsplug.web.kernel.page import found
from fsplug.words.catalogue import LANGUAGES
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import Browser

_CLASSES = re.compile(r'class="([^"]*)"')
_EXPRESSIONS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
# The selectors that are a class alone.
_BARE = re.compile(r"(?:^|[{},])\s*\.([\w-]+)\s*(?=[{,])")


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna's browser, signed in."""
    console.made()
    browser.sign_in()
    return browser


def test_files_are_kept_for_good_under_their_version_only(app: Any, browser: Browser) -> None:
    answer = browser.get(assets(app).url("console.css"))
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in browser.get("/static/older/console.css").headers["Cache-Control"]


def test_files_are_sent_zipped_to_who_takes_them(app: Any, browser: Browser) -> None:
    zipped = browser.get(assets(app).url("console.css"), **{"Accept-Encoding": "gzip"})
    plain = browser.get(assets(app).url("console.css"))
    assert zipped.headers["Content-Encoding"] == "gzip" and len(zipped.data) < len(plain.data) / 2


@pytest.mark.parametrize(
    ("site", "is_compressed"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), (None, False)],
)
def test_a_page_is_compressed_where_no_other_site_chose_what_was_asked_for(
    anna: Browser, site: str | None, is_compressed: bool
) -> None:
    plain = anna.get("/account")
    assert "Content-Encoding" not in plain.headers
    answer = anna.get("/account", **{"Accept-Encoding": "gzip"}, **({"Sec-Fetch-Site": site} if site else {}))
    assert answer.headers.get("Content-Encoding") == ("gzip" if is_compressed else None)
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Content-Length"] == str(len(answer.data))
    if is_compressed:
        assert len(answer.data) < len(plain.data) / 2
        assert "</html>" in gzip.decompress(answer.data).decode()


def test_an_answer_is_not_compressed_for_who_does_not_take_it(anna: Browser) -> None:
    answer = anna.get("/account", **{"Accept-Encoding": "gzip;q=0, br", "Sec-Fetch-Site": "none"})
    assert "Content-Encoding" not in answer.headers


def test_the_one_stylesheet_holds_every_page_s_own_styles(app: Any, browser: Browser) -> None:
    sheet = browser.get(assets(app).url("console.css")).text
    own = {page.name: page.folder / "page.css" for page in found()}
    styles = {name: file.read_text() for name, file in own.items() if file.exists()}
    assert "player" in styles and [name for name, text in styles.items() if text not in sheet] == []


def test_the_styles_of_a_page_change_no_other_page() -> None:
    """A rule for a class alone holds for every page that uses the class, for there is one stylesheet."""
    templates = {page.name: "".join(one.read_text() for one in page.folder.glob("*.html")) for page in found()}
    used = {
        name: set(re.findall(r"[\w-]+", " ".join(_CLASSES.findall(_EXPRESSIONS.sub(" ", text)))))
        for name, text in templates.items()
    }
    # The conversation's stops look like the player's marks, and who heard the viewer like the activity log.
    shared = {("player", "what", "conversation"), ("player", "numbered", "conversation")}
    shared |= {("activity", name, "my_calls") for name in ("deed-text", "moment", "unbroken")}
    sheets = {page.name: page.folder / "page.css" for page in found() if (page.folder / "page.css").exists()}
    bare = [
        (page, name) for page, file in sheets.items() for name in _BARE.findall(_COMMENTS.sub("", file.read_text()))
    ]
    reached = {(page, name, other) for page, name in bare for other in used if other != page and name in used[other]}
    assert reached - shared == set()


@pytest.mark.parametrize(
    "name",
    ["../app.py", "..%2fapp.py", "vendor/README.md", "vendor", "%2e%2e/guard.py", "player/views.py", "player/page.css"],
)
def test_only_files_meant_for_browsers_are_sent(app: Any, browser: Browser, name: str) -> None:
    assert browser.get(f"/static/{assets(app).version}/{name}").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_chosen_before_sign_in_is_spoken(browser: Browser, language: str) -> None:
    browser.post("/language", language=language, back="/sign-in")
    assert f'<html lang="{language}">' in browser.get("/sign-in").text


def test_the_language_of_an_account_is_spoken_in_every_browser_and_in_its_mails(
    anna: Browser, console: Console, new_browser: Any
) -> None:
    assert anna.post("/language", language="sv", back="/account").headers["Location"] == "/account"
    other = new_browser()
    other.sign_in()
    assert '<html lang="sv">' in other.get("/account").text
    assert accounts.language(console.store, ACME, "1001") == "sv"


def test_a_language_that_is_none_is_turned_away(anna: Browser) -> None:
    assert anna.post("/language", language="xx", back="/").status_code == 422


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n\\evil.example",
    ],
)
def test_the_way_back_never_leads_elsewhere(anna: Browser, back: str) -> None:
    assert anna.post("/language", language="da", back=back).headers["Location"] == "/"


def test_signing_out_everywhere_ends_every_session(anna: Browser, console: Console, new_browser: Any) -> None:
    other = new_browser()
    other.sign_in()
    assert anna.post("/account/sign-out", session="").headers["Location"] == "/sign-in"
    assert other.get("/account").status_code == 302
    assert sessions.listed(console.store, ACME) == []


def test_one_browser_can_be_signed_out_from_another(anna: Browser, console: Console, new_browser: Any) -> None:
    before = {one.id for one in sessions.listed(console.store, ACME)}
    other = new_browser()
    other.sign_in()
    [theirs] = {one.id for one in sessions.listed(console.store, ACME)} - before
    assert anna.post("/account/sign-out", session=theirs).headers["Location"] == "/account"
    assert (anna.get("/account").status_code, other.get("/account").status_code) == (200, 302)


def test_nobody_ends_another_s_session(anna: Browser, console: Console, new_browser: Any) -> None:
    console.made("1002", "bo@acme.example", "my-console")
    theirs = sessions.begin(console.store, ACME, "1002", "192.0.2.9", "browser")
    found = sessions.find(console.store, theirs)
    assert found is not None
    anna.post("/account/sign-out", session=found.id)
    assert sessions.find(console.store, theirs) is not None


def test_the_menu_says_where_one_is_on_the_player_s_page_too(anna: Browser) -> None:
    for path in ("/recordings", "/recordings/a-rec"):
        [here] = re.findall(r'<a href="([^"]+)" aria-current="page">', anna.get(path).text)
        assert here == "/recordings"


def test_who_is_turned_away_goes_on_by_the_menu(console: Console, new_browser: Any) -> None:
    console.made("1002", "bo@acme.example", "my-console")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    answer = bo.get("/policies")
    assert answer.status_code == 403
    assert 'href="/recordings"' in answer.text and 'href="/policies"' not in answer.text


@pytest.mark.parametrize(
    ("country", "language", "responsible"),
    [
        ("DK", "sv", "dk"),
        ("SE", "en", "se"),
        ("SE", "da", "se"),
        ("NO", "sv", "se"),
        (None, "sv", "se"),
        (None, "en", "dk"),
    ],
)
def test_the_law_is_that_of_the_company_s_country_in_whatever_language(
    country: str | None, language: str, responsible: str
) -> None:
    assert authority(country, language).country == responsible
