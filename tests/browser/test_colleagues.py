"""Colleagues and users in a browser: what changes by itself, by keyboard, and without scripts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.lab.story.cast import ACME, EVERYTHING
from fsplug.policy.listening.live_calls import UserTalk
from fsplug.policy.recording.control import Act, ControlRequest, ControlTerms, refusals
from fsplug.policy.recording.own_call import OwnCall
from fsplug.policy.recording.withdrawal import WITHDRAW, Withdrawal
from fsplug.store.accounts import accounts, sessions
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import user_list
from tests.browser.looking import follow
from tests.browser.site import Site
from tests.browser.switchcalls import SwitchCalls, switch_calls


@pytest.fixture(scope="module")
def calls(site: Site) -> Iterator[SwitchCalls]:
    """The switch's."""
    with switch_calls(site.data) as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def in_english(site: Site) -> None:
    """The pages are in the language of these tests, whichever of them is run, and alone too."""
    accounts.choose_language(site.store, ACME, EVERYTHING, "en")


@pytest.fixture
def other(site: Site) -> str:
    """A colleague whom she who may everything may listen to, as soon as they talk."""
    names = [one.username for one in user_list.listed(site.store, ACME) if one.username != EVERYTHING]
    states = [{"name": "available", "allow_listen": True, "active": True}, {"name": "meeting"}]

    def change(draft: Draft) -> None:
        for username in (EVERYTHING, names[0]):
            user = {**draft.entry("user", username), "licences": ["contact-pro"], "profile": states}
            rights = ["listen-in"] if username == EVERYTHING else []
            draft.put("user", {**user, "rights": rights}, username)

    edit(site.store, ACME, "operator", change)
    return names[0]


def test_a_call_comes_and_goes_by_itself(visit: Callable[..., Any], site: Site, calls: SwitchCalls, other: str) -> None:
    calls.put()
    page = visit(EVERYTHING)
    page.goto("/colleagues")
    row = page.locator(f'tr[data-live-user="{other}"]')
    page.locator("html[data-live=on]").wait_for()
    calls.put(UserTalk(other, site.store.now()))
    row.get_by_text("In a call since").wait_for()
    calls.put()
    row.get_by_text("In a call since").wait_for(state="detached")


def test_ones_own_call_is_paused_by_key_and_what_was_typed_or_opened_stays(
    visit: Callable[..., Any], site: Site, calls: SwitchCalls, other: str
) -> None:
    runs = ControlRequest(Act.PAUSE, terms=ControlTerms(rights=frozenset({Act.PAUSE})))
    paused = replace(runs, is_paused=True)
    own, until = ({EVERYTHING: _own(runs)}, site.store.now() + 3_600)
    calls.put()
    page = visit(EVERYTHING)
    page.goto("/colleagues")
    page.locator("html[data-live=on]").wait_for()
    calls.put(UserTalk(EVERYTHING, site.store.now()), own=own)
    pause = page.get_by_role("region", name="My call").get_by_role("button", name="Pause")
    pause.wait_for()
    page.fill("#q", "typed")
    pause.focus()
    # The answer shows the call as it was: what is new comes after it.
    with page.expect_response("**/my-call") as answer:
        page.keyboard.press("Enter")
    answer.value.finished()
    assert calls.done == [(EVERYTHING, Act.PAUSE)]
    calls.put(UserTalk(EVERYTHING, site.store.now()), own={EVERYTHING: _own(paused, until)})
    page.locator("#own-call-said").get_by_text("Paused until").wait_for()
    page.locator("#own-call button:focus", has_text="Resume now").wait_for()
    first = page.locator("[data-left]").text_content()
    page.wait_for_function("first => document.querySelector('[data-left]').textContent !== first", arg=first)
    assert page.input_value("#q") == "typed"
    own = {EVERYTHING: replace(_own(runs), withdrawal=Withdrawal.POSSIBLE)}
    calls.put(UserTalk(EVERYTHING, site.store.now()), own=own)
    page.get_by_text("Withdraw consent").click()
    calls.put(UserTalk(EVERYTHING, site.store.now(), listeners=(other,)), own=own)
    page.locator("#own-call").get_by_text("Listening in").wait_for()
    page.get_by_role("button", name="Yes, withdraw").click()
    wait_for(lambda: calls.done[1:] == [(EVERYTHING, WITHDRAW)], "the withdrawal to be asked for")
    page.locator("#own-call details[open]").wait_for(state="detached")
    calls.put()
    page.locator("#own-call section").wait_for(state="detached")
    assert page.locator("#own-call-said").text_content() == ""


def _own(facts: ControlRequest, until: float | None = None) -> OwnCall:
    return OwnCall("live", "live", facts, refusals(facts), until)


def test_a_listener_is_shown_on_every_page_until_the_end(
    visit: Callable[..., Any], calls: SwitchCalls, other: str
) -> None:
    calls.put(UserTalk(EVERYTHING))
    page = visit(EVERYTHING)
    page.goto("/account")
    page.locator("html[data-live=on]").wait_for()
    calls.put(UserTalk(EVERYTHING, listeners=(other,)))
    banner = page.get_by_role("alert").get_by_text("is listening to your call")
    banner.wait_for()
    page.mouse.wheel(0, 5_000)
    assert banner.bounding_box()["y"] >= 0, "it stays in sight"
    calls.put(UserTalk(EVERYTHING))
    banner.wait_for(state="detached")


