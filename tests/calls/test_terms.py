"""How a recording is made once policy has said yes: one channel or two, one recording of two users' talk."""

from fsplug.store.recordings.recordings import State
from tests.calls import people
from tests.calls.people import CLARA, CUSTOMER, incoming, internal
from tests.calls.plant import Plant


def test_mono_has_both_parties_on_one_channel(plant: Plant) -> None:
    plant.apply(people.mono)
    try:
        assert plant.line.play(incoming(talk_seconds=1.0)) == []
        plant.until_settled()
    finally:
        plant.apply(people.nothing)
    made = plant.recordings()[0]
    assert (made.state, made.terms.channels, made.repaired) == (State.SEALED, "mono", False)
    assert len(plant.pitches(made)) == 1
    assert plant.line.play(incoming(talk_seconds=1.0)) == []
    plant.until_settled()
    assert len(plant.pitches(plant.recordings()[0])) == 2


def test_two_users_who_are_both_recorded_make_one_recording(plant: Plant) -> None:
    known = {one.id for one in plant.recordings()}
    plant.apply(people.sales_internal)
    try:
        assert plant.line.play(internal("1001", CLARA, talk_seconds=0.5)) == []
        plant.until_settled()
    finally:
        plant.apply(people.nothing)
    made = [one for one in plant.recordings() if one.id not in known]
    assert [(one.state, one.user) for one in made] == [(State.SEALED, "1001")]
    assert plant.decisions()[0].rule == "department-policy"


def test_a_call_that_comes_while_the_last_one_is_sealed_is_another_one(plant: Plant) -> None:
    known = {one.id for one in plant.decisions()}
    for _ in range(3):
        assert plant.line.play(incoming(caller=CUSTOMER, talk_seconds=0.2)) == []
    plant.until_settled()
    made = [one for one in plant.decisions() if one.id not in known]
    assert len({one.call for one in made}) == len({one.recording for one in made}) == 3
