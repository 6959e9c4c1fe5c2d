"""Calls that meet others in a conference, a queue or a park: whose part, which way, under which numbers.

In a conference each user's part is recorded on that user's leg, and the strictest who is there decides.
"""

import io
import json
import wave

import numpy as np

from fsplug.media.archive import FolderArchive
from fsplug.store.recordings.recordings import Recording, State
from tests.calls.aftermath import said, seen, turns, until_decided, until_heard
from tests.calls.lines import REAL
from tests.calls.listeners import ANNA, BO, CLARA, DAVID, HERTZ, Party
from tests.calls.people import CUSTOMER, WORKS_DOCTOR
from tests.calls.plant import Plant

FIFO, CALLCENTER, FIFO_WITHOUT_AGENTS = "+4570105001", "+4570105002", "+4570105003"
ROOM, DOCTOR_S_ROOM = "+4570104001", "+4570104002"


def test_a_queue_s_call_is_its_agent_s_and_filed_under_the_customer_s_and_the_dialled_number(
    plant: Plant, people: Party
) -> None:
    def flow() -> None:
        talks = len(plant.decisions())
        for user in (ANNA, BO, CLARA):
            people.is_ready(user)
        people.dial_in(CUSTOMER, FIFO)
        people.dial_in(WORKS_DOCTOR, CALLCENTER)
        people.dial_in("+4522334466", FIFO_WITHOUT_AGENTS)
        people.dial(ANNA, "*5003")
        until_decided(plant, talks + 3)
        until_heard(plant)

    left = seen(plant, flow)
    assert said(left.decisions) == {
        (True, "department-policy", CLARA, "incoming", CUSTOMER, FIFO),
        (False, "excluded-number", BO, "incoming", WORKS_DOCTOR, CALLCENTER),
        (True, "department-policy", ANNA, "incoming", "+4522334466", FIFO_WITHOUT_AGENTS),
    }
    assert {(one.direction, one.caller, one.called) for one in left.calls} == {
        ("incoming", CUSTOMER, FIFO),
        ("incoming", WORKS_DOCTOR, CALLCENTER),
        ("incoming", "+4522334466", FIFO_WITHOUT_AGENTS),
    }
    assert (set(left.recordings), left.files, left.gaps_but_late) == ({ANNA, CLARA}, 2, [])
    assert [len(one.parts) for one in left.conversations] == [1, 1, 1]
    if plant.line.kind == REAL:
        assert plant.pitches(left.recordings[CLARA]) == [HERTZ[CLARA], HERTZ["trunk"]]
        assert plant.pitches(left.recordings[ANNA]) == [HERTZ[ANNA], HERTZ["trunk"]]


def test_who_fetches_a_parked_call_has_a_part_of_that_call(plant: Plant, people: Party) -> None:
    def flow() -> None:
        talks = len(plant.decisions())
        for user in (ANNA, BO, CLARA, CUSTOMER):
            people.is_ready(user)
        incoming = people.talk(CUSTOMER, ANNA)
        incoming.transfer(ANNA, "6001")
        outgoing = people.talk(BO, CUSTOMER, dials="22334455")
        outgoing.transfer(BO, "6002")
        # Whoever comes to an empty place is parked there, and fetches nobody.
        plant.until(lambda: _parked(plant) == 2, "both to be parked")
        people.dial(CLARA, "6001")
        people.dial(ANNA, "6002")
        until_decided(plant, talks + 4)
        until_heard(plant)

    left = seen(plant, flow)
    assert said(left.decisions) == {
        (True, "department-policy", ANNA, "incoming", CUSTOMER, "+4570101001"),
        (True, "department-policy", BO, "outgoing", BO, CUSTOMER),
        (True, "department-policy", CLARA, "incoming", CUSTOMER, CLARA),
        (True, "department-policy", ANNA, "outgoing", ANNA, CUSTOMER),
    }
    assert (set(left.recordings), left.files, left.gaps_but_late) == ({ANNA, BO, CLARA}, 4, [])
    assert [sorted(turns(one)) for one in left.conversations] == [
        [f"fetch by {CLARA} at 6001", f"park by {ANNA} at 6001", f"transfer by {ANNA} blind"],
        [f"fetch by {ANNA} at 6002", f"park by {BO} at 6002", f"transfer by {BO} blind"],
    ]
    if plant.line.kind == REAL:
        for user in (ANNA, CLARA):
            assert plant.pitches(left.recordings[user]) == [HERTZ[user], HERTZ[CUSTOMER]]


