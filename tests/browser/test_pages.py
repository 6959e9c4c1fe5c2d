"""What holds on every page, for everybody who sees it: it can be read, reached by keyboard, and is small."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, EVERYTHING
from fsplug.store.change.draft import Draft, edit
from fsplug.words.catalogue import LANGUAGES
from tests.browser.looking import AXE, follow, violations
from tests.browser.pages import Place, path_of, places
from tests.browser.site import Site
from tests.browser.windows import Windows

# What colours make a difference to.
IN_COLOURS = {**AXE, "runOnly": ["color-contrast", "link-in-text-block"]}
PHONE, WIDE, NARROWEST = 390, 1280, 320
LONG = "Ø" * 120
# As the budget has it, without what is heard.
HEAVIEST_BYTES = 120_000
# Those whom every test looks at come first: so a place has the same number in both lists, and is opened once.
PLACES = sorted(places(), key=lambda one: one.looker == "my-console")
SEEN_BY_ALL = [one for one in PLACES if one.looker != "my-console"]
_HIDDEN_FOCUS = """() => {
    const seen = element => { const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0; };
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
    return {tag: element.tagName, text: (element.textContent || element.name || "").trim().slice(0, 40),
            seen: seen(element), ring};
}"""
_REACHABLE = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], [tabindex="0"]')]
    .filter(one => !one.disabled && one.checkVisibility({visibilityProperty: true}) &&
        !(one.type === 'radio' && !one.checked)).length"""


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that has been opened once, with the bytes that came over the network for it; sound is not counted."""

    page: Any
    weight: float
    troubles: list[str]

    def shown(self, width: int, scheme: str = "light") -> Any:
        """The page at this width and in these colours, when nothing moves any more."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)
        self.page.evaluate(_UNTIL_STILL)
        return self.page


# What is for screen readers alone is cut off on purpose.
_CUT_OFF = """() => [...document.querySelectorAll('main *')]
    .filter(one => one.checkVisibility() && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX))
    .filter(one => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1)
    .filter(one => !one.matches('input') && !one.closest('.unseen')).map(one => one.outerHTML.slice(0, 90))"""
# In a closed <details> nothing is drawn: a transition that axe has begun there by looking at it never ends.
_UNTIL_STILL = """Promise.all(document.getAnimations()
    .filter(one => one.effect.target.checkVisibility()).map(one => one.finished))"""


@pytest.fixture(scope="module")
def opened(request: pytest.FixtureRequest, windows: Windows, site: Site) -> Iterator[Opened]:
    """The page of the test's place, the same one for all tests of that place: nobody changes what it shows."""
    place: Place = request.param
    troubles: list[str] = []
    with windows.window(place.username, troubles, width=WIDE) as page:
        page.emulate_media(color_scheme="light")
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        # What it weighs for somebody who is here for the first time.
        session.send("Network.clearBrowserCache")
        sizes: dict[str, float] = {}
        sounds: set[str] = set()
        session.on("Network.responseReceived", lambda seen: sounds.add(seen["requestId"])
                   if seen["response"]["mimeType"].startswith("audio/") else None)  # fmt: skip
        session.on("Network.loadingFinished", lambda seen: sizes.update({seen["requestId"]: seen["encodedDataLength"]}))
        page.goto(place.at(site), wait_until="load")
        page.wait_for_load_state("load")
        yield Opened(page, sum(size for request, size in sizes.items() if request not in sounds), troubles)
        session.detach()


@pytest.fixture
def untroubled(opened: Opened) -> Iterator[None]:
    """Nothing went wrong in the page. One that is not theirs says so by a status, which the browser calls an error."""
    yield
    assert [one for one in opened.troubles if not any(status in one for status in _NOT_THEIRS)] == []


# What the browser says of a page that is shown with such a status.
_NOT_THEIRS = ("the server responded with a status of 403", "status of 404")
everywhere = pytest.mark.parametrize("opened", PLACES, ids=str, indirect=True)
for_all = pytest.mark.parametrize("opened", SEEN_BY_ALL, ids=str, indirect=True)


@everywhere
def test_it_is_light(opened: Opened, untroubled: None) -> None:
    assert 500 < opened.weight < HEAVIEST_BYTES


@for_all
def test_the_keyboard_reaches_everything_and_shows_where_it_is(opened: Opened, untroubled: None) -> None:
    page = opened.shown(WIDE)
    reachable = page.evaluate(_REACHABLE)
    page.keyboard.press("Tab")
    reached = []
    # The browser itself may take a turn; a page of hundreds of rows is walked through in part.
    for _ in range(min(reachable + 3, 80)):
        focus = page.evaluate(_HIDDEN_FOCUS)
        if focus is None:
            break
        reached.append(focus)
        page.keyboard.press("Tab")
    assert [one for one in reached if not one["seen"]] == []
    assert [one for one in reached if not one["ring"]] == []
    assert len(reached) >= min(reachable, 80) - 3, f"{len(reached)} of {reachable}"


