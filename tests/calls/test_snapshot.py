"""A call is judged by the policy it began under; what is changed meanwhile counts from the next call on (spec B3)."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.calls import people as companies
from tests.calls.listeners import Party
from tests.calls.people import ANNA, CLARA, CUSTOMER
from tests.calls.plant import Plant

Change = Callable[[dict], None]


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A call to `dials` that `answerer` answers; `by` passes the other one on to Clara or Anna, `to`."""

    caller: str
    answerer: str
    by: str
    to: str
    dials: str = ""


FROM_ANNA_TO_CLARA = PassedOn(CUSTOMER, ANNA, by=ANNA, to=CLARA)


@pytest.mark.parametrize(
    ("change", "call"),
    [
        pytest.param(companies.flags_off, FROM_ANNA_TO_CLARA, id="flag"),
        pytest.param(companies.boxes_off, PassedOn(ANNA, CUSTOMER, by=ANNA, to=CLARA, dials=CUSTOMER), id="boxes"),
        pytest.param(
            companies.group_2003_never,
            PassedOn(CUSTOMER, CLARA, by=CLARA, to=ANNA, dials="+4570102003"),
            id="group-mode",
        ),
        pytest.param(companies.customer_excluded, FROM_ANNA_TO_CLARA, id="exclusion"),
    ],
)
def test_a_change_in_mid_call_counts_from_the_next_call_on(
    change: Change, call: PassedOn, plant: Plant, people: Party
) -> None:
    try:
        assert _outcomes(plant, people, call, change) == [True, True]
        assert _outcomes(plant, people, call) == [False, False]
    finally:
        plant.apply(companies.nothing)


def _outcomes(plant: Plant, people: Party, call: PassedOn, change: Change | None = None) -> list[bool]:
    """What was decided for each of the two talks; `change` is made in the first of them."""
    before = {one.id for one in plant.decisions()}

    def decided() -> list[bool]:
        return [one.record for one in plant.decisions() if one.id not in before]

    people.is_ready(call.to)
    talk = people.talk(call.caller, call.answerer, call.dials)
    plant.until(lambda: len(decided()) == 1, "the first talk to be decided")
    if change is not None:
        plant.apply(change)
        assert len(decided()) == 1
    talk.transfer(call.by, call.to)
    plant.until(lambda: len(decided()) == 2, "the second talk to be decided")
    plant.until(lambda: plant.line.legs() == 2, "the one who passed the call on to be gone")
    plant.line.api("hupall")
    plant.until_settled()
    kept = [one for one in plant.recordings() if one.decision in {row.id for row in plant.decisions()} - before]
    assert len(kept) == sum(decided())
    return decided()
