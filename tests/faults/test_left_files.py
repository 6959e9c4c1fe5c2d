"""What the switch recorded while fsplug was away is kept for the talk it was ordered for, and for no other."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.calls import people as words
from tests.calls.listeners import ANNA, CLARA, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant
from tests.calls.test_other_partner import Seen, seen

# Enough audio to show that the switch records.
HEARD_BYTES = 20_000


@contextmanager
def killed(plant: Plant) -> Iterator[None]:
    plant.serving.kill()
    yield
    plant.serving.start()


def connected_meanwhile(plant: Plant, party: Party) -> Seen:
    """Anna talks to the customer and calls Clara. Without fsplug her phone connects the two, they talk, and hang up."""

    def flow() -> None:
        talk = party.talk(CUSTOMER, ANNA)
        asked = {one.id for one in plant.calls()}
        ringing = party.ring(ANNA, CLARA)
        plant.until(lambda: len(plant.calls()) > len(asked), "Anna's call to ask")
        [armed] = [one.id for one in plant.calls() if one.id not in asked]
        is_armed = f"uuid_getvar {armed} fsplug_arm_{CLARA}"
        plant.until(lambda: "record_session" in plant.line.api(is_armed), "Clara's phone to be armed")
        there = plant.files()
        with killed(plant):
            talk.connect(ANNA, ringing)
            plant.until(lambda: plant.line.legs() == 3, "Anna's phone to have left")
            ringing.answer(CLARA)
            plant.until(lambda: _is_heard(plant, there), "the switch to record what nobody ordered")
            plant.line.api("hupall")
            plant.until(lambda: plant.line.legs() == 0, "every leg to end")

    return seen(plant, flow)


def _is_heard(plant: Plant, there: set[str]) -> bool:
    return any((plant.spool / name).stat().st_size > HEARD_BYTES for name in plant.files() - there)


def test_nothing_remains_of_a_never_customer_who_was_connected_with_an_armed_phone_meanwhile(
    plant: Plant, people: Party
) -> None:
    plant.apply(words.customer_excluded)
    try:
        left = connected_meanwhile(plant, people)
    finally:
        plant.apply(words.nothing)
    assert [one.rule for one in left.decisions] == ["excluded-number", "excluded-number"]
    assert (left.recordings, left.gaps, plant.files()) == ({}, ["not-ordered"], set())


def test_another_customer_s_talk_is_decided_as_what_it_was_and_not_under_the_consultation(
    plant: Plant, people: Party
) -> None:
    left = connected_meanwhile(plant, people)
    assert [(one.record, one.user, one.direction) for one in left.decisions] == [
        (True, ANNA, "incoming"),
        (True, CLARA, "incoming"),
    ]
    assert (set(left.recordings), sorted(left.gaps), plant.files()) == ({ANNA}, ["away", "not-ordered"], set())


def test_a_talk_that_was_ordered_and_went_by_meanwhile_is_kept(plant: Plant, people: Party) -> None:
    def flow() -> None:
        asked = {one.id for one in plant.calls()}
        ringing = people.ring(ANNA, CLARA)
        plant.until(lambda: len(plant.calls()) > len(asked), "Anna's call to ask")
        [armed] = [one.id for one in plant.calls() if one.id not in asked]
        is_armed = f"uuid_getvar {armed} fsplug_arm_{CLARA}"
        plant.until(lambda: "record_session" in plant.line.api(is_armed), "Clara's phone to be armed")
        with killed(plant):
            ringing.answer(CLARA)
            plant.until(lambda: _is_heard(plant, set()), "the switch to record")
            plant.line.api("hupall")
            plant.until(lambda: plant.line.legs() == 0, "every leg to end")

    left = seen(plant, flow)
    assert [(one.record, one.user) for one in left.decisions] == [(True, CLARA)]
    assert (set(left.recordings), left.gaps, plant.files()) == ({CLARA}, [], set())
