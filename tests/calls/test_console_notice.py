"""The person listened to sees it in the console when their phone can't show it (spec L10), in Chromium.

On the fake switch: no FreeSWITCH says of a phone that it can't show a text.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.policy.listening.gate import Reason
from fsplug.store.accounts import accounts, sessions
from fsplug.store.calls.listen_sessions import ListenIn
from tests.browser.looking import patient_context
from tests.calls.conftest import left_as_found
from tests.calls.consoles import ConsolePlant, console_plant, everybody
from tests.calls.lines import FakeLine
from tests.calls.listeners import ANNA, ANNAS_STAR, BO, Caller, Listens, Party, has_ended
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME

SAID = {
    "da": "Bo Lund lytter med på dit opkald",
    "sv": "Bo Lund medlyssnar på ditt samtal",
    "en": "Bo Lund is listening to your call",
}


@pytest.fixture(scope="module", params=["in one process", "apart"])
def module_plant(
    fake_line: FakeLine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsolePlant]:
    """fsplug with its console."""
    with console_plant(fake_line, tmp_path_factory.mktemp("plant"), is_apart=request.param == "apart") as plant:
        yield plant


@pytest.fixture
def plant(module_plant: ConsolePlant) -> Iterator[ConsolePlant]:
    """The same, found and left as it was; no phone takes a text to show meanwhile."""
    for found in left_as_found(module_plant):
        found.line.ask("misbehave", no_display=True)
        yield found
        found.line.ask("behave")


@pytest.fixture
def annas_page(chromium: Any, plant: ConsolePlant) -> Iterator[Callable[[str, str], Any]]:
    """Makes a page that Anna has in sight, at this path and in this language."""
    contexts = []

    def opened(path: str, language: str) -> Any:
        accounts.choose_language(plant.store, ACME, ANNA, language)
        contexts.append(patient_context(chromium, plant.web["web_url"]))
        cookie = sessions.begin(plant.store, ACME, ANNA, "192.0.2.1", "browser")
        contexts[-1].add_cookies([{"name": "fsplug-session", "value": cookie, "url": plant.web["web_url"]}])
        page = contexts[-1].new_page()
        page.goto(path)
        page.locator("html[data-live=on]").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()


def test_an_open_page_notifies_a_person_whose_phone_can_t_and_without_either_nobody_may_listen(
    plant: ConsolePlant, people: Party, listens: Listens, annas_page: Callable[[str, str], Any]
) -> None:
    plant.apply(everybody)
    people.talk(CUSTOMER, ANNA)
    assert _asked(people, listens)[1].reason is Reason.NOT_NOTIFIED
    page = annas_page("/my-calls", "da")
    bo = _asked_until(people, listens, lambda row: row.began_at is not None)
    _says(page, SAID["da"])
    bo.hang_up()
    page.get_by_text(SAID["da"]).wait_for(state="detached")
    page.close()
    _asked_until(people, listens, lambda row: row.reason is Reason.NOT_NOTIFIED)


@pytest.mark.parametrize(("path", "language"), [("/", "sv"), ("/my-calls", "en")])
def test_the_page_says_it_in_the_person_s_language_until_it_ends(
    path: str,
    language: str,
    plant: ConsolePlant,
    people: Party,
    listens: Listens,
    annas_page: Callable[[str, str], Any],
) -> None:
    plant.apply(everybody)
    page = annas_page(path, language)
    talk = people.talk(CUSTOMER, ANNA)
    _asked_until(people, listens, lambda row: row.began_at is not None)
    _says(page, SAID[language])
    talk.hang_up(CUSTOMER)
    page.get_by_text(SAID[language]).wait_for(state="detached")


def _says(page: Any, words: str) -> None:
    """In a region that a screen reader reads out as soon as it changes."""
    banner = page.locator("#hears-me")
    banner.get_by_text(words).wait_for()
    assert (banner.get_attribute("role"), banner.get_attribute("aria-live")) == ("alert", "assertive")


def _asked(people: Party, listens: Listens) -> tuple[Caller, ListenIn]:
    """Bo dials, and it is decided."""
    before = len(listens.rows())
    bo = people.dial(BO, ANNAS_STAR)
    row = listens.until(lambda row: bool(row.reason or row.began_at), "it is decided", before + 1)[-1]
    wait_for(lambda: bo.hears(ANNA) or bo.is_over(), "Bo to hear, or to hear the reason why not")
    return bo, next(one for one in listens.rows() if one.id == row.id)


def _asked_until(people: Party, listens: Listens, holds: Callable[[ListenIn], bool]) -> Caller:
    """Bo dials until it is decided so: what pages are in sight comes to the calls a moment later."""
    for _ in range(20):
        bo, row = _asked(people, listens)
        if holds(row):
            return bo
        bo.hang_up()
        listens.until(lambda row: has_ended(row) or row.began_at is None, "it is over", len(listens.rows()))
    raise AssertionError(f"never decided so: {listens.rows()}")
