"""A call is judged by the policy it began under; what is changed meanwhile counts from the next call on (spec B3)."""

from collections.abc import Callable

import gevent
import pytest

from fsplug.lab.scenario import Scenario
from tests.calls import people
from tests.calls.people import ANNA, CLARA, CUSTOMER
from tests.calls.plant import Plant

Change = Callable[[dict], None]


@pytest.mark.parametrize(
    ("change", "scenario"),
    [
        pytest.param(people.flags_off, people.transferred(CUSTOMER, ANNA, CLARA, 0.8, 0.5), id="flag"),
        pytest.param(people.boxes_off, people.passed_on(ANNA, CUSTOMER, CLARA, 0.8, 0.5), id="boxes"),
        pytest.param(
            people.group_2003_never,
            people.transferred(CUSTOMER, CLARA, ANNA, 0.8, 0.5, dials="+4570102003"),
            id="group-mode",
        ),
        pytest.param(people.customer_excluded, people.transferred(CUSTOMER, ANNA, CLARA, 0.8, 0.5), id="exclusion"),
    ],
)
def test_a_change_in_mid_call_counts_from_the_next_call_on(change: Change, scenario: Scenario, plant: Plant) -> None:
    try:
        assert _outcomes(plant, scenario, change) == [True, True]
        assert _outcomes(plant, scenario) == [False, False]
    finally:
        plant.apply(people.nothing)


def _outcomes(plant: Plant, scenario: Scenario, change: Change | None = None) -> list[bool]:
    """What was decided for each of the two talks; `change` is made in the first of them."""
    before = {one.id for one in plant.decisions()}

    def decided() -> list[bool]:
        return [one.record for one in plant.decisions() if one.id not in before]

    playing = gevent.spawn(plant.line.play, scenario)
    if change is not None:
        plant.until(lambda: bool(decided()), "the first talk to begin")
        plant.apply(change)
        assert len(decided()) == 1
    assert playing.get() == []
    plant.until(plant.is_idle, "the calls to end")
    kept = [one for one in plant.recordings() if one.decision in {row.id for row in plant.decisions()} - before]
    assert len(kept) == sum(decided())
    return decided()
