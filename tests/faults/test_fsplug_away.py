"""fsplug is down, freezes or is overrun: callers hardly notice, no call hangs, and what is missed is told (P1)."""

import statistics
import time

import pytest

from fsplug.lab.freeswitch import RealSwitch
from tests.calls.aftermath import not_sealed, until_recorded
from tests.calls.lines import RealLine
from tests.calls.plant import Plant
from tests.calls.serving import is_alive
from tests.switches.barephone import BarePhone

CALLS = 50


@pytest.mark.parametrize("line", ["FreeSWITCH"], indirect=True)
def test_a_phone_rings_at_once_with_fsplug_up_and_down_and_soon_when_it_is_frozen(plant: Plant) -> None:
    with BarePhone() as anna, plant.line.exchange.signed_in("acme.example", {"1001": anna.port}):
        up = [_rings_after(plant.line, anna) for _ in range(5)]
        plant.serving.kill()
        down = [_rings_after(plant.line, anna) for _ in range(5)]
        plant.serving.start()
        taken_up, frozen = plant.serving.taken_up, plant.serving.freeze()
        waited = _rings_after(plant.line, anna)
    _is_replaced(plant, frozen, taken_up)
    # A freeze is the only thing a caller waits for.
    assert max(statistics.median(up), statistics.median(down)) < waited / 2


@pytest.mark.parametrize("line", ["fake"], indirect=True)
def test_no_call_is_held_longer_by_a_freeze_in_mid_load(plant: Plant) -> None:
    plant.line.ask("reset_stats")
    before, known = {call.id for call in plant.calls()}, {one.id for one in plant.recordings()}
    begun = time.monotonic()
    # Nobody hangs up before the next server is there: a call wholly within its absence leaves no row.
    with plant.line.crowd(CALLS, None) as first:
        taken_up, frozen = plant.serving.taken_up, plant.serving.freeze()
        with plant.line.crowd(CALLS, None) as second:
            _is_replaced(plant, frozen, taken_up)
            away_seconds = time.monotonic() - begun
            plant.until(lambda: plant.line.legs() == 4 * CALLS, "every call to be up")
            plant.until(lambda: len(plant.calls()) == len(before) + 2 * CALLS, "every call to be known")
            until_recorded(plant, 2 * CALLS, known)
            for crowd in (first, second):
                crowd.hang_up()
            assert (first.complaints(), second.complaints()) == ([], [])
    assert plant.line.ask("stats")["held_max"] < away_seconds
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    decided = [one.call for one in plant.decisions() if one.call in calls]
    assert len(calls) == 2 * CALLS and sorted(decided) == sorted(calls)
    kept = [one for one in plant.recordings() if one.call in calls]
    assert (len(kept), not_sealed(kept)) == (2 * CALLS, [])


def test_sigterm_lets_the_calls_go_on(plant: Plant) -> None:
    before = {call.id for call in plant.calls()}
    with plant.line.crowd(plant.line.one_crowd, None) as crowd:
        plant.until(lambda: len({call.id for call in plant.calls()} - before) > 5, "calls to ask")
        assert plant.serving.stop() == 0
        assert plant.line.legs() > 0
        plant.serving.start()
        everybody = len(before) + plant.line.one_crowd
        plant.until(lambda: len(plant.calls()) == everybody, "every call to be known")
        crowd.hang_up()
        assert crowd.complaints() == []
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    assert len(calls) == plant.line.one_crowd
    assert sorted(one.call for one in plant.decisions() if one.call in calls) == sorted(calls)


def _rings_after(line: RealLine, phone: BarePhone) -> float:
    """Seconds from a caller's INVITE to the phone's."""
    switch: RealSwitch = line.switch
    with BarePhone() as caller:
        sent_at = caller.call(switch.ports.external_port, "+4570101001")
        rung = phone.hear("INVITE")
        phone.answer(rung, "486 Busy Here")
        caller.hear("SIP/2.0 4")
    return rung.at - sent_at


def _is_replaced(plant: Plant, frozen: int, taken_up: int) -> None:
    plant.until(lambda: plant.serving.server not in (0, frozen), "the supervisor to start another server")
    assert not is_alive(frozen)
    plant.until(lambda: plant.serving.taken_up > taken_up, "the new server to take up the calls")
