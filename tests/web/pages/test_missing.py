"""The list of missing recordings: reached from the overview, filtered, each with its cause and the way to its call."""

import re

import pytest

from fsplug.store.calls import ledger
from fsplug.store.calls.entries import GapFound
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import decided, seen
from tests.web.conftest import Browser

_DAY = 86_400.0


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """A superuser, of whose company three recordings are missing."""
    now = console.clock.now
    for call, cause, at, company in (
        ("new", "write-stalled", now - 60, ACME),
        ("second", "away", now - 120, ACME),
        ("old", "write-stalled", now - 20 * _DAY, ACME),
        ("theirs", "away", now - 60, BETA),
    ):
        gap = GapFound(company, call, f"{call}-dec", None, cause, "", at)
        ledger.apply(console.store, [seen(call, company, at), decided(call, company, at), gap])
    console.made()
    browser.sign_in()
    browser.post("/language", language="en", back="/")
    return browser


def _calls(page: str) -> list[str]:
    return re.findall(r'href="/conversations/([a-z]+)"', page)


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("", ["new", "second"]),
        ("?cause=away", ["second"]),
        ("?cause=nonsense", []),
        ("?sort=oldest", ["second", "new"]),
        ("?period=dates&first=2026-12-01&last=2027-01-31", ["new", "second", "old"]),
        ("?period=dates&first=2026-12-01&last=2027-01-31&cause=write-stalled", ["new", "old"]),
    ],
)
def test_the_address_says_which_are_listed(anna: Browser, query: str, calls: list[str]) -> None:
    page = anna.get(f"/missing{query}")
    assert (page.status_code, _calls(page.text)) == (200, calls)


def test_each_stands_with_its_parties_and_its_cause_in_words(anna: Browser) -> None:
    page = anna.get("/missing?cause=away").text
    row = re.sub("<[^>]+>", " ", page.partition("<tbody>")[2].partition("</tbody>")[0])
    for word in ("Incoming", "+4522334455", "1001"):
        assert word in row
    cause = re.search(r'<option value="away" selected>([^<]+)<', page)
    assert cause is not None and cause[1] in row and cause[1] != "away"


def test_the_overview_leads_to_all_of_a_week_and_to_those_of_a_cause(anna: Browser) -> None:
    page = anna.get("/").text
    found = [address.replace("&amp;", "&") for address in re.findall(r'href="(/missing[^"]*)"', page)]
    listed = [sorted(_calls(anna.get(address).text)) for address in found]
    assert sorted(listed) == [["new"], ["new", "second"], ["second"]]


def test_bad_dates_are_said_and_nobody_else_sees_the_list(anna: Browser, console: Console) -> None:
    assert anna.get("/missing?period=dates&first=never").status_code == 422
    console.made("1002", "bo@acme.example", "my-console")
    anna.sign_in(email="bo@acme.example")
    assert anna.get("/missing").status_code == 403
    assert 'href="/missing"' not in anna.get("/recordings").text
