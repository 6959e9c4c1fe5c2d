"""Calls that get another partner while a leg rings: connected with a ringing consultation, or picked up (F53, F54)."""

import json

import pytest

from tests.calls import people as words
from tests.calls.aftermath import Seen, seen, seen_once_each, until_heard
from tests.calls.foldereye import FolderEye
from tests.calls.lines import REAL
from tests.calls.listeners import ANNA, CLARA, HERTZ, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant

GROUP = "+4570102001"


def semi_attended(plant: Plant, party: Party, *, by_caller: bool = False) -> Seen:
    """Anna talks to the customer and calls Clara; while Clara's phone rings, Anna's connects the two."""

    def flow() -> None:
        talk = party.talk(ANNA, CUSTOMER, dials="22334455") if by_caller else party.talk(CUSTOMER, ANNA)
        first = _one_more(plant, set())
        ringing = party.ring(ANNA, CLARA)
        leg = _one_more(plant, {first})
        marks = [plant.line.api(f"uuid_getvar {leg} fsplug_{mark}") for mark in ("conversation", "call")]
        assert marks[0] == marks[1] != "_undef_"
        decided = len(plant.decisions())
        talk.connect(ANNA, ringing)
        plant.until(lambda: plant.line.legs() == 3, "Anna's phone to have left")
        plant.until(lambda: "record_session" not in _on_answer(plant, leg), "Clara's leg to be disarmed")
        ringing.answer(CLARA)
        plant.until(lambda: len(plant.decisions()) > decided, "the customer to talk to Clara")
        until_heard(plant)

    return seen_once_each(plant, flow)


@pytest.mark.parametrize("by_caller", [False, True], ids=["by-who-answered", "by-who-called"])
def test_who_is_connected_with_a_ringing_phone_is_recorded_once_and_with_the_right_parties(
    by_caller: bool, plant: Plant, people: Party
) -> None:
    left = semi_attended(plant, people, by_caller=by_caller)
    assert [(one.record, one.user) for one in left.decisions] == [(True, ANNA), (True, CLARA)]
    assert set(left.recordings) == {ANNA, CLARA}
    assert left.gaps == []
    assert left.turns == [f"transfer by {ANNA} semi-attended"]
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


def attended(plant: Plant, party: Party, is_recorded: bool) -> Seen:
    """Anna talks to the customer, asks Clara, and connects them. `is_recorded`: policy wants the customer's talks."""

    def flow() -> None:
        talk = party.talk(CUSTOMER, ANNA)
        first = _one_more(plant, set())
        consultation = party.talk(ANNA, CLARA)
        leg = _one_more(plant, {first})
        decided = len(plant.decisions())
        until_heard(plant)
        if is_recorded:
            plant.until(lambda: _is_armed_anew(plant, leg), "Clara's leg to be armed for the customer")
        assert _is_armed_anew(plant, leg) is is_recorded
        talk.connect(ANNA, consultation)
        plant.until(lambda: len(plant.decisions()) > decided, "the customer to talk to Clara")
        until_heard(plant)

    return seen(plant, flow)


def test_who_is_connected_after_a_consultation_is_recorded_before_they_talk(plant: Plant, people: Party) -> None:
    left = attended(plant, people, is_recorded=True)
    assert [(one.record, one.user) for one in left.decisions] == [(True, ANNA), (True, CLARA), (True, CLARA)]
    *_, last = left.kept
    assert (last.started_at or 0.0) <= left.decisions[-1].at
    assert ([one.user for one in left.kept], left.files, left.gaps) == ([ANNA, CLARA, CLARA], 3, [])
    assert left.turns == [f"transfer by {ANNA} attended"]
    if plant.line.kind == REAL:
        for one, other in zip(left.kept, (CUSTOMER, ANNA, CUSTOMER), strict=True):
            assert plant.pitches(one) == [HERTZ[one.user or ""], HERTZ[other]]


def test_a_consultation_about_somebody_who_is_never_recorded_is_all_that_is(plant: Plant, people: Party) -> None:
    plant.apply(words.customer_excluded)
    try:
        left = attended(plant, people, is_recorded=False)
    finally:
        plant.apply(words.nothing)
    assert [one.rule for one in left.decisions] == ["excluded-number", "department-policy", "excluded-number"]
    assert (set(left.recordings), left.files, left.gaps) == ({CLARA}, 1, [])
    if plant.line.kind == REAL:
        assert plant.pitches(left.recordings[CLARA]) == [HERTZ[CLARA], HERTZ[ANNA]]


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
        until_heard(plant)

    left = seen_once_each(plant, flow)
    [decided] = left.decisions
    assert (decided.record, decided.rule, decided.user) == (True, "group-always", CLARA)
    assert (decided.direction, decided.group, decided.inputs["picked_up_by"]) == ("incoming", "2001", CLARA)
    assert (set(left.recordings), left.gaps) == ({CLARA}, [])
    assert left.turns == [f"pick-up by {CLARA}"]


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
        left = seen_once_each(plant, flow)
        assert eye.seen() == []
    assert (left.decisions, left.recordings, left.gaps) == ([], {}, [])


def _one_more(plant: Plant, known: set[str]) -> str:
    """The one leg besides those known that the switch made.

    FreeSWITCH lists a leg some time after it made it, so that a leg is known only once it was seen.
    """
    plant.until(lambda: len(_called(plant) - known) == 1, "the switch to list the leg of who was called")
    [leg] = _called(plant) - known
    return leg


def _called(plant: Plant) -> set[str]:
    """The legs that the switch made."""
    rows = json.loads(plant.line.api("show channels as json")).get("rows", [])
    return {one["uuid"] for one in rows if one["direction"] == "outbound"}


def _on_answer(plant: Plant, leg: str) -> str:
    return plant.line.api(f"uuid_getvar {leg} execute_on_answer")


def _is_answered(plant: Plant, leg: str) -> bool:
    return "Answer-State: answered" in plant.line.api(f"uuid_dump {leg}")


def _is_armed_anew(plant: Plant, leg: str) -> bool:
    return "variable_execute_on_post_bridge_" in plant.line.api(f"uuid_dump {leg}")
