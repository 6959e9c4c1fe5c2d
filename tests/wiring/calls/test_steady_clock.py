"""The call path's clock, while the machine's is set back and forth."""

import pytest

from fsplug.wiring.calls.steady_clock import SteadyClock


class Machine:
    """A machine's clocks."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 50.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def test_time_passes_as_it_does_when_the_machine_s_clock_is_set() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    begun = clock.now()
    for jump in (-3600.0, 7200.0, -10.0):
        machine.wall += jump
        machine.passes(5.0)
    assert clock.now() - begun == 15.0


@pytest.mark.parametrize("jump", [-3600.0, -5.0, 5.0, 3600.0])
def test_what_the_switch_stamps_is_read_by_this_clock_when_the_machine_s_is_set(jump: float) -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    assert clock.of(machine.wall) == clock.now()
    machine.passes(10.0)
    machine.wall += jump
    for _ in range(3):
        machine.passes(5.0)
        # Sent 0.2 s ago; what was set before the first such event is known to within its way.
        assert clock.of(machine.wall - 0.2) == pytest.approx(clock.now() - 0.2, abs=0.3)
    machine.wall -= jump
    assert clock.of(machine.wall) == pytest.approx(clock.now(), abs=0.3)


def test_an_event_that_comes_late_keeps_the_time_at_which_it_was_sent() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    sent = machine.wall
    machine.passes(30.0)
    assert clock.of(sent) == sent
    assert clock.of(sent - 0.5) == sent - 0.5, "threads of the switch may stamp out of order"


def test_an_event_without_a_stamp_comes_now() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    assert clock.of(0.0) == clock.now()


def test_the_machine_s_time_is_taken_over_when_nothing_is_measured() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    machine.wall -= 3600.0
    clock.follow()
    assert clock.now() == machine.wall
    machine.passes(2.0)
    assert clock.now() == machine.wall
