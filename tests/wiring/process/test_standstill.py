"""Who is to blame that no sign of life comes: the process, or the machine that gives it no processor."""

import pytest

from fsplug.wiring.process.standstill import LONGEST_TICK_SECONDS, Standstill, waited_for_processor

# Each look: its time, the signs so far, and the seconds that the process has waited for a processor so far.
HISTORIES = {
    "it gives signs": ([(0.0, 1, 0.0), (0.25, 2, 0.0), (0.5, 3, 0.0)], 0.0),
    "it gives none yet": ([(0.0, 0, 0.0), (0.25, 0, 0.0), (0.5, 0, 0.0)], 0.0),
    "it is frozen": ([(0.0, 1, 0.0), (0.25, 1, 0.0), (0.5, 1, 0.0)], 0.5),
    "it is frozen, and goes on": ([(0.0, 1, 0.0), (0.25, 1, 0.0), (0.5, 2, 0.0)], 0.0),
    "it rests before its end": ([(0.0, 1, 0.0), (0.25, 1, 0.0), (0.5, 0, 0.0)], 0.0),
    "it waits for a processor all the time": ([(0.0, 1, 7.0), (0.25, 1, 7.25), (0.5, 1, 7.5)], 0.0),
    "several of its threads wait": ([(0.0, 1, 0.0), (0.25, 1, 1.0), (0.5, 1, 2.0)], 0.0),
    "it is starved, and frozen after that": ([(0.0, 1, 0.0), (0.25, 1, 0.25), (0.5, 1, 0.25)], 0.25),
    "it loops without end on half a processor": ([(0.0, 1, 0.0), (0.25, 1, 0.125), (0.5, 1, 0.25)], 0.25),
    "a thread that had waited has ended": ([(0.0, 1, 3.0), (0.25, 1, 1.0), (0.5, 1, 1.0)], 0.5),
    "the supervisor was starved itself": ([(0.0, 1, 0.0), (60.0, 1, 0.0)], LONGEST_TICK_SECONDS),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_only_time_that_the_process_could_have_used_counts(name):
    looks, expected = HISTORIES[name]
    waited = 0.0
    standstill = Standstill(lambda: waited)
    for at, signs, waited in looks:  # noqa: B007
        standstill.look(signs, at)
    assert standstill.seconds == pytest.approx(expected)


def test_a_process_that_is_gone_has_not_waited():
    assert waited_for_processor(2**22 + 1) == 0.0
