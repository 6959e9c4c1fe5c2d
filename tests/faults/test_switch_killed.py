"""The switch dies with calls up, alone or together with fsplug: what was said is kept, repaired and listed (P4, B5)."""

import time

import pytest

from fsplug.store.recordings.recordings import State
from tests.calls.aftermath import not_sealed, until_recorded
from tests.calls.lines import FAKE, REAL
from tests.calls.people import incoming
from tests.calls.plant import Plant

TALKED_SECONDS = 3.0
# FreeSWITCH writes a second of sound at a time, and on a busy machine it is late with that.
LOST_SECONDS = {FAKE: 1.0, REAL: 2.0}
CALLS = 8


@pytest.mark.parametrize("both", [False, True], ids=["alone", "with-fsplug"])
def test_at_most_a_second_is_lost_when_the_switch_is_killed(both: bool, plant: Plant) -> None:
    known = {one.id for one in plant.recordings()}
    with plant.line.crowd(CALLS, None):
        begun = until_recorded(plant, CALLS, known, TALKED_SECONDS)
        killed_at = time.time()
        plant.line.kill()
        if both:
            plant.serving.kill()
        plant.line.start()
        if both:
            plant.serving.start()
    plant.until_settled()
    _all_are_kept(plant, begun, killed_at)
    assert all(one.repaired for one in plant.recordings() if one.id in begun)
    _goes_on(plant)


def test_calls_of_a_switch_that_is_restarted_are_ended_and_kept(plant: Plant) -> None:
    known = {one.id for one in plant.recordings()}
    with plant.line.crowd(CALLS, None):
        begun = until_recorded(plant, CALLS, known, TALKED_SECONDS)
        stopped_at = time.time()
        plant.line.restart()
    plant.until_settled()
    _all_are_kept(plant, begun, stopped_at)
    _goes_on(plant)


def _all_are_kept(plant: Plant, begun: dict[str, float], until: float) -> None:
    kept = [one for one in plant.recordings() if one.id in begun]
    assert (len(kept), not_sealed(kept)) == (CALLS, [])
    missing = [until - begun[one.id] - one.seconds for one in kept]
    assert max(missing) <= LOST_SECONDS[plant.line.kind]
    assert plant.files() == set()


def _goes_on(plant: Plant) -> None:
    """The link is back and the next call is recorded."""
    known = {one.id for one in plant.recordings()}
    plant.until(lambda: plant.serving.is_linked, "the link to come back")
    assert plant.line.play(incoming(talk_seconds=0.5)) == []
    plant.until_settled()
    assert [one.state for one in plant.recordings() if one.id not in known] == [State.SEALED]
