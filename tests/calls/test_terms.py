"""How a recording is made once policy has said yes: its channels, its length, one recording of two users' talk."""

import gevent

from fsplug.store.recordings.recordings import Recording, State
from tests.calls import people
from tests.calls.people import ANNA, CLARA, CUSTOMER, incoming, internal, transferred
from tests.calls.plant import Plant

# What lies between the moment from which the switch counts and the one it tells of.
CLOCK_SECONDS = 0.05


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


def test_of_a_talk_with_a_limit_the_first_seconds_are_recorded_whole_and_the_talk_goes_on(plant: Plant) -> None:
    known = {one.id for one in plant.recordings()}
    plant.apply(people.first_second)
    try:
        playing = gevent.spawn(plant.line.play, incoming(talk_seconds=60.0))
        plant.until(lambda: _states(plant, known) == [State.SEALED], what="the first second to be sealed")
        assert not plant.calls()[0].ended_at
        plant.line.api("hupall")
        playing.get()
        plant.until_settled()
    finally:
        plant.apply(people.nothing)
    assert _rows(plant, known) == [("1001", "sealed", "limit-reached", None, 1, True)]
    assert _gaps(plant, known) == []


def test_after_a_transfer_the_other_talk_has_a_limit_of_its_own(plant: Plant) -> None:
    known = {one.id for one in plant.recordings()}
    plant.apply(people.first_second)
    try:
        assert plant.line.play(transferred(CUSTOMER, ANNA, CLARA, 3.0, 3.0)) == []
        plant.until_settled()
    finally:
        plant.apply(people.nothing)
    assert sorted(_rows(plant, known)) == [
        ("1001", "sealed", "limit-reached", None, 1, True),
        ("1003", "sealed", "limit-reached", None, 1, True),
    ]
    assert _gaps(plant, known) == []


def _new(plant: Plant, known: set[str]) -> list[Recording]:
    return [one for one in plant.recordings() if one.id not in known]


def _states(plant: Plant, known: set[str]) -> list[State]:
    return [one.state for one in _new(plant, known)]


def _rows(plant: Plant, known: set[str]) -> list[tuple[object, ...]]:
    """(user, state, cause, talk seconds, limit, whether the switch recorded as long as the limit) of each."""
    return [
        (
            one.user,
            str(one.state),
            one.stop_cause,
            one.talk_seconds,
            one.terms.max_seconds,
            one.stopped_at - one.started_at >= one.terms.max_seconds - CLOCK_SECONDS,
        )
        for one in _new(plant, known)
    ]


def _gaps(plant: Plant, known: set[str]) -> list[str]:
    ids = {one.id for one in _new(plant, known)}
    return [one.cause for one in plant.gaps() if one.recording in ids]
