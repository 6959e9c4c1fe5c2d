"""The machine's clock is set while calls are up: nothing ends before it began, and lengths are those that passed."""

from dataclasses import replace

import pytest

from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.records import Bridge, LegRecord
from fsplug.store.calls import calls
from fsplug.store.recordings import holds, recordings
from tests.esl.flows import Flow, called, customer
from tests.esl.story import ACME, START, Story

LEGS = {"A": customer(), "B": called("1001", by="A")}
# The clock is set before the rows of one of these, at 2 s, 9 s and 16 s.
BEGINS = """
    0.00  A  ASKS     1001
    5.00  B  ANSWER
    5.00  B  START
    5.00  A  ANSWER
    5.02  A  BRIDGE   A-B
"""
HOLDS = """
    10.00 B  HOLD
    12.00 B  UNHOLD
"""
ENDS = """
    25.00 B  STOP     success-silence
    25.00 A  UNBRIDGE A-B
    25.00 B  HANGUP   NORMAL_CLEARING
    25.00 A  HANGUP   NORMAL_CLEARING
"""
SET_BY = [-3600.0, -4.0, 4.0, 3600.0]


def seconds_of(story: Story) -> dict[str, float | None]:
    """When the one call and its one recording began and ended, and when it was held, in the story's seconds."""
    story.write_down()
    [call], [kept] = calls.listed(story.store, ACME), recordings.listed(story.store, ACME)
    times = {
        "rings": call.started_at,
        "answered": call.answered_at,
        "ended": call.ended_at,
        "starts": kept.started_at,
        "stops": kept.stopped_at,
    }
    held = holds.of(story.store, ACME, kept.id)
    times |= {f"hold {number}": at for one in held for number, at in enumerate((one.at, one.until))}
    return {**{name: at and round(at - START, 2) for name, at in times.items()}, "length": kept.talk_seconds}


TRUE = {"rings": 0.0, "answered": 5.02, "ended": 25.0, "starts": 5.0, "stops": 25.0, "hold 0": 10.0, "hold 1": 12.0}


@pytest.mark.parametrize("set_by", SET_BY)
@pytest.mark.parametrize("place", [1, 2])
def test_a_call_has_its_times_as_if_the_clock_had_not_been_set(story: Story, set_by: float, place: int) -> None:
    flow = Flow(story, LEGS)
    for number, part in enumerate((BEGINS, HOLDS, ENDS)):
        story.set_by = set_by if number >= place else 0.0
        flow.begins(part)
    story.until(60)
    found = seconds_of(story)
    assert found == pytest.approx({**TRUE, "length": 20.0}, abs=0.05)
    assert story.gaps() == []


@pytest.mark.parametrize("set_by", SET_BY)
def test_a_clock_that_is_set_while_a_phone_rings_changes_no_time(story: Story, set_by: float) -> None:
    flow = Flow(story, LEGS)
    flow.begins(BEGINS.splitlines()[1])
    story.set_by = set_by
    flow.begins("\n".join(BEGINS.splitlines()[2:]) + HOLDS + ENDS)
    story.until(60)
    assert seconds_of(story)["ended"] >= seconds_of(story)["answered"] >= seconds_of(story)["rings"]
    assert seconds_of(story)["length"] == pytest.approx(20.0, abs=0.05)


def test_what_ends_after_a_restart_on_a_clock_that_was_set_back_does_not_end_before_it_began(story: Story) -> None:
    flow = Flow(story, LEGS)
    flow.begins(BEGINS)
    story.set_by = -3600.0
    story.switch.live = {}
    story.start_again()
    story.until(60)
    record = LegRecord("B", ACME, "A", START - 3600.0, START - 3540.0, "", (), "1001", START - 3595.0)
    talk = Bridge(leg_of(flow.dump("B")), "A", "", START - 3594.98, START - 3540.0, False, 0, True)
    story.witness.settle({"B": replace(record, bridges=(talk,))}, {})
    found = seconds_of(story)
    assert (found["ended"], found["stops"]) == (found["rings"], found["starts"])
