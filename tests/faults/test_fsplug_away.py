"""fsplug is down, freezes or is overrun: callers hardly notice, no call hangs, and what is missed is told (P1)."""

import statistics

import pytest

from fsplug.lab.freeswitch import RealSwitch
from fsplug.store.recordings.recordings import State
from tests.calls.lines import RealLine
from tests.calls.plant import Plant
from tests.calls.serving import is_alive
from tests.switches.barephone import BarePhone

DOWN_SECONDS, FROZEN_SECONDS = 0.05, 3.0
CALLS = 50
# Longer than the next server takes to be there on a busy machine: a call wholly within its absence leaves no row.
OUTLASTING_SECONDS = 10.0


@pytest.mark.parametrize("line", ["FreeSWITCH"], indirect=True)
def test_a_phone_rings_at_once_with_fsplug_up_and_down(plant: Plant) -> None:
    with BarePhone() as anna, plant.line.exchange.signed_in("acme.example", {"1001": anna.port}):
        up = [_rings_after(plant.line, anna) for _ in range(5)]
        plant.serving.kill()
        down = [_rings_after(plant.line, anna) for _ in range(5)]
    plant.serving.start()
    assert statistics.median(down) < DOWN_SECONDS
    assert statistics.median(up) < DOWN_SECONDS


@pytest.mark.parametrize("line", ["FreeSWITCH"], indirect=True)
def test_a_phone_rings_within_three_seconds_of_a_freeze(plant: Plant) -> None:
    with BarePhone() as anna, plant.line.exchange.signed_in("acme.example", {"1001": anna.port}):
        frozen = plant.serving.freeze()
        seconds = _rings_after(plant.line, anna)
    assert DOWN_SECONDS < seconds < FROZEN_SECONDS
    _is_replaced(plant, frozen)


@pytest.mark.parametrize("line", ["fake"], indirect=True)
def test_no_call_is_held_longer_by_a_freeze_in_mid_load(plant: Plant) -> None:
    plant.line.ask("reset_stats")
    before = {call.id for call in plant.calls()}
    with plant.line.crowd(CALLS, OUTLASTING_SECONDS) as first:
        frozen = plant.serving.freeze()
        with plant.line.crowd(CALLS, OUTLASTING_SECONDS) as second:
            _is_replaced(plant, frozen)
            assert (first.complaints(), second.complaints()) == ([], [])
    assert plant.line.ask("stats")["held_max"] < FROZEN_SECONDS
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    decided = [one.call for one in plant.decisions() if one.call in calls]
    assert len(calls) == 2 * CALLS and sorted(decided) == sorted(calls)
    assert {one.state for one in plant.recordings() if one.call in calls} == {State.SEALED}


def test_sigterm_lets_the_calls_go_on(plant: Plant) -> None:
    before = {call.id for call in plant.calls()}
    with plant.line.crowd(plant.line.one_crowd, OUTLASTING_SECONDS) as crowd:
        plant.until(lambda: len({call.id for call in plant.calls()} - before) > 5, what="calls to ask")
        assert plant.serving.stop() == 0
        assert plant.line.legs() > 0
        plant.serving.start()
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


def _is_replaced(plant: Plant, frozen: int) -> None:
    plant.until(lambda: plant.serving.server not in (0, frozen), 10, "the supervisor to start another server")
    assert not is_alive(frozen)
    plant.until(lambda: len(plant.serving.said("calls-restored")) > 1, 10, "the new server to take up the calls")
