"""Never means never: an excluded number brings no file into being, not even for a moment (spec B8)."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fsplug.lab.scenario import Scenario, read_scenario
from fsplug.store.calls.decisions import Decision
from fsplug.store.recordings.recordings import State
from tests.calls import people
from tests.calls.aftermath import until_recorded
from tests.calls.foldereye import FolderEye
from tests.calls.parties import party
from tests.calls.people import ANNA, CLARA, CUSTOMER, WORKS_DOCTOR
from tests.calls.plant import Plant
from tests.headersets import EXCLUDED, HARMLESS, KNOWN, header_sets

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


def test_an_excluded_number_in_any_header_makes_no_file(plant: Plant) -> None:
    answered_with(plant, KNOWN)


@pytest.mark.parametrize("dialled", ["22334499", "+4522334499", "004522334499", "4522334499"])
def test_an_excluded_number_that_a_user_dials_makes_no_file(plant: Plant, dialled: str) -> None:
    before = {one.id for one in plant.decisions()}
    with party(plant) as people, FolderEye(plant.spool) as eye:
        people.is_ready(ANNA)
        people.is_ready(CUSTOMER)
        caller = people.dial(ANNA, dialled)
        plant.until(lambda: bool(_since(plant, before)), "the call to be decided")
        caller.hang_up()
        plant.until_settled()
        assert eye.seen() == []
    assert [(one.rule, one.record) for one in _since(plant, before)] == [("excluded-number", False)]


def test_an_answer_that_names_an_excluded_number_leaves_no_file(plant: Plant) -> None:
    # The fixture has phones dialled by their address, as an operator's directory may.
    before = {one.id for one in plant.decisions()}
    with party(plant) as people:
        people.asserts(ANNA, "22334499")
        caller = people.dial_in(CUSTOMER, "+4570101001")
        plant.until(lambda: bool(_since(plant, before)), "the call to be decided")
        plant.until(lambda: not plant.files(), "the file to be destroyed")
        caller.hang_up()
        plant.until_settled()
    decided = _since(plant, before)
    assert [(one.rule, one.record) for one in decided] == [("excluded-number", False)]
    assert not plant.files()


@pytest.mark.parametrize("is_called", [False, True], ids=["who-called", "who-was-called"])
def test_whom_an_update_in_mid_call_names_is_never_recorded_from_its_beginning(is_called: bool, plant: Plant) -> None:
    before, known = {one.id for one in plant.decisions()}, {one.id for one in plant.recordings()}
    with party(plant) as people:
        talk = people.talk(ANNA, CUSTOMER, dials="22334455") if is_called else people.talk(CUSTOMER, ANNA)
        until_recorded(plant, 1, known)
        talk.says(CUSTOMER, "22334466")
        talk.says(CUSTOMER, "22334499")
        plant.until(lambda: not plant.files(), "the file to be destroyed")
        talk.hang_up(CUSTOMER)
        plant.until_settled()
    kept = [(one.state, one.lost_cause) for one in plant.recordings() if one.id not in known]
    assert [(one.rule, one.record) for one in _since(plant, before)] == [("department-policy", True)]
    assert (kept, plant.files()) == ([(State.LOST, "named-later")], set())


@settings(
    max_examples=3,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(sets=st.lists(header_sets(), min_size=12, max_size=12))
def test_an_excluded_number_anywhere_among_others_makes_no_file(plant: Plant, sets: list[list[str]]) -> None:
    answered_with(plant, sets)


def answered_with(plant: Plant, sets: list[list[str]]) -> None:
    """Anna answers a call from the trunk with each of these sets of headers; nobody of them is recorded."""
    before = {one.id for one in plant.decisions()}
    with party(plant) as people, FolderEye(plant.spool) as eye:
        people.is_ready(ANNA)
        callers = [people.dial_in(CUSTOMER, "+4570101001", _lines(headers)) for headers in sets]
        plant.until(lambda: len(_since(plant, before)) >= len(sets), "every call to be decided")
        for caller in callers:
            caller.hang_up()
        plant.until_settled()
        assert eye.seen() == []
    decided = _since(plant, before)
    assert {one.rule for one in decided} == {"excluded-number"}
    assert not any(one.record for one in decided) and len(decided) == len(sets)


def test_the_same_headers_without_the_number_are_recorded(plant: Plant) -> None:
    before = {one.id for one in plant.decisions()}
    with party(plant) as people, FolderEye(plant.spool) as eye:
        people.is_ready(ANNA)
        callers = [people.dial_in(CUSTOMER, "+4570101001", _lines(headers)) for headers in HARMLESS]
        plant.until(lambda: len(_since(plant, before)) >= len(HARMLESS), "every call to be decided")
        plant.until(lambda: len(plant.files()) >= len(HARMLESS), "every call to be recorded")
        for caller in callers:
            caller.hang_up()
        plant.until_settled()
        assert len(eye.seen()) == len(HARMLESS)


@pytest.mark.parametrize("says", [EXCLUDED, "22334499", CLARA])
def test_a_phone_that_calls_itself_somebody_else_is_recorded_as_who_it_is(plant: Plant, says: str) -> None:
    before = {one.id for one in plant.decisions()}
    with party(plant) as people:
        people.is_ready(CUSTOMER)
        caller = people.dial(ANNA, CUSTOMER, _lines([line for headers in KNOWN for line in headers]), says)
        plant.until(lambda: bool(_since(plant, before)), "the call to be decided")
        plant.until(lambda: bool(plant.files()), "the call to be recorded")
        caller.hang_up()
        plant.until_settled()
    [decided] = _since(plant, before)
    assert (decided.record, decided.user, decided.caller) == (True, ANNA, ANNA)


def _lines(headers: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in headers)


def _since(plant: Plant, before: set[str]) -> list[Decision]:
    return [one for one in plant.decisions() if one.id not in before]


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
