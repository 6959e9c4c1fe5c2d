"""A recording with a limit that is reached while the recorded user holds the call, on both switches."""

import time
from typing import Any

import pytest

from fsplug.store.recordings.recordings import State
from tests.calls.listeners import ANNA, Party, allowed
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant

LIMIT = 4


def limited(document: dict[str, Any]) -> None:
    """Everybody has what `people` need, and every department records the first seconds of a talk."""
    allowed(document)
    for policy in document["company"][0]["policy"]:
        policy["max_seconds"] = LIMIT


@pytest.mark.parametrize("taken_back", [True, False])
def test_held_over_its_limit_a_recording_is_whole(people: Party, plant: Plant, taken_back: bool) -> None:
    known = {one.id for one in plant.recordings()}

    def states() -> list[State]:
        return [one.state for one in plant.recordings() if one.id not in known]

    plant.apply(limited)
    talk = people.talk(CUSTOMER, ANNA)
    plant.until(lambda: bool(states()) and states() != [State.EXPECTED], what="the recording to begin")
    talk.hold(ANNA, True)
    [recording] = [one for one in plant.recordings() if one.id not in known]
    # The real switch records nothing of who holds, and looks at the limit when it does again.
    is_over = (recording.started_at or 0.0) + LIMIT + 1.5
    plant.until(lambda: time.time() > is_over, what="the limit to be over")
    if taken_back:
        talk.hold(ANNA, False)
        plant.until(lambda: states() == [State.SEALED], what="the recording to be sealed in mid-talk")
    talk.hang_up(CUSTOMER)
    plant.until_settled()
    [made] = [one for one in plant.recordings() if one.id not in known]
    row = (made.id, made.user, str(made.state), made.stop_cause, made.talk_seconds, made.terms.max_seconds)
    assert row == (recording.id, "1001", "sealed", "limit-reached", None, LIMIT)
    assert [gap.cause for gap in plant.gaps() if gap.recording == made.id] == []