def test_the_menu_works_by_keyboard_and_stays_open_while_things_change(
    visit: Callable[..., Any], site: Site, calls: SwitchCalls, other: str
) -> None:
    calls.put()
    page = visit(EVERYTHING)
    page.goto("/colleagues")
    page.locator("html[data-live=on]").wait_for()
    row = page.locator(f'tr[data-live-user="{other}"]')
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    entry = row.get_by_role("button", name="Listen in")
    assert entry.get_attribute("aria-disabled") == "true"
    row.get_by_text("Your colleague is not in a call.").wait_for()
    entry.focus()
    calls.put(UserTalk(other, site.store.now()))
    row.locator("form button").wait_for()
    assert page.evaluate("document.activeElement.textContent").strip() == "Listen in", "the focus stays"
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("You are listening in").wait_for()
    assert calls.asked[-1][0] == EVERYTHING
    row.locator("summary").click()
    page.keyboard.press("Escape")
    assert not row.locator("details").evaluate("menu => menu.open")


def test_it_all_works_without_scripts_but_for_what_changes_by_itself(
    visit: Callable[..., Any], site: Site, calls: SwitchCalls, other: str
) -> None:
    calls.put(UserTalk(other, site.store.now()))
    page = visit(EVERYTHING, java_script_enabled=False)
    row = page.locator(f'tr[data-live-user="{other}"]')

    def is_in_a_call() -> bool:
        page.goto("/colleagues")
        return bool(row.get_by_text("In a call since").is_visible())

    # A page shows the calls of a moment ago.
    wait_for(is_in_a_call, "the page to show the call")
    row.locator("summary").click()
    follow(page, row.get_by_role("button", name="Listen in"))
    assert page.get_by_text("You are listening in").is_visible()
    page.get_by_label("Your profile").select_option("meeting")
    follow(page, page.get_by_role("button", name="Change"))
    assert page.get_by_text("Your profile is now meeting").is_visible()
    page.goto("/people")
    page.get_by_role("checkbox").nth(1).check()
    follow(page, page.get_by_role("button", name="Show settings"))
    follow(page, page.get_by_role("button", name="See the changes"))
    assert page.get_by_text("No changes").is_visible()


def test_a_page_is_led_to_the_sign_in_when_the_session_is_ended_elsewhere(
    visit: Callable[..., Any], site: Site, calls: SwitchCalls
) -> None:
    page = visit(EVERYTHING)
    page.goto("/colleagues")
    page.locator("html[data-live=on]").wait_for()
    sessions.end_all(site.store, ACME, EVERYTHING, "test")
    page.wait_for_url("**/sign-in")


def test_a_page_that_lost_its_connection_says_so_and_goes_on_when_it_is_back(
    visit: Callable[..., Any], site: Site, calls: SwitchCalls, other: str, troubles: list[str]
) -> None:
    calls.put()
    page = visit(EVERYTHING)
    page.goto("/colleagues")
    page.locator("html[data-live=on]").wait_for()
    page.context.set_offline(True)
    page.get_by_text("No connection: this page is not being updated").wait_for()
    page.context.set_offline(False)
    calls.put(UserTalk(other, site.store.now()))
    page.get_by_text("In a call since").wait_for()
    page.get_by_text("No connection").wait_for(state="hidden")
    troubles[:] = [one for one in troubles if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_connection_that_died_while_the_computer_slept_is_made_anew(
    visit: Callable[..., Any], calls: SwitchCalls
) -> None:
    page = visit(EVERYTHING)
    page.goto("/colleagues")
    page.locator("html[data-live=on]").wait_for()
    with page.expect_request(lambda request: "/live" in request.url):
        # A minute later at each look: what still comes in is a minute old, too.
        page.evaluate("() => { const real = Date.now; let slept = 0; Date.now = () => real() + (slept += 60_000); }")


def test_the_sixth_page_of_a_user_says_that_it_stands_still(
    visit: Callable[..., Any], calls: SwitchCalls, troubles: list[str]
) -> None:
    for _ in range(5):
        page = visit(EVERYTHING)
        page.goto("/colleagues")
        page.locator("html[data-live=on]").wait_for()
    sixth = visit(EVERYTHING)
    sixth.goto("/colleagues")
    sixth.get_by_text("Too many pages are open at once, so this one").wait_for()
    page.context.close()
    sixth.get_by_text("Too many pages").wait_for(state="hidden")
    troubles[:] = [one for one in troubles if "status of 429" not in one]


def test_search_narrows_the_list_as_one_types_and_it_stays_live(
    visit: Callable[..., Any], site: Site, calls: SwitchCalls, other: str
) -> None:
    calls.put()
    page = visit(EVERYTHING)
    page.goto("/colleagues")
    page.get_by_label("Search by name or number").fill(other)
    page.locator("tbody tr").nth(1).wait_for(state="detached")
    page.wait_for_timeout(300)
    calls.put(UserTalk(other, site.store.now()))
    page.get_by_text("In a call since").wait_for()
