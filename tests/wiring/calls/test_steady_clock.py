"""The call path's clock, while the machine's is set back and forth."""

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


def test_the_machine_s_time_is_taken_over_when_nothing_is_measured() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    machine.wall -= 3600.0
    clock.follow()
    assert clock.now() == machine.wall
    machine.passes(2.0)
    assert clock.now() == machine.wall
