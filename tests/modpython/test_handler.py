"""Calls that come by mod_python3's `handler` instead of the outbound socket, and fs_cli's questions: on FreeSWITCH."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.lab.scenario import read_scenario, scenario_names
from fsplug.lab.witness import complaints
from fsplug.modpython_client import ANSWER_SECONDS
from tests.calls.plant import Plant

NOT_ARMED = "call not armed"
STATUS, VERDICT, CALLS = (f"python fsplug.modpython {words}" for words in ("status", "verdict", "calls"))
LINKED = "link to the switch    up"
UP = [name for name in scenario_names() if read_scenario(name).fsplug != "away"]
AWAY = [name for name in scenario_names() if read_scenario(name).fsplug == "away"]


@pytest.mark.parametrize("name", UP)
def test_a_scenario_ends_as_it_does_by_the_socket(name: str, plant: Plant) -> None:
    scenario, before, said = read_scenario(name), plant.account(), _said(plant)
    assert plant.line.play(scenario) == []
    plant.until(lambda: len(plant.account().since(before).calls) >= len(scenario.calls), "every call to be seen")
    plant.until_settled()
    assert complaints(scenario, plant.account().since(before)) == []
    assert NOT_ARMED not in _said(plant)[len(said) :]


@pytest.mark.parametrize("name", AWAY)
def test_with_fsplug_away_a_call_is_refused_where_policy_wants_that(name: str, plant: Plant) -> None:
    plant.serving.stop()
    try:
        assert plant.line.play(read_scenario(name)) == []
    finally:
        plant.serving.start()


def test_with_fsplug_away_a_call_goes_on_at_once(plant: Plant) -> None:
    said = _said(plant)
    plant.serving.stop()
    try:
        assert plant.line.play(read_scenario("caller-cancels")) == []
        assert f"{NOT_ARMED}: fsplug at" in _said(plant)[len(said) :]
    finally:
        plant.serving.start()


def test_a_frozen_fsplug_is_waited_for_no_longer_than_its_time(plant: Plant) -> None:
    said = _said(plant)
    with _frozen(plant):
        with plant.line.crowd(1, talk_seconds=1.0):
            begun = time.monotonic()
            wait_for(lambda: plant.line.legs() == 2, "the call to ring")
            assert time.monotonic() - begun + 0.3 >= ANSWER_SECONDS
            plant.line.api("hupall")
        assert f"{NOT_ARMED}: fsplug at" in _said(plant)[len(said) :]


def test_fs_cli_shows_the_state(plant: Plant) -> None:
    shown = dict(line.split(None, 1) for line in plant.line.api(STATUS).splitlines())
    assert shown["spool"] == "well"
    assert LINKED in plant.line.api(STATUS)
    assert "if 1001 answers: recorded" in plant.line.api(f"{VERDICT} acme.example +4522334455 1001")
    assert "-ERR unknown-company" in plant.line.api(f"{VERDICT} nobody.example 1 2")
    assert plant.line.api(CALLS).startswith("0 calls")


def test_fs_cli_sees_the_calls_that_are_up(plant: Plant) -> None:
    with plant.line.crowd(2, talk_seconds=10.0):
        plant.until(lambda: plant.line.api(CALLS).count("answered, 1 recordings") == 2, "two recorded calls")
        assert plant.line.api(f"{CALLS} beta.example").startswith("0 calls")
        plant.line.api("hupall")


@pytest.mark.parametrize(
    "words", ["", "nonsense", "verdict", "calls a b c", "status 'open", "status \u2028", "x" * 4_000]
)
def test_any_words_are_answered(words: str, plant: Plant) -> None:
    assert plant.line.api(f"python fsplug.modpython {words}").startswith(("usage:", "fsplug"))
    assert plant.line.api("status").startswith("UP")


def test_without_fsplug_fs_cli_says_so(plant: Plant) -> None:
    plant.serving.stop()
    try:
        assert plant.line.api(STATUS).startswith("-ERR fsplug at 127.0.0.1:")
    finally:
        plant.serving.start()


def _said(plant: Plant) -> str:
    return plant.line.switch.log.read_text(errors="replace")


@contextmanager
def _frozen(plant: Plant) -> Iterator[None]:
    """The server stands still; its supervisor would end it, and stands still too."""
    pids = (plant.serving.pid, plant.serving.server)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
        plant.until(lambda: LINKED in plant.line.api(STATUS), "fsplug to be back")
