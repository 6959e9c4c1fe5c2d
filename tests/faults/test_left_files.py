"""What the switch recorded while fsplug was away is kept for the talk it was ordered for, and for no other."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from fsplug.store.recordings.recordings import State
from tests.calls import people as words
from tests.calls.aftermath import Seen, recorded_now, seen, seen_once_each, until_decided, until_heard
from tests.calls.lines import REAL
from tests.calls.listeners import ANNA, CLARA, HERTZ, Party, Talk
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant

# Enough audio to show that the switch records.
HEARD_BYTES = 20_000
# A second of two channels of 16 bits, 8,000 times a second.
STEREO_BYTES = 32_000
ROOM = "+4570104001"
# The states of a leg whose call is over, and whose record the switch still wants to get rid of.
_OVER = ("CS_HANGUP", "CS_REPORTING", "CS_DESTROY")

Away = Callable[[Plant], AbstractContextManager[None]]


@contextmanager
def killed(plant: Plant) -> Iterator[None]:
    plant.serving.kill()
    yield
    plant.serving.start()


@contextmanager
def frozen(plant: Plant) -> Iterator[None]:
    """Its supervisor kills it after a while, and another one takes over."""
    taken_up = plant.serving.taken_up
    plant.serving.freeze()
    yield
    plant.until(lambda: plant.serving.taken_up > taken_up, "another server to take up the calls")


def calls_clara(plant: Plant, party: Party) -> Talk:
    """Anna calls Clara, whose phone rings and is armed."""
    asked = {one.id for one in plant.calls()}
    ringing = party.ring(ANNA, CLARA)
    plant.until(lambda: len(plant.calls()) > len(asked), "Anna's call to ask")
    [armed] = [one.id for one in plant.calls() if one.id not in asked]
    is_armed = f"uuid_getvar {armed} fsplug_arm_{CLARA}"
    plant.until(lambda: "record_session" in plant.line.api(is_armed), "Clara's phone to be armed")
    return ringing


def connected_meanwhile(plant: Plant, party: Party, away: Away = killed) -> Seen:
    """Anna talks to the customer and calls Clara. Without fsplug her phone connects the two, they talk, and hang up."""

    def flow() -> None:
        decided = len(plant.decisions())
        talk = party.talk(CUSTOMER, ANNA)
        ringing = calls_clara(plant, party)
        there, taken_up = plant.files(), plant.serving.taken_up
        with away(plant):
            talk.connect(ANNA, ringing)
            plant.until(lambda: _legs_up(plant) == 3, "Anna's phone to have left")
            ringing.answer(CLARA)
            # While fsplug is frozen, the fake switch waits two seconds for it to take the record of Anna's leg.
            plant.until(lambda: _is_bridged(plant), "Clara to talk to the customer")
            plant.until(
                lambda: _is_heard(plant, there) or plant.serving.taken_up > taken_up,
                "the switch to record what nobody ordered",
            )
            plant.line.api("hupall")
            plant.until(lambda: plant.line.legs() == 0, "every leg to end")
        plant.until(lambda: len(plant.decisions()) >= decided + 2, "both talks to be decided")

    return seen_once_each(plant, flow)


def went_on_meanwhile(plant: Plant, party: Party, is_over: bool, away: Away = killed) -> tuple[Seen, float]:
    """Anna talks to the customer, and to Clara, who is recorded. Without fsplug she connects the two, who talk.

    `is_over`: and hang up, too. Also returns how many seconds after its beginning Clara's talk with Anna was over.
    """
    seconds = 0.0

    def flow() -> None:
        nonlocal seconds
        decided, known = len(plant.decisions()), {one.id for one in plant.recordings()}
        talk = party.talk(CUSTOMER, ANNA)
        consulting = party.talk(ANNA, CLARA)
        plant.until(lambda: _states(plant, known) == [State.RECORDING], "Clara to be recorded")
        [recording] = [one for one in plant.recordings() if one.id not in known]
        file = plant.spool / f"{recording.id}.wav"
        plant.until(lambda: file.stat().st_size > HEARD_BYTES, "Clara to be heard")
        with away(plant):
            talk.connect(ANNA, consulting)
            plant.until(lambda: _legs_up(plant) == 2, "Anna's phone to have left")
            seconds = time.time() - (recording.started_at or 0.0)
            size = file.stat().st_size
            plant.until(lambda: file.stat().st_size > size + 4 * HEARD_BYTES, "the switch to go on recording")
            if is_over:
                plant.line.api("hupall")
                plant.until(lambda: plant.line.legs() == 0, "every leg to end")
        # Where they still talk, the recording ends all the same.
        plant.until(lambda: _states(plant, known) == [State.SEALED], "the recording to be sealed")
        plant.until(lambda: len(plant.decisions()) >= decided + 3, "all three talks to be decided")

    return seen_once_each(plant, flow), seconds


def _states(plant: Plant, known: set[str]) -> list[State]:
    return [one.state for one in plant.recordings() if one.id not in known]


def _is_bridged(plant: Plant) -> bool:
    rows = json.loads(plant.line.api("show calls as json")).get("rows", [])
    return any(one.get("b_uuid") for one in rows)


def _legs_up(plant: Plant) -> int:
    rows = json.loads(plant.line.api("show channels as json")).get("rows", [])
    return sum(one["state"] not in _OVER for one in rows)


def _is_heard(plant: Plant, there: set[str]) -> bool:
    return any((plant.spool / name).stat().st_size > HEARD_BYTES for name in plant.files() - there)


@pytest.mark.parametrize("away", [killed, frozen])
def test_nothing_remains_of_a_never_customer_who_was_connected_with_an_armed_phone_meanwhile(
    away: Away, plant: Plant, people: Party
) -> None:
    plant.apply(words.customer_excluded)
    try:
        left = connected_meanwhile(plant, people, away)
    finally:
        plant.apply(words.nothing)
    assert [one.rule for one in left.decisions] == ["excluded-number", "excluded-number"]
    assert (left.recordings, plant.files()) == ({}, set())
    # The successor of a frozen server may be there before the phone answers.
    assert left.gaps == ["not-ordered"] or (away is frozen and left.gaps == [])


@pytest.mark.parametrize("is_over", [False, True], ids=["who-still-talk", "who-have-hung-up"])
def test_what_a_running_recording_has_of_a_never_customer_connected_meanwhile_is_cut_off(
    is_over: bool, plant: Plant, people: Party
) -> None:
    assert_never_customer_is_cut_off(plant, people, is_over, killed)


def assert_never_customer_is_cut_off(plant: Plant, people: Party, is_over: bool, away: Away) -> None:
    """Of a recording whose leg went on to a never customer meanwhile, what came before is kept."""
    plant.apply(words.customer_excluded)
    try:
        left, seconds = went_on_meanwhile(plant, people, is_over, away)
    finally:
        plant.apply(words.nothing)
    assert [one.rule for one in left.decisions if not one.record] == ["excluded-number", "excluded-number"]
    assert [one.user for one in left.decisions if one.record] == [CLARA]
    assert (set(left.recordings), left.gaps, plant.files()) == ({CLARA}, ["not-ordered"], set())
    assert len(left.conversations) == 1
    recording = left.recordings[CLARA]
    assert 0 < (recording.seconds or 0.0) < seconds
    if plant.line.kind == REAL:
        assert plant.pitches(recording) == [HERTZ[CLARA], HERTZ[ANNA]]


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
        ringing = calls_clara(plant, people)
        with killed(plant):
            ringing.answer(CLARA)
            plant.until(lambda: _is_heard(plant, set()), "the switch to record")
            plant.line.api("hupall")
            plant.until(lambda: plant.line.legs() == 0, "every leg to end")

    left = seen_once_each(plant, flow)
    assert [(one.record, one.user) for one in left.decisions] == [(True, CLARA)]
    assert (set(left.recordings), left.gaps, plant.files()) == ({CLARA}, [], set())


def test_of_a_conference_that_a_never_customer_visited_meanwhile_only_what_came_before_is_kept(
    plant: Plant, people: Party
) -> None:
    visited = []

    def flow() -> None:
        known, talks = len(plant.recordings()), len(plant.decisions())
        people.dial_in(CUSTOMER, ROOM)
        people.dial(CLARA, "4001")
        until_decided(plant, talks + 1)
        until_heard(plant)
        [file] = recorded_now(plant)
        with killed(plant):
            visitor, visited_at = people.dial_in(words.WORKS_DOCTOR, ROOM), file.stat().st_size
            plant.until(lambda: plant.line.legs() == 3, "the visitor to be there")
            plant.until(lambda: file.stat().st_size > visited_at + 2 * HEARD_BYTES, "the visitor to be heard")
            visitor.hang_up()
            visited.append(file.stat().st_size)
            plant.until(lambda: _legs_up(plant) == 2, "the visitor to have left")
        plant.until(lambda: len(plant.recordings()) == known + 2, "the rest to be recorded by itself")
        until_heard(plant)

    left = seen(plant, flow)
    [before, rest] = left.kept
    assert (before.user, rest.user, left.gaps_but_late) == (CLARA, CLARA, ["not-ordered"])
    # Half of what was recorded while the visitor was heard is more than the switch may have held back.
    assert before.seconds is not None and before.seconds < (visited[0] - HEARD_BYTES) / STEREO_BYTES


def test_of_a_conference_that_a_never_customer_visited_and_that_ended_meanwhile_all_is_kept_that_was_ordered(
    plant: Plant, people: Party
) -> None:
    ordered, ended = [], []

    def flow() -> None:
        known, talks = {one.id for one in plant.recordings()}, len(plant.decisions())
        people.dial_in(CUSTOMER, ROOM)
        people.dial(CLARA, "4001")
        until_decided(plant, talks + 1)
        until_heard(plant)
        [file] = recorded_now(plant)

        def go_on(what: str) -> int:
            size = file.stat().st_size
            plant.until(lambda: file.stat().st_size > size + 3 * HEARD_BYTES, what)
            return file.stat().st_size

        with killed(plant):
            ordered.append(go_on("the switch to go on recording"))
            people.dial_in(words.WORKS_DOCTOR, ROOM)
            plant.until(lambda: plant.line.legs() == 3, "the visitor to be there")
            ended.append(go_on("the visitor to be heard"))
            plant.line.api("hupall")
            plant.until(lambda: plant.line.legs() == 0, "every leg to end")
        plant.until(lambda: _states(plant, known) == [State.SEALED], "the recording to be sealed")

    left = seen(plant, flow)
    [kept] = left.kept
    assert (kept.user, left.gaps_but_late) == (CLARA, ["not-ordered"])
    # The switch may hold back as much as it writes at once.
    assert kept.seconds is not None
    assert ordered[0] - HEARD_BYTES < kept.seconds * STEREO_BYTES < ended[0] - HEARD_BYTES