@everywhere
def test_nothing_has_to_be_scrolled_sideways_or_is_cut_off(opened: Opened, untroubled: None) -> None:
    page = opened.shown(NARROWEST)
    wide = page.evaluate("""() => document.documentElement.scrollWidth > innerWidth
        ? [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 5).map(one => one.outerHTML.slice(0, 90)) : []""")
    assert wide == []
    assert page.evaluate(_CUT_OFF) == []


@for_all
def test_everybody_can_read_it(opened: Opened, untroubled: None) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    opened.page.evaluate(axe.Axe().axe_script)
    for width, scheme in product((WIDE, PHONE), ("light", "dark")):
        page = opened.shown(width, scheme)
        before = len(opened.troubles)
        rules = AXE if scheme == "light" else IN_COLOURS
        found = violations(page, rules)
        # What axe itself does to a page, its policy forbids, and says so.
        page.evaluate("0")
        del opened.troubles[before:]
        assert found == [], (width, scheme)


def test_the_first_key_leads_past_the_menu(visit: Callable[..., Any]) -> None:
    page = visit(EVERYTHING)
    page.goto("/account")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_language_changes_every_word_of_the_menu(visit: Callable[..., Any]) -> None:
    page = visit(EVERYTHING)
    menus = []
    for language in LANGUAGES:
        page.goto("/account")
        follow(page, page.locator(f"form[action='/language'] button[value={language}]").first)
        assert page.locator("html").get_attribute("lang") == language
        menus.append([one.strip() for one in page.locator("nav.nav a").all_inner_texts()])
    assert len(menus[0]) >= 3
    for da, sv, en in zip(*menus, strict=True):
        assert len({da, sv, en}) >= 2, "some words are the same in two languages, none in all three"


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_it_is_there_without_scripts(visit: Callable[..., Any], site: Site, troubles: list[str], place: Place) -> None:
    page = visit(place.username, java_script_enabled=False)
    page.goto(place.at(site), wait_until="load")
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    if place.username is not None:
        follow(page, page.locator("header form[action='/sign-out'] button"))
        assert page.url.endswith("/sign-in")
    troubles[:] = [one for one in troubles if not any(status in one for status in _NOT_THEIRS)]


def test_pages_that_are_not_theirs_are_not_in_their_menu(visit: Callable[..., Any], site: Site) -> None:
    for username in ("1001", "1005", "1006", "1007"):
        page = visit(username)
        page.goto("/account")
        urls = [one.get_attribute("href") for one in page.locator("nav.nav a").all()]
        assert len(urls) == len(set(urls)) and urls
        for url in urls:
            answer = page.request.get(f"{site.url}{url}")
            assert answer.status == 200, (username, url)
            assert path_of(answer.url) == url or url == "/"


@pytest.fixture
def wordy(site: Site) -> Iterator[None]:
    """A department, a group, a profile and a person of a single long word each, for a while."""

    user = Draft(site.store, ACME).entry("user", EVERYTHING)

    def fill(draft: Draft) -> None:
        draft.put("department", {"name": LONG})
        draft.put(
            "user", {**user, "name": LONG, "department": LONG, "profile": [{"name": LONG, "active": True}]}, EVERYTHING
        )

    edit(site.store, ACME, "operator", fill)
    yield

    def restore(draft: Draft) -> None:
        draft.put("user", user, EVERYTHING)
        draft.remove("department", LONG)

    edit(site.store, ACME, "operator", restore)


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("path", ["/", "/colleagues", "/people", "/people?marked=1008", "/policies", "/account"])
def test_names_of_one_long_word_make_no_page_wider(
    visit: Callable[..., Any], wordy: None, path: str, width: int
) -> None:
    page = visit(EVERYTHING, width=width)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_all_users_of_a_page_are_marked_by_one_box(visit: Callable[..., Any]) -> None:
    page = visit(EVERYTHING, width=PHONE)
    page.goto("/people")
    page.get_by_role("checkbox").first.check()
    page.locator("#settings h2").get_by_text("11").wait_for()


def test_a_window_is_handed_on_with_nothing_left_in_it(windows: Windows, troubles: list[str]) -> None:
    with windows.window(EVERYTHING, troubles) as page:
        page.goto("/account")
        page.evaluate("sessionStorage.left = localStorage.left = 'something'")
        page.route("**/account", lambda route: route.abort())
        page.context.set_offline(True)
    with windows.window(None, troubles) as again:
        assert again is page
        again.goto("/account")
        assert again.url.endswith("/sign-in"), "nobody is signed in"
        assert again.evaluate("[sessionStorage.left, localStorage.left]") == [None, None]
    assert [one for one in troubles if "ERR_INTERNET_DISCONNECTED" not in one] == []
