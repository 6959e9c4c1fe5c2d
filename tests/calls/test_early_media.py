"""A phone that sends sound before it answers (183): the talk begins with the answer; a call without one has an end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.calls.aftermath import not_sealed, seen
from tests.calls.lines import REAL, RealLine
from tests.calls.plant import ACME, Plant
from tests.switches.barephone import BarePhone

CLARA, CLARAS_NUMBER = "1003", "+4570101003"
# How long the sound goes on alone, and how far the times of the switch's events may be off.
ALONE_SECONDS, OFF_SECONDS = 0.5, 0.1


@contextmanager
def _called(plant: Plant) -> Iterator[tuple[BarePhone, BarePhone]]:
    """Clara's phone, which is about to be called, and the caller's."""
    line: RealLine = plant.line
    with BarePhone() as clara, line.exchange.signed_in(ACME, {CLARA: clara.port}), BarePhone() as caller:
        caller.call(line.switch.ports.external_port, CLARAS_NUMBER)
        yield clara, caller


@pytest.mark.parametrize("line", [REAL], indirect=True)
def test_a_call_to_a_phone_that_never_answers_ends_and_nothing_is_recorded_of_its_sound(plant: Plant) -> None:
    def flow() -> None:
        with _called(plant) as (clara, caller):
            clara.never_answer()
            caller.hear("SIP/2.0 480")
            plant.until(lambda: plant.line.legs() == 0, "every leg to end")

    left = seen(plant, flow)
    [call] = left.calls
    assert (call.cause, call.answered_at) == ("ALLOTTED_TIMEOUT", None)
    assert (left.decisions, left.kept, left.gaps, left.files) == ([], [], [], 0)


@pytest.mark.parametrize("line", [REAL], indirect=True)
def test_a_phone_that_sends_sound_and_then_answers_is_recorded_from_its_answer_on(plant: Plant) -> None:
    answered_at = 0.0

    def flow() -> None:
        nonlocal answered_at
        before = len(plant.decisions())
        with _called(plant) as (clara, caller):
            invite = clara.sounds()
            plant.until(lambda: "1 total" in plant.line.api("show bridged_calls"), "the caller to hear it")
            answered_at = time.time() + ALONE_SECONDS
            plant.until(lambda: time.time() >= answered_at, "more of the sound")
            clara.takes(invite)
            caller.hear("SIP/2.0 200")
            plant.until(lambda: len(plant.decisions()) > before, "the talk to be decided")

    left = seen(plant, flow)
    [call], [decision] = left.calls, left.decisions
    assert call.answered_at == decision.at > answered_at - OFF_SECONDS
    assert (decision.record, len(left.kept), not_sealed(left.kept), left.gaps) == (True, 1, [], [])
