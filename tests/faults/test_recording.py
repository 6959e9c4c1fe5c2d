"""The switch can't record, or the people are too quick for it: each decision ends in one row (B4, P6, F29-F31)."""

import pytest

from fsplug.store.recordings.recordings import State
from fsplug.store.schema.calls import WitnessedTalks
from tests.calls.people import CUSTOMER, incoming
from tests.calls.plant import Plant

RACES, ROUNDS = 200, {"fake": 5, "FreeSWITCH": 1}


@pytest.mark.parametrize("line", ["fake"], indirect=True)
@pytest.mark.parametrize("fault", ["bypass_media", "unwritable"])
def test_a_recording_the_switch_cannot_make_is_a_gap_and_the_call_goes_on(fault: str, plant: Plant) -> None:
    gaps = {gap.decision for gap in plant.gaps()}
    plant.line.ask("misbehave", **{fault: True})
    assert plant.line.play(incoming(talk_seconds=3.3)) == []
    plant.until(lambda: len({gap.decision for gap in plant.gaps()} - gaps) == 1, "the gap to be reported")
    plant.until_settled()
    assert plant.gaps()[0].cause == "start-failed"
    assert plant.recordings()[0].state is State.LOST


def test_a_hangup_that_races_the_answer_leaves_one_row_and_no_channel(plant: Plant) -> None:
    """One that comes before the bridge ends a call that was no talk; the switch's own records say which were talks."""
    before = {call.id for call in plant.calls()}
    for _ in range(ROUNDS[plant.line.kind]):
        with plant.line.crowd(RACES, 0.0, rate=60, rings=0.1) as crowd:
            assert crowd.complaints() == []
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    assert len(calls) == RACES * ROUNDS[plant.line.kind]

    def decided() -> list[str]:
        return [one.call for one in plant.decisions() if one.call in calls]

    plant.until(
        lambda: len(decided()) > RACES // 2 and _witnessed(plant) & calls == set(decided()),
        "a decision for each talk of the switch's records, and for nothing else",
    )
    assert len(decided()) == len(set(decided()))
    plant.until_settled()
    _each_decision_has_its_row(plant, calls)


@pytest.mark.parametrize("line", ["fake"], indirect=True)
def test_a_caller_who_gives_up_while_the_phone_is_answered_is_one_call(plant: Plant) -> None:
    before = {call.id for call in plant.calls()}
    decisions = len(plant.decisions())
    plant.line.ask("reset_stats")
    orders = [{"answers": {"1001": 0.1}, "cancel_ringing": 0.1 + late / 1000, "talk": 0.1} for late in range(-10, 11)]
    dialled = {"caller": CUSTOMER, "destination": "+4570101001"}
    races = plant.line.ask("load", rate=100, seconds=3.0, orders=[{**dialled, **order} for order in orders])["calls"]
    plant.until(lambda: plant.line.ask("stats")["ended"] == races, "every call to end")
    answered = plant.line.ask("stats")["answered"]
    plant.until(lambda: len(plant.decisions()) - decisions >= answered, "every talk to be decided")
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    decided = [one.call for one in plant.decisions() if one.call in calls]
    assert len(decided) == len(set(decided)) and 0 < answered < races
    _each_decision_has_its_row(plant, calls)


def _witnessed(plant: Plant) -> set[str]:
    """The calls with a talk in the switch's own records."""
    return {call for (call,) in plant.store.query(WitnessedTalks.select(WitnessedTalks.call))}


def _each_decision_has_its_row(plant: Plant, calls: set[str]) -> None:
    """Kept, or told as a gap; and nothing is left in the spool of what was kept."""
    gaps = {gap.decision for gap in plant.gaps()}
    rows = {one.decision: one for one in plant.recordings() if one.call in calls}
    decided = [one for one in plant.decisions() if one.call in calls]
    assert set(rows) == {one.id for one in decided}
    assert all(row.state is State.SEALED or decision in gaps for decision, row in rows.items())
