"""A phone that sends sound before its answer (183) and never answers: the call has an end."""

import pytest

from tests.calls.aftermath import not_sealed, seen
from tests.calls.lines import REAL, RealLine
from tests.calls.plant import ACME, Plant
from tests.switches.barephone import BarePhone

CLARA, CLARAS_NUMBER = "1003", "+4570101003"


@pytest.mark.parametrize("line", [REAL], indirect=True)
def test_a_call_to_a_phone_that_never_answers_ends_and_so_does_what_was_recorded_of_its_sound(plant: Plant) -> None:
    line: RealLine = plant.line

    def flow() -> None:
        with BarePhone() as clara, line.exchange.signed_in(ACME, {CLARA: clara.port}), BarePhone() as caller:
            caller.call(line.switch.ports.external_port, CLARAS_NUMBER)
            clara.never_answer()
            caller.hear("SIP/2.0 480")
            plant.until(lambda: line.legs() == 0, "every leg to end")

    left = seen(plant, flow)
    [call] = left.calls
    assert (call.cause, not_sealed(left.kept), left.gaps_but_late) == ("ALLOTTED_TIMEOUT", [], [])
