"""Every scenario of fixtures/sipp through fsplug, on both switches: verdicts, recordings, who is on which channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import gevent
import pytest

from fsplug.lab.scenario import Scenario, ScenarioRole, read_scenario, scenario_names
from fsplug.lab.witness import Account, complaints
from fsplug.store.recordings.recordings import Recording
from tests.calls.aftermath import conversations_of, turns
from tests.calls.lines import REAL, FakeLine
from tests.calls.plant import ACME, BETA, Plant
from tests.calls.stage import tone_of

# In a shorter one a phone may not have begun to speak.
HEARD_SECONDS = 1.0
# fsplug.lab.sipp: the first role's tone, and each further one's.
HERTZ, HERTZ_STEP = 440, 110
# What the hostile names would make the switch or fsplug write.
TRAP = Path("/tmp/fsplug-hostile-name")


@dataclass(frozen=True, slots=True)
class Played:
    """How a scenario went for the people in it, and the calls that fsplug may have seen of it."""

    complaints: list[str]
    calls: frozenset[str]


@pytest.fixture(scope="module")
def played(module_plant: Plant, request: pytest.FixtureRequest) -> Mapping[str, Played]:
    """Every scenario that a test of this run asks for, played."""
    chosen = {item.callspec.params["name"] for item in request.session.items if item.path == request.path}
    scenarios = [read_scenario(name) for name in sorted(chosen)]
    away = {one.name: _without_fsplug(module_plant, one) for one in scenarios if one.fsplug == "away"}
    up = [one for one in scenarios if one.fsplug != "away"]
    if not isinstance(module_plant.line, FakeLine):
        return {**away, **_one_by_one(module_plant, up)}
    apart = [one for one in up if _needs_free_lines(one)]
    together = _all_at_once(module_plant.line, [one for one in up if one not in apart])
    return {**away, **together, **_one_by_one(module_plant, apart)}


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_ends_as_it_should(name: str, plant: Plant, played: Mapping[str, Played]) -> None:
    scenario, its = read_scenario(name), played[name]
    assert its.complaints == []
    assert complaints(scenario, _of_calls(plant.account(), its.calls)) == []
    for recording in plant.recordings(ACME) + plant.recordings(BETA):
        if recording.call in its.calls and recording.seconds >= HEARD_SECONDS:
            _each_party_has_its_channel(plant, scenario, recording)
    assert not TRAP.exists()
    if scenario.conversations is not None:
        found = [one for company in (ACME, BETA) for one in conversations_of(plant, its.calls, company)]
        assert len(found) == scenario.conversations
        assert [one for talk in found for one in turns(talk)] == [
            f"transfer by {transfer}" for transfer in scenario.transfers
        ]


def _each_party_has_its_channel(plant: Plant, scenario: Scenario, recording: Recording) -> None:
    """Left is what the recorded user says, right what the user hears."""
    speakers = _speakers(plant, scenario)
    left, right = plant.pitches(recording)
    assert left and right
    assert left not in speakers or speakers[left].user == recording.user
    assert right not in speakers or speakers[right].user != recording.user
    assert plant.line.kind != REAL or {left, right} <= set(speakers)


def _speakers(plant: Plant, scenario: Scenario) -> dict[int, ScenarioRole]:
    """Who speaks with which tone; the fake switch chooses those of the phones that are called."""
    if plant.line.kind == REAL:
        return {HERTZ + number * HERTZ_STEP: role for number, role in enumerate(scenario.roles)}
    return {tone_of(scenario, role): role for role in scenario.calling}


def _of_calls(account: Account, calls: frozenset[str]) -> Account:
    kept = tuple(row for row in account.calls if row["call"] in calls)
    return Account(kept, tuple(row for row in account.recordings if row["call"] in calls))


def _without_fsplug(plant: Plant, scenario: Scenario) -> Played:
    plant.serving.stop()
    complained = plant.line.play(scenario)
    plant.serving.start()
    return Played(complained, frozenset())


def _all_at_once(line: FakeLine, scenarios: list[Scenario]) -> dict[str, Played]:
    performances = [gevent.spawn(line.perform, scenario) for scenario in scenarios]
    done = zip(scenarios, (one.get() for one in performances), strict=True)
    return {scenario.name: Played(one.complaints, frozenset(one.legs)) for scenario, one in done}


def _needs_free_lines(scenario: Scenario) -> bool:
    """Who listens in may not be in a call of another scenario."""
    return any(role.calls.startswith("*28*") for role in scenario.roles)


def _one_by_one(plant: Plant, scenarios: list[Scenario]) -> dict[str, Played]:
    return {one.name: _after_the_others(plant, one) for one in scenarios}


def _after_the_others(plant: Plant, scenario: Scenario) -> Played:
    before = _calls_seen(plant)
    complained = plant.line.play(scenario)
    if complained:
        plant.until(plant.is_idle, f"the calls of {scenario.name} to be reported as ended")
        return Played(complained, _calls_seen(plant) - before)
    # A call's row is written a moment after the call was armed: a short one is over before.
    plant.until(
        lambda: len(_calls_seen(plant) - before) >= len(scenario.calls) and plant.is_idle(),
        f"the calls of {scenario.name} to be reported as ended",
    )
    return Played(complained, _calls_seen(plant) - before)


def _calls_seen(plant: Plant) -> frozenset[str]:
    return frozenset(call.id for company in (ACME, BETA) for call in plant.calls(company))
