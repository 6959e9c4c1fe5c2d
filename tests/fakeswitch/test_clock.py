"""The fake switch's time: what is to happen later never happens early, however long a turn of the loop takes."""

import gevent.event
import pytest

from fsplug.fakeswitch.clock import Clock
from fsplug.lab.freeswitch import PATIENCE_SECONDS


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_a_timer_started_late_in_a_turn_of_the_loop_is_not_early(speed: float) -> None:
    clock, fired = Clock(speed), gevent.event.AsyncResult()

    def late_in_its_turn() -> None:
        begun_at = clock.now()
        while clock.now() < begun_at + 0.1 * speed:
            pass
        asked_at = clock.now()
        clock.later(0.05 * speed, lambda: fired.set(clock.now() - asked_at))

    clock.later(0.0, late_in_its_turn)
    assert fired.get(timeout=PATIENCE_SECONDS) >= 0.05 * speed
