"""What of a conference fsplug did not see, because it was away or no event came: what is kept, and what is not.

A belongs to the customer, B to 1001, C to 1003, D to who comes last.
"""

import pytest

from fsplug.esl.calls.conference_stays import TOGETHER_SECONDS
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.records import LegRecord, Stay
from fsplug.store.calls.entries import OutageSeen
from tests.esl.calls.flowtables.conferencelegs import ANOTHER, DOCTOR, ENDS, GOES_ON, ROOM, A, C
from tests.esl.flows import Flow, assert_nothing_is_left, customer
from tests.esl.story import ACME, START


def test_after_a_restart_a_part_is_not_decided_and_recorded_again(story):
    flow = Flow(story, {"A": A, "C": C})
    flow.begins(GOES_ON)
    [recording] = story.recordings()
    story.switch.met, story.switch.records = {"room": ["A", "C"]}, {("C", f"/spool/{recording}.wav")}
    story.start_again()
    story.until(4.0)
    story.reconciler.look()
    story.until(6.0)
    story.switch.met = {}
    flow.plays(ENDS)
    assert (flow.talks(), flow.commanded()) == (["C-room recorded 1003"], ["start C"])
    assert list(story.recordings()) == [recording]
    assert_nothing_is_left(story)


@pytest.mark.parametrize("seen_until", [1.9, None])
def test_of_a_conference_that_somebody_joined_while_fsplug_was_away_only_what_it_saw_is_kept(story, seen_until):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(GOES_ON)
    [recording] = story.recordings()
    story.switch.met, story.switch.records = {"room": ["A", "C", "D"]}, {("C", f"/spool/{recording}.wav")}
    flow.goes_unseen("2.00  D  ANSWER")
    story.until(4.0)
    if seen_until is not None:
        story.entries.append(OutageSeen("outage", "switch", "away", START + seen_until))
    story.start_again()
    flow.begins("5.00  C  STOP  success-maxtime")
    story.switch.met = {}
    flow.plays(ENDS.split("\n", 2)[2] + "9.20  D  HANGUP  NORMAL_CLEARING")
    assert (flow.talks(), flow.commanded()) == (
        ["C-room recorded 1003", "C-room not-recorded 1003"],
        ["start C", "stop C"],
    )
    assert flow.kept() == ["C stopped" if seen_until else "C lost"]
    assert [*story.spool.cuts.values()] == ([1.78] if seen_until else [])
    assert_nothing_is_left(story, "not-ordered")


@pytest.mark.parametrize(("who", "cut"), [(DOCTOR, [1.88]), (ANOTHER, [])], ids=["never", "anybody"])
def test_a_record_tells_who_came_and_went_while_fsplug_was_away(story, who, cut):
    flow = Flow(story, {"A": A, "C": C})
    flow.begins(GOES_ON)
    [recording] = story.recordings()
    visitor = leg_of(story.event("D", "CHANNEL_ANSWER", marks_of_leg=False, **customer(ROOM, who=who)))
    story.switch.met, story.switch.records = {"room": ["A", "C"]}, {("C", f"/spool/{recording}.wav")}
    story.until(4.0)
    story.start_again()
    stay = Stay(visitor, "room", START + 2.0, START + 3.0)
    story.conferences.reported(record_of(stay))
    flow.begins("4.02  C  STOP  success-maxtime\n4.02  C  START" if cut else "")
    story.switch.met = {}
    flow.plays(ENDS)
    kept = ["C stopped", "C stopped"] if cut else ["C stopped"]
    assert (flow.commanded(), flow.kept()) == (["start C", "stop C", "start C"] if cut else ["start C"], kept)
    assert [*story.spool.cuts.values()] == cut
    assert_nothing_is_left(story, "not-ordered" if cut else "")


MET = {"A": (0.0, 5.0), "C": (0.0, 4.0)}
VISITED = MET | {"D": (2.0, 3.0)}


@pytest.mark.parametrize(
    ("stays", "who", "cut"),
    [(MET, DOCTOR, []), (VISITED, ANOTHER, []), (VISITED, DOCTOR, [1.88]), ({"C": (0.0, 4.0)}, DOCTOR, [1.78])],
    ids=["nobody", "anybody", "never", "never, and is still there"],
)
@pytest.mark.parametrize("last", ["C", "D"])
def test_the_records_of_all_who_were_there_tell_what_is_kept_of_a_part_that_ended_unseen(story, stays, who, cut, last):
    legs = {"A": A, "C": C, "D": customer(ROOM, who=who)}
    flow = Flow(story, legs)
    flow.begins(GOES_ON)
    flow.goes_unseen("4.00  C  HANGUP  NORMAL_CLEARING")
    if stays == MET or "D" in stays:
        flow.goes_unseen("5.00  A  HANGUP  NORMAL_CLEARING")
    else:
        story.switch.met = {"room": ["A", "D"]}
        flow.goes_unseen("2.00  D  ANSWER")
    story.until(6.0)
    story.entries.append(OutageSeen("outage", "switch", "away", START + 1.9))
    story.start_again()
    records = {
        leg: record_of(Stay(leg_of(story.event(leg, "DUMP", marks_of_leg=False, **legs[leg])), "room", *_at(times)))
        for leg, times in stays.items()
    }
    for leg in sorted(records, key=lambda one: one == last):
        story.witness.settle({leg: records[leg]}, {leg: 100.0})
    assert flow.kept() == ["C recording"]
    story.until(6.0 + TOGETHER_SECONDS)
    assert story.witness.settle(records, dict.fromkeys(records, 100.0)) == set(records)
    assert (flow.kept(), [*story.spool.cuts.values()]) == (["C stopped"], cut)
    story.switch.met = {}
    flow.plays("20.00  A  HANGUP  NORMAL_CLEARING" if len(stays) == 1 else "")
    assert story.gaps() == (["not-ordered"] if cut else [])


def _at(times: tuple[float, float]) -> tuple[float, ...]:
    return tuple(START + one for one in times)


def record_of(stay: Stay) -> LegRecord:
    """The record of a leg that did nothing else."""
    uuid = stay.leg.uuid
    return LegRecord(uuid, ACME, uuid, stay.at, stay.until, "NORMAL_CLEARING", (), answered_at=stay.at, stay=stay)


def test_who_came_and_went_while_no_event_reported_it_is_found_at_the_second_look(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(GOES_ON + "2.00  D  ANSWER")
    story.switch.met = {"room": ["A", "C", "D"]}
    story.reconciler.look()
    assert flow.talks() == ["C-room recorded 1003"]
    flow.begins("4.00  C  STOP  success-maxtime")
    assert flow.talks() == ["C-room recorded 1003", "C-room not-recorded 1003"]
    story.switch.met = {}
    flow.plays(ENDS.split("\n", 2)[2] + "9.20  D  HANGUP  NORMAL_CLEARING")
    assert_nothing_is_left(story)
