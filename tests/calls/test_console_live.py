"""The console beside calls: in the process that serves them, and in one of its own on the same data folder."""

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for
from fsplug.policy.listening.gate import Door, Reason
from fsplug.policy.recording.control import By
from fsplug.store.accounts import sessions
from fsplug.store.audit import trail
from fsplug.words.listening import why_not
from tests.calls.conftest import left_as_found
from tests.calls.consoles import ConsolePlant, console_plant, everybody
from tests.calls.lines import Line
from tests.calls.listeners import ANNA, BO, CLARA, Listens, Party, both, has_ended, user_of, without_right
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant

HERE, APART = "in one process", "apart"


@dataclass
class Pages:
    """The console's pages as somebody sees them."""

    port: int
    cookie: str
    received: str = ""
    lines: list[str] = field(default_factory=list)

    def ask(self, path: str, **form: str) -> tuple[int, str]:
        """Status and text of a page; of a form, where there is one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": f"fsplug-session={self.cookie}", "Sec-Fetch-Site": "same-origin"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    @contextmanager
    def open(self, shown: str = "") -> Iterator["Pages"]:
        """With a page that stays open and is told what happens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        connection.request("GET", f"/live?shown={shown}", headers={"Cookie": f"fsplug-session={self.cookie}"})
        answer = connection.getresponse()
        assert answer.status == 200
        reader = Thread(target=self._read, args=(answer,), daemon=True)
        reader.start()
        wait_for(lambda: "hears-me" in self.received, "the first state")
        try:
            yield self
        finally:
            connection.sock.shutdown(2)
            reader.join(PATIENCE_SECONDS)
            connection.close()

    def _read(self, answer: Any) -> None:
        try:
            while line := answer.readline():
                self.received += line.decode()
        except (OSError, ValueError, http.client.HTTPException):
            pass

    def is_told(self, what: str, since: int = 0) -> None:
        wait_for(lambda: what in self.received[since:], f"to be received: {what}")


@pytest.fixture(scope="module", params=[HERE, APART])
def module_plant(
    line: Line, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsolePlant]:
    """fsplug with its console."""
    with console_plant(line, tmp_path_factory.mktemp("plant"), is_apart=request.param == APART) as plant:
        yield plant


@pytest.fixture
def plant(module_plant: ConsolePlant) -> Iterator[ConsolePlant]:
    """The same, found and left as it was."""
    yield from left_as_found(module_plant)


@pytest.fixture
def pages(plant: ConsolePlant, people: Party) -> Callable[[str], Pages]:
    """Makes the pages of somebody who signs in now."""
    plant.apply(everybody)

    def made(username: str) -> Pages:
        cookie = sessions.begin(plant.store, ACME, username, "192.0.2.1", "browser")
        return Pages(plant.web_port, cookie)

    return made


def test_a_call_is_on_the_page_within_a_second_and_gone_when_it_ends(
    plant: Plant, people: Party, pages: Callable[[str], Pages]
) -> None:
    with pages(BO).open(f"{ANNA},{CLARA}") as bo:
        assert why_not(Reason.NOT_IN_CALL, "da") in bo.received
        talk = people.talk(CUSTOMER, ANNA)
        bo.is_told("I samtale siden")
        wait_for(lambda: 'value="1001"' in bo.received, "the entry can be pressed")
        assert "I samtale siden" in bo.ask("/colleagues")[1]
        known = len(bo.received)
        talk.hang_up(CUSTOMER)
        bo.is_told(f'id="state-{ANNA}"', known)
        assert "I samtale siden" not in bo.ask("/colleagues")[1]


def test_listening_by_the_page_rings_ones_own_phone_and_the_person_sees_it(
    plant: Plant, people: Party, listens: Listens, pages: Callable[[str], Pages]
) -> None:
    people.is_ready(BO)
    people.talk(CUSTOMER, ANNA)
    bo = pages(BO)
    with pages(ANNA).open() as anna:
        assert bo.ask("/colleagues/listen", to=ANNA)[0] == 303
        [row] = listens.until(lambda row: row.began_at is not None, "it is written down")
        assert (row.door, row.listener, row.target) == (Door.COMMAND, BO, ANNA)
        anna.is_told("Bo Lund lytter med på dit opkald")
        assert "Bo Lund lytter med på dit opkald" in anna.ask("/account")[1], "on every page"
        assert "Du lytter med" in bo.ask("/colleagues")[1]
        known = len(anna.received)
        plant.apply(both(everybody, without_right))
        listens.until(has_ended, "the right is gone, and so is the listener")
        anna.is_told('<div id="hears-me"', known)
        assert "lytter med på dit" not in anna.received[known:]


def test_the_page_is_refused_by_the_gate_that_refuses_everybody(
    plant: Plant, people: Party, listens: Listens, pages: Callable[[str], Pages]
) -> None:
    status, page = pages(BO).ask("/colleagues/listen", to=ANNA)
    assert (status, why_not(Reason.NOT_IN_CALL, "da") in page) == (403, True)
    [row] = listens.until(lambda row: row.reason is not None, "the refusal is written down")
    assert (row.reason, row.door) == (Reason.NOT_IN_CALL, Door.COMMAND)


def test_a_user_without_a_phone_sees_so(plant: Plant, people: Party, pages: Callable[[str], Pages]) -> None:
    people.talk(CUSTOMER, ANNA)
    plant.apply(both(everybody, lambda document: user_of(document, BO).update(device=[])))
    status, page = pages(BO).ask("/colleagues/listen", to=ANNA)
    assert (status, "ingen telefon" in page) == (422, True)


def agents_may_stop(document: dict[str, Any]) -> None:
    """Whoever is recorded may pause and stop."""
    for company in document["company"]:
        for policy in (*company.get("policy", ()), *company.get("group", ())):
            policy["agent_may"] = "pause,stop"


def test_whoever_is_recorded_pauses_and_stops_it_by_the_panel_above_every_page(
    plant: Plant, people: Party, pages: Callable[[str], Pages]
) -> None:
    bo = pages(BO)
    plant.apply(both(everybody, agents_may_stop))
    with pages(ANNA).open() as anna:
        talk = people.talk(CUSTOMER, ANNA)
        anna.is_told("Samtalen optages.")
        page = anna.ask("/account")[1]
        assert "Samtalen optages." in page and 'value="pause"' in page
        call = re.findall(r'name="call" value="([^"]+)"', page)[0]
        assert bo.ask("/my-call", call=call, act="pause")[0] == 403, "it is not his"
        assert anna.ask("/my-call", call=call, act="pause")[0] == 303
        anna.is_told("På pause til")
        plant.until(lambda: trail.listed(plant.store, ACME, 1)[0].act == "pause", "it is in the trail")
        [entry] = trail.listed(plant.store, ACME, 1)
        assert (entry.actor, entry.facts["door"]) == (f"{ANNA}@{ACME}", By.CONSOLE)
        known = len(anna.received)
        assert anna.ask("/my-call", call=call, act="resume")[0] == 303
        anna.is_told("Samtalen optages.", known)
        assert anna.ask("/my-call", call=call, act="stop")[0] == 303
        anna.is_told("Optagelsen er stoppet.", known)
        talk.hang_up(CUSTOMER)
        anna.is_told('<div id="own-call" data-holds-focus></div>', known)
