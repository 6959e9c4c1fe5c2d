"""Conferences, as FreeSWITCH 1.11.1 told of them: each user's part, by which rule, recorded on whose leg, until when.

A belongs to the customer, B to 1001 (Sales: no internal calls), C to 1003 (Support: all calls), D to who comes last.
"""

import pytest

from tests.esl.calls.flowtables.conferencelegs import ANOTHER, DOCTOR, ENDS, GOES_ON, ROOM, A, C
from tests.esl.calls.flowtables.conferences import KINDS
from tests.esl.flows import Flow, assert_nothing_is_left, customer, lines


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_user_s_part_is_decided_whenever_somebody_comes_or_goes(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.parts)
    assert flow.decided() == lines(kind.decided)
    assert flow.commanded() == lines(kind.commands)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert_nothing_is_left(story, kind.gaps)


# Somebody who is never recorded comes before the recording of the part has begun.
OVER_AT_ONCE = """
    0.00  A  ANSWER
    0.00  C  ANSWER
    0.00  A  COMES    room
    0.00  C  COMES    room
    0.05  D  ANSWER
    0.05  D  COMES    room
"""


def test_a_recording_that_begins_after_its_part_is_over_is_stopped_at_once_and_destroyed(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(OVER_AT_ONCE)
    flow.begins("""
        0.20  C  START
        0.22  C  STOP     success-maxtime
    """)
    assert (flow.commanded(), flow.kept(), story.spool.files) == (["start C", "stop C"], ["C lost"], set())
    flow.plays("""
        3.00  D  HANGUP   NORMAL_CLEARING
        3.00  C  HANGUP   NORMAL_CLEARING
        3.00  A  HANGUP   NORMAL_CLEARING
    """)
    assert_nothing_is_left(story, "ended-before-start")


def test_a_recording_that_never_begins_before_its_part_is_over_lacks_nothing_of_the_next(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(OVER_AT_ONCE)
    flow.plays("""
        9.00  D  HANGUP   NORMAL_CLEARING
        9.00  C  HANGUP   NORMAL_CLEARING
        9.00  A  HANGUP   NORMAL_CLEARING
    """)
    assert (flow.commanded(), flow.kept(), story.spool.files) == (["start C"], ["C lost"], set())
    assert_nothing_is_left(story, "ended-before-start")


@pytest.mark.parametrize(
    ("answers_after", "ended", "gap"), [(0.1, "0.30", "ended-before-start"), (1.0, "2.50", "never-started")]
)
def test_a_part_is_told_that_ends_with_its_leg_before_a_recording_can_begin(
    story, monkeypatch, answers_after, ended, gap
):
    def is_recording(leg, path):
        story.clock.now += answers_after
        return False

    monkeypatch.setattr(story.switch, "is_recording", is_recording)
    flow = Flow(story, {"A": A, "C": C})
    flow.plays(f"""
        0.00  A  ANSWER
        0.00  C  ANSWER
        0.00  A  COMES    room
        0.00  C  COMES    room
        {ended}  C  HANGUP   MANAGER_REQUEST
        {ended}  A  HANGUP   MANAGER_REQUEST
    """)
    assert (flow.commanded(), flow.kept()) == (["start C"], ["C lost"])
    assert_nothing_is_left(story, gap)


def test_a_change_of_policy_alters_no_conference_that_has_begun(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=ANOTHER)})
    flow.begins(GOES_ON)
    story.excludes(ANOTHER)
    flow.begins("""
        2.00  D  ANSWER
        2.00  D  COMES    room
        2.02  C  START
        2.02  C  STOP     success-maxtime
    """)
    flow.plays(ENDS + "9.20  D  GOES  room\n9.20  D  HANGUP  NORMAL_CLEARING")
    assert flow.talks() == ["C-room recorded 1003", "C-room recorded 1003"]
