"""Changes that wait, on the pages: confirmed by a second administrator, rejected by whom they concern."""

import re
from collections.abc import Callable

import pytest

from fsplug.policy.access.scopes import operator
from fsplug.store.change import rejecting, waiting_rows
from fsplug.store.change.waiting_rows import WaitingChange
from tests.store.accountcast import ANNA, BO, Console
from tests.store.cast import ACME
from tests.web.conftest import Browser
from tests.web.pages.people.peopleforms import held, saved

CLARA = "1003"
CLARAS = "clara@acme.example"


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna administers the whole company, and so does Bo; Clara hears her own calls."""
    console.made(CLARA, CLARAS, "my-console")
    for username, email in (("1001", ANNA), ("1002", BO)):
        console.made(username, email, "my-console")
        console.give(username, admin="company-admin")
    browser.sign_in()
    return browser


@pytest.fixture
def bo(anna: Browser, new_browser: Callable[..., Browser]) -> Browser:
    """The second administrator."""
    found = new_browser(address="192.0.2.2")
    found.sign_in(email=BO)
    return found


def _change(console: Console) -> WaitingChange:
    [found] = [one for one in waiting_rows.listed(console.store, ACME, operator("root")) if one.is_waiting]
    return found


def test_of_a_superuser_s_another_superuser_confirms_on_the_page(
    anna: Browser, bo: Browser, console: Console, new_browser: Callable[..., Browser]
) -> None:
    console.give(CLARA, role="superuser")
    saved(anna, console, CLARA, email="mallory@evil.example")
    change = _change(console)
    assert "a superuser or the operator<" in anna.get("/changes").text
    assert 'action="/changes/confirm"' not in bo.get("/changes").text
    assert bo.post("/changes/confirm", change=change.id).status_code == 403
    clara = new_browser(address="192.0.2.3")
    clara.sign_in(email=CLARAS)
    saved(anna, console, "1002", email="bo@evil.example")
    page = clara.get("/changes").text
    assert 'action="/changes/confirm"' in page and "mallory@evil.example" in page
    assert "bo@evil.example" not in page, "it lets nobody hear others"
    assert clara.post("/changes/confirm", change=change.id).headers["Location"] == "/changes"
    assert held(console, CLARA).email == "mallory@evil.example"


def test_who_asked_can_t_confirm_and_a_second_administrator_can(anna: Browser, bo: Browser, console: Console) -> None:
    saved(anna, console, CLARA, email="mallory@evil.example")
    change = _change(console)
    page = anna.get("/changes").text
    assert f"E-mail: {CLARAS} → mallory@evil.example" in page and "Somebody else must confirm." in page
    assert 'action="/changes/confirm"' not in page
    assert "somebody other than the person who asked" in anna.post("/changes/confirm", change=change.id).text
    assert 'action="/changes/confirm"' in bo.get("/changes").text
    assert held(console, CLARA).email == CLARAS
    assert bo.post("/changes/confirm", change=change.id).headers["Location"] == "/changes"
    assert held(console, CLARA).email == "mallory@evil.example"
    assert "The change has taken effect." in bo.get("/changes").text
    assert bo.post("/changes/confirm", change=change.id).status_code == 403
    assert bo.post("/changes/confirm", change="nothing").status_code == 422


def test_whom_it_concerns_sees_it_on_their_account_page_and_rejects_it(
    anna: Browser, console: Console, new_browser: Callable[..., Browser]
) -> None:
    clara = new_browser(address="192.0.2.3")
    clara.sign_in(email=CLARAS)
    saved(anna, console, CLARA, email="mallory@evil.example")
    change = _change(console)
    assert "An administrator wants to change this for you" in clara.get("/account").text
    assert "An administrator wants" not in anna.get("/account").text
    assert clara.get("/changes").status_code == 403
    assert clara.post("/changes/confirm", change=change.id).status_code == 403
    assert clara.post("/changes/decline", change=change.id).headers["Location"] == "/account"
    assert waiting_rows.get(console.store, ACME, change.id).state == "rejected"
    assert "rejected" in anna.get("/changes").text and held(console, CLARA).email == CLARAS


def test_a_stranger_to_it_rejects_nothing(anna: Browser, console: Console, new_browser: Callable[..., Browser]) -> None:
    console.give("1002", admin=None)
    bo = new_browser(address="192.0.2.2")
    bo.sign_in(email=BO)
    saved(anna, console, CLARA, email="mallory@evil.example")
    change = _change(console)
    assert bo.post("/changes/decline", change=change.id).status_code == 403
    assert _change(console).id == change.id


def test_the_mailed_link_rejects_by_a_press_and_by_nothing_else(
    anna: Browser, console: Console, new_browser: Callable[..., Browser]
) -> None:
    saved(anna, console, CLARA, email="mallory@evil.example")
    change = _change(console)
    link = rejecting.new_link(console.store, ACME, change.id, CLARA)
    scanner, clara = new_browser(address="192.0.2.8"), new_browser(address="192.0.2.9")
    for one in (scanner, clara):
        assert one.get(f"/changes/reject/{link}").headers["Location"] == "/changes/reject"
    scanner.client.head(f"/changes/reject/{link}", base_url="https://console.example")
    page = clara.get("/changes/reject").text
    assert "mallory@evil.example" in page and link not in page
    # A program that tries forms out, without having read the page; with another page's press; without its cookie.
    assert scanner.post(f"/changes/reject/{link}").status_code == 405
    assert scanner.post("/changes/reject").status_code == 403
    assert scanner.post("/changes/reject", press="x").status_code == 403
    found = re.search('name="press" value="([^"]+)"', page)
    assert found is not None
    assert new_browser(address="192.0.2.10").post("/changes/reject", press=found[1]).status_code == 403
    assert clara.post("/changes/reject", site="cross-site", press=found[1]).status_code == 403
    assert _change(console).id == change.id, "it waits still"
    assert "The change has been rejected" in clara.post("/changes/reject", press=found[1]).text
    assert waiting_rows.get(console.store, ACME, change.id).state == "rejected"
    assert clara.get("/changes/reject").status_code == 403


def test_with_nothing_waiting_the_page_says_so(anna: Browser) -> None:
    assert "Nothing is waiting." in anna.get("/changes").text
