"""One call from the trunk to the page: seen live, listened to, recorded and played in Chromium, beside the switch."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.store.accounts import accounts
from fsplug.store.accounts.passwords import Passwords
from tests.browser.looking import follow, patient_context, until
from tests.calls.conftest import left_as_found
from tests.calls.consoles import ConsolePlant, console_plant, everybody
from tests.calls.lines import Line
from tests.calls.listeners import ANNA, BO, Listens, Party, has_ended
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME

PASSWORD = "correct horse battery"
# The element that plays, wherever it hangs; and the strongest tone in each of its channels, to 10 Hz, once both have a
# tone that stays.
_HEARD = """const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () { globalThis.heard = this; return play.call(this); };"""
_PITCHES = """async () => {
    const context = new AudioContext(), splitter = context.createChannelSplitter(2);
    context.createMediaElementSource(heard).connect(splitter);
    const ears = [0, 1].map(channel => {
        const ear = context.createAnalyser();
        ear.fftSize = 16384;
        ear.smoothingTimeConstant = 0;
        splitter.connect(ear, channel);
        return ear; });
    heard.loop = true;
    const pitches = () => ears.map(ear => {
        const levels = new Float32Array(ear.frequencyBinCount);
        ear.getFloatFrequencyData(levels);
        const loudest = levels.indexOf(Math.max(...levels));
        return Math.round(loudest * context.sampleRate / ear.fftSize / 10) * 10; });
    for (let before = []; ;) {
        await new Promise(after => setTimeout(after, 400));
        const now = pitches();
        if (now.every((pitch, channel) => pitch > 0 && pitch === before[channel])) return now;
        before = now; } }"""


@pytest.fixture(scope="module")
def module_plant(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsolePlant]:
    """fsplug with its console."""
    with console_plant(line, tmp_path_factory.mktemp("plant"), is_apart=False) as plant:
        yield plant


@pytest.fixture
def plant(module_plant: ConsolePlant) -> Iterator[ConsolePlant]:
    """The same, found and left as it was."""
    yield from left_as_found(module_plant)


@pytest.fixture
def sign_in(chromium: Any, plant: ConsolePlant) -> Iterator[Callable[[str, str], Any]]:
    """Makes the page of somebody who has typed the three fields; in English."""
    contexts = []

    def signed_in(username: str, email: str) -> Any:
        accounts.give_password(plant.store, ACME, username, PASSWORD, Passwords(), "operator")
        accounts.choose_language(plant.store, ACME, username, "en")
        contexts.append(patient_context(chromium, plant.web["web_url"]))
        contexts[-1].add_init_script(_HEARD)
        page = contexts[-1].new_page()
        page.goto("/sign-in")
        for name, value in (("customer_ref", ACME), ("email", email), ("password", PASSWORD)):
            page.fill(f"[name={name}]", value)
        follow(page, page.locator("form[action='/sign-in'] button").first)
        return page

    yield signed_in
    for context in contexts:
        context.close()


def test_a_call_is_seen_heard_live_recorded_and_played(
    plant: ConsolePlant, people: Party, listens: Listens, sign_in: Callable[[str, str], Any]
) -> None:
    plant.apply(everybody)
    people.is_ready(BO)
    anna, bo = sign_in(ANNA, "anna@acme.example"), sign_in(BO, "bo@acme.example")
    bo.goto("/colleagues")
    talk = people.talk(CUSTOMER, ANNA)

    row = bo.locator(f'tr[data-live-user="{ANNA}"]')
    row.get_by_text("In a call since").wait_for()
    row.locator("summary").click()
    row.get_by_role("button", name="Listen in").click()
    listens.until(lambda row: row.began_at is not None, "Bo listens")
    banner = anna.get_by_role("alert").get_by_text("Bo Lund is listening to your call")
    banner.wait_for()
    talk.hang_up(CUSTOMER)
    listens.until(has_ended, "with the call it ends")
    banner.wait_for(state="detached")

    plant.until_settled()
    [kept] = [one for one in plant.recordings() if one.user == ANNA]
    follow(anna, anna.get_by_role("navigation").get_by_role("link", name="Call recordings").first)
    follow(anna, anna.locator(f"#rows a[href^='/recordings/{kept.id}']").first)
    anna.locator(".lanes").wait_for()
    anna.locator("[data-toggle]").click()
    until(anna, "globalThis.heard?.currentTime > 0")
    assert anna.evaluate(_PITCHES) == plant.pitches(kept) != [0, 0], "both parties, each on its side"
    follow(bo, bo.get_by_role("navigation").get_by_role("link", name="Call recordings").first)
    assert bo.locator("#rows tr").count() == 0, "his own ones only"
    wait_for(lambda: "Bo Lund" in _told(anna), "Anna is told who listened")


def _told(page: Any) -> str:
    page.goto("/my-calls")
    return str(page.locator("main").inner_text())
