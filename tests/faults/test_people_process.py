"""The process for people dies, freezes or loses the calls: calls do not notice, and pages say what they can't show."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest

from fsplug.lab.free_ports import is_free, some_ports
from fsplug.lab.freeswitch import wait_for
from fsplug.store.accounts import sessions
from fsplug.store.recordings.recordings import Recording, State
from fsplug.wiring.channel.messages import NAME
from fsplug.wiring.process.life import EXIT_HOPELESS
from tests.calls.conftest import left_as_found
from tests.calls.consoles import ConsolePlant, console_plant, everybody
from tests.calls.lines import Line
from tests.calls.listeners import ANNA, BO, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME
from tests.calls.serving import Serving, is_alive
from tests.calls.test_console_live import Pages

AWAY, IN_CALL = "is not answering right now", "In a call since"


@pytest.fixture(scope="module")
def module_plant(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsolePlant]:
    """fsplug with its console."""
    with console_plant(line, tmp_path_factory.mktemp("plant"), is_apart=False, restarts=True) as plant:
        yield plant


@pytest.fixture
def plant(module_plant: ConsolePlant) -> Iterator[ConsolePlant]:
    """The same, found and left as it was."""
    yield from left_as_found(module_plant)


@pytest.fixture
def bo(plant: ConsolePlant) -> Pages:
    """The pages as Bo sees them, in English."""
    plant.apply(everybody)
    pages = Pages(plant.web_port, sessions.begin(plant.store, ACME, BO, "192.0.2.1", "browser"))
    assert pages.ask("/language", language="en")[0] == 303
    return pages


def test_killed_in_a_call_the_recording_goes_on_and_the_console_comes_back(
    plant: ConsolePlant, people: Party, bo: Pages
) -> None:
    with _recorded(plant, people) as (calls, before):
        killed = _end(plant, signal.SIGKILL)
        plant.until(lambda: plant.serving.people not in (0, killed), "another process for people")
        plant.until(lambda: _shows(bo, IN_CALL), "the call to be on a page of the next one")
        assert plant.serving.server == calls
    _is_whole(plant, before)


def test_frozen_it_holds_up_no_call_and_seals_the_recording_afterwards(
    plant: ConsolePlant, people: Party, bo: Pages
) -> None:
    frozen = _end(plant, signal.SIGSTOP)
    try:
        with _recorded(plant, people) as (calls, before):
            assert plant.serving.server == calls
        plant.until(plant.is_idle, "the call's end to be written down")
        [one] = _new(plant, before)
        assert one.state is State.STOPPED
    finally:
        os.kill(frozen, signal.SIGCONT)
    _is_whole(plant, before)


def test_with_the_calls_process_killed_pages_say_so_until_it_is_back(
    plant: ConsolePlant, people: Party, bo: Pages
) -> None:
    with _recorded(plant, people) as (calls, before):
        assert AWAY not in bo.ask("/colleagues")[1]
        on_pages = plant.serving.people
        with _kept_from_restarting(plant):
            os.kill(calls, signal.SIGKILL)
            plant.until(lambda: _shows(bo, AWAY), "the page to say so")
            assert bo.ask("/account")[0] == 200
            status, page = bo.ask("/colleagues/listen", to=ANNA)
            assert (status, AWAY in page) == (503, True)
        plant.until(lambda: plant.serving.server not in (0, calls), "another process for calls")
        plant.until(lambda: _shows(bo, IN_CALL), "the call to be on the page again")
        assert plant.serving.people == on_pages
    _is_whole(plant, before)


def test_a_calls_process_that_stands_still_holds_up_no_page(plant: ConsolePlant, bo: Pages) -> None:
    with _kept_from_restarting(plant):
        frozen = plant.serving.freeze()
        plant.until(lambda: _shows(bo, AWAY), "the page to say so")
    plant.until(lambda: plant.serving.server not in (0, frozen), "another process for calls")
    plant.until(lambda: AWAY not in bo.ask("/colleagues")[1], "the page to be whole again")


@pytest.mark.parametrize("line", ["fake"], indirect=True)
@pytest.mark.parametrize("is_frozen", [False, True], ids=["well", "people-frozen"])
def test_sigterm_ends_both_and_leaves_nothing_behind(is_frozen: bool, plant: ConsolePlant) -> None:
    both = (plant.serving.server, plant.serving.people)
    if is_frozen:
        _end(plant, signal.SIGSTOP)
    try:
        assert plant.serving.stop() == 0
        assert not any(map(is_alive, both))
        assert not (plant.data / NAME).exists()
        assert is_free(plant.web_port)
    finally:
        plant.serving.start()
        plant.until(lambda: not is_free(plant.web_port), "the console to be back")


@pytest.mark.parametrize("line", ["fake"], indirect=True)
@pytest.mark.parametrize("only", ["", "calls", "console"])
def test_a_second_one_on_the_same_data_folder_is_refused(only: str, plant: ConsolePlant) -> None:
    both = (plant.serving.server, plant.serving.people)
    second = Serving(plant.data, {**plant.line.settings, **plant.web}, only)
    log = plant.data / "second.log"
    assert second.run_to_its_end(log) == EXIT_HOPELESS
    assert f"serves {plant.data}" in log.read_text()
    assert (plant.serving.server, plant.serving.people) == both


def test_a_taken_port_of_the_console_keeps_no_call_from_being_served(tmp_path: Path) -> None:
    web_port, listen_port, nobody = some_ports(3)
    settings = {"listen_port": listen_port, "event_socket_port": nobody, "web_port": web_port}
    serving = Serving(tmp_path, {**settings, "web_url": f"http://127.0.0.1:{web_port}"})
    with socket.create_server(("127.0.0.1", web_port)):
        serving.start(wait=False)
        try:
            wait_for(lambda: "the console can't listen" in serving.log.read_text(), "the log to say so")
            wait_for(lambda: serving.said("serving") != [] and not is_free(listen_port), "calls to be served")
            assert serving.stop() == 0
        finally:
            serving.end()


@contextmanager
def _recorded(plant: ConsolePlant, people: Party) -> Iterator[tuple[int, set[str]]]:
    """A call that is being recorded; the process that sees to it, and what was recorded before."""
    before = {one.id for one in plant.recordings()}
    talk = people.talk(CUSTOMER, ANNA)
    plant.until(lambda: [one.state for one in _new(plant, before)] == [State.RECORDING], "the recording to begin")
    yield plant.serving.server, before
    assert [one.state for one in _new(plant, before)] == [State.RECORDING]
    talk.hang_up(CUSTOMER)


def _new(plant: ConsolePlant, before: set[str]) -> list[Recording]:
    return [one for one in plant.recordings() if one.id not in before]


def _is_whole(plant: ConsolePlant, before: set[str]) -> None:
    plant.until_settled()
    [one] = _new(plant, before)
    assert one.state is State.SEALED
    assert [gap.cause for gap in plant.gaps() if gap.recording == one.id] == []


def _shows(pages: Pages, text: str) -> bool:
    """Whether the colleagues' page has it; False while there is no console."""
    try:
        return text in pages.ask("/colleagues")[1]
    except (OSError, HTTPException):
        return False


def _end(plant: ConsolePlant, number: int) -> int:
    people = plant.serving.people
    os.kill(people, number)
    return people


@contextmanager
def _kept_from_restarting(plant: ConsolePlant) -> Iterator[None]:
    """The supervisor stands still meanwhile."""
    os.kill(plant.serving.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(plant.serving.pid, signal.SIGCONT)
