"""Never means never: an excluded number brings no file into being, not even for a moment (spec B8)."""

import pytest

from fsplug.lab.scenario import Scenario, read_scenario
from tests.calls import people
from tests.calls.foldereye import FolderEye
from tests.calls.people import ANNA, CLARA, CUSTOMER, WORKS_DOCTOR
from tests.calls.plant import Plant

NEVER = [
    pytest.param(read_scenario("excluded-number"), id="in-every-spelling"),
    pytest.param(people.transferred(WORKS_DOCTOR, ANNA, CLARA, 0.5, 1.0), id="transferred-by-the-one-who-answered"),
    pytest.param(people.passed_on(ANNA, "22334499", CLARA, 0.5, 1.2), id="passed-on-by-the-one-who-called"),
    pytest.param(people.incoming(dials="+4570102002"), id="through-a-group-that-never-records"),
]


@pytest.mark.parametrize("scenario", NEVER)
def test_who_is_never_recorded_makes_no_file(scenario: Scenario, plant: Plant) -> None:
    before = {one.id for one in plant.decisions()}
    with FolderEye(plant.spool) as eye:
        assert plant.line.play(scenario) == []
        plant.until_settled()
        assert eye.seen() == []
    decided = [one for one in plant.decisions() if one.id not in before]
    assert decided and not any(one.record for one in decided)
    assert {one.rule for one in decided} <= {"excluded-number", "group-never"}


def test_who_declined_keeps_that_wish_wherever_the_call_goes(plant: Plant) -> None:
    plant.apply(people.group_2003_never)
    through_2003 = people.transferred(CUSTOMER, CLARA, ANNA, 0.5, 1.0, dials="+4570102003")
    try:
        test_who_is_never_recorded_makes_no_file(through_2003, plant)
    finally:
        plant.apply(people.nothing)


def test_the_eye_sees_what_is_recorded(plant: Plant) -> None:
    with FolderEye(plant.spool) as eye:
        assert plant.line.play(people.incoming(talk_seconds=0.3)) == []
        plant.until_settled()
        assert len(eye.seen()) == 1