def test_each_user_in_a_conference_has_a_part_until_somebody_comes_who_is_never_recorded(
    plant: Plant, people: Party
) -> None:
    def flow() -> None:
        before = {one.id for one in plant.decisions()}

        def decided(user: str, rule: str, outside: str) -> None:
            def is_there() -> bool:
                new = [one for one in plant.decisions() if one.id not in before and one.user == user]
                return any(one.rule == rule and outside in str(one.inputs) for one in new)

            plant.until(is_there, f"{user}'s part with {outside} to be decided")

        people.dial_in(WORKS_DOCTOR, DOCTOR_S_ROOM)
        people.dial(BO, "4002")
        people.dial(DAVID, "4002")
        people.dial(ANNA, "4001")
        people.dial(CLARA, "4001")
        decided(ANNA, "department-policy", CLARA)
        until_heard(plant)
        people.dial_in(CUSTOMER, ROOM)
        decided(ANNA, "department-policy", CUSTOMER)
        decided(CLARA, "department-policy", CUSTOMER)
        until_heard(plant)
        people.dial_in(WORKS_DOCTOR, ROOM)
        for user in (ANNA, BO, CLARA, DAVID):
            decided(user, "excluded-number", WORKS_DOCTOR)
        until_heard(plant)

    left = seen(plant, flow)
    assert said(left.decisions) >= {
        (True, "department-policy", ANNA, "incoming", CUSTOMER, ROOM),
        (True, "department-policy", CLARA, "incoming", CUSTOMER, ROOM),
        (False, "excluded-number", ANNA, "incoming", CUSTOMER, ROOM),
        (False, "excluded-number", CLARA, "incoming", CUSTOMER, ROOM),
        (False, "excluded-number", BO, "incoming", WORKS_DOCTOR, DOCTOR_S_ROOM),
        (False, "excluded-number", DAVID, "incoming", WORKS_DOCTOR, DOCTOR_S_ROOM),
    }
    assert (set(left.recordings), left.gaps_but_late) == ({ANNA, CLARA}, [])
    assert all(one.ended_at for one in left.calls)
    if plant.line.kind == REAL:
        # Who is hung up a moment after the others may have a last part of which nothing was recorded.
        sealed = {one.user: one for one in left.kept if one.state is State.SEALED}
        assert tones(plant, sealed[ANNA]) == ({HERTZ[ANNA]}, {HERTZ[CLARA], HERTZ["trunk"]})
        assert tones(plant, sealed[CLARA]) == ({HERTZ[CLARA]}, {HERTZ[ANNA], HERTZ["trunk"]})


def tones(plant: Plant, recording: Recording) -> tuple[set[int], ...]:
    """The tones of each channel of a recording, once it is sealed."""

    def location() -> str:
        return next((one.location or "" for one in plant.recordings() if one.id == recording.id), "")

    plant.until(lambda: location() != "", "the recording to be sealed")
    with FolderArchive(plant.data / "archive").open(location()) as file:
        wav = file.read()
    with wave.open(io.BytesIO(wav)) as opened:
        samples = np.frombuffer(opened.readframes(opened.getnframes()), "<i2").reshape(-1, opened.getnchannels())
        rate = opened.getframerate()
    return tuple(_tones(one, rate) for one in samples.T)


def _tones(samples: np.ndarray, rate: int) -> set[int]:
    strength = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    loud = np.flatnonzero(strength > strength.max() / 4)
    return {round(float(one) * rate / len(samples) / 10) * 10 for one in loud}


def _parked(plant: Plant) -> int:
    """How many legs are parked, as the switch lists them."""
    rows = json.loads(plant.line.api("show channels as json")).get("rows", [])
    return sum(one["application"] == "valet_park" for one in rows)
