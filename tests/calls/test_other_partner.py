"""Calls that get another partner while a leg rings: connected with a ringing consultation, or picked up (F53, F54)."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from fsplug.store.calls.decisions import Decision
from fsplug.store.recordings.recordings import Recording, State
from tests.calls import people as words
from tests.calls.foldereye import FolderEye
from tests.calls.lines import REAL
from tests.calls.listeners import ANNA, CLARA, HERTZ, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant

GROUP = "+4570102001"
# A second of stereo and more.
HEARD_BYTES = 40_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a flow left: its decisions in their order, its recordings by user, and the causes of its gaps."""

    decisions: list[Decision]
    recordings: dict[str, Recording]
    gaps: list[str]


def seen(plant: Plant, flow: Callable[[], None]) -> Seen:
    """Play this flow, and wait until all of it is written."""
    before = {one.id for one in (*plant.decisions(), *plant.recordings())} | {one.decision for one in plant.gaps()}
    flow()
    plant.line.api("hupall")
    plant.until(lambda: plant.line.legs() == 0, "the switch to have no leg")
    plant.until_settled()
    decided = [one for one in plant.decisions() if one.id not in before]
    kept = [one for one in plant.recordings() if one.id not in before]
    assert len({one.user for one in kept}) == len(kept)
    gaps = [one.cause for one in plant.gaps() if one.decision not in before]
    return Seen(sorted(decided, key=lambda one: one.at), {one.user: one for one in kept}, gaps)


def semi_attended(plant: Plant, party: Party, *, by_caller: bool = False) -> Seen:
    """Anna talks to the customer and calls Clara; while Clara's phone rings, Anna's connects the two."""

    def flow() -> None:
        talk = party.talk(ANNA, CUSTOMER, dials="22334455") if by_caller else party.talk(CUSTOMER, ANNA)
        ringing = party.ring(ANNA, CLARA)
        decided = len(plant.decisions())
        talk.connect(ANNA, ringing)
        plant.until(lambda: plant.line.legs() == 3, "Anna's phone to have left")
        ringing.answer(CLARA)
        plant.until(lambda: len(plant.decisions()) > decided, "the customer to talk to Clara")
        _until_heard(plant)

    return seen(plant, flow)


def _until_heard(plant: Plant) -> None:
    """Let what is recorded now be long enough to hear who speaks in it."""
    for one in plant.recordings():
        if one.state in (State.EXPECTED, State.RECORDING):
            file = plant.spool / f"{one.id}.wav"
            plant.until(lambda file=file: file.exists() and file.stat().st_size > HEARD_BYTES, "a second of audio")


@pytest.mark.parametrize("by_caller", [False, True], ids=["by-who-answered", "by-who-called"])
def test_who_is_connected_with_a_ringing_phone_is_recorded_once_and_with_the_right_parties(
    by_caller: bool, plant: Plant, people: Party
) -> None:
    left = semi_attended(plant, people, by_caller=by_caller)
    assert [(one.record, one.user) for one in left.decisions] == [(True, ANNA), (True, CLARA)]
    assert set(left.recordings) == {ANNA, CLARA}
    assert left.gaps == []
    if plant.line.kind == REAL:
        assert plant.pitches(left.recordings[CLARA]) == [HERTZ[CLARA], HERTZ[CUSTOMER]]


def test_who_is_never_recorded_makes_no_file_when_connected_with_a_ringing_phone(plant: Plant, people: Party) -> None:
    plant.apply(words.customer_excluded)
    try:
        with FolderEye(plant.spool) as eye:
            left = semi_attended(plant, people)
            assert eye.seen() == []
    finally:
        plant.apply(words.nothing)
    assert [one.rule for one in left.decisions] == ["excluded-number", "excluded-number"]
    assert (left.recordings, left.gaps) == ({}, [])


def test_a_call_to_a_group_that_a_colleague_picks_up_is_that_group_s(plant: Plant, people: Party) -> None:
    people.only_rings(CLARA)

    def flow() -> None:
        asked = {one.id for one in plant.calls()}
        people.ring(CUSTOMER, ANNA, dials=GROUP)
        plant.until(lambda: any(one.id not in asked for one in plant.calls()), "the call to ring")
        [ringing] = [one.id for one in plant.calls() if one.id not in asked]
        before = len(plant.decisions())
        people.dial(CLARA, f"*8*{ringing}")
        plant.until(lambda: len(plant.decisions()) > before, "the pick-up to be decided")
        _until_heard(plant)

    left = seen(plant, flow)
    [decided] = left.decisions
    assert (decided.record, decided.rule, decided.user) == (True, "group-always", CLARA)
    assert (decided.direction, decided.group, decided.inputs["picked_up_by"]) == ("incoming", "2001", CLARA)
    assert (set(left.recordings), left.gaps) == ({CLARA}, [])


def test_a_caller_whom_the_operator_sends_past_the_dialplan_is_disarmed_before_anybody_answers(
    plant: Plant, people: Party
) -> None:
    people.only_rings(CUSTOMER)

    def flow() -> None:
        asked = {one.id for one in plant.calls()}
        people.ring(ANNA, CUSTOMER, dials="22334455")
        plant.until(lambda: any(one.id not in asked for one in plant.calls()), "the call to ring")
        [call] = [one.id for one in plant.calls() if one.id not in asked]
        plant.until(lambda: plant.line.legs() == 2, "the phone to ring")
        assert "record_session" in _on_answer(plant, call)
        plant.line.api(f"uuid_transfer {call} park inline")
        plant.until(lambda: "record_session" not in _on_answer(plant, call), "her leg to be disarmed")
        plant.line.api(f"uuid_answer {call}")
        plant.until(lambda: _is_answered(plant, call), "her leg to be answered")

    with FolderEye(plant.spool) as eye:
        left = seen(plant, flow)
        assert eye.seen() == []
    assert (left.decisions, left.recordings, left.gaps) == ([], {}, [])


def _on_answer(plant: Plant, leg: str) -> str:
    return plant.line.api(f"uuid_getvar {leg} execute_on_answer")


def _is_answered(plant: Plant, leg: str) -> bool:
    return "Answer-State: answered" in plant.line.api(f"uuid_dump {leg}")
