"""A leg that is armed for one partner and gets another: what was armed is taken back, what was talked is kept."""

import pytest

from tests.esl.calls.flowtables.other_partners import OTHERS
from tests.esl.calls.flowtables.semi_attended import SEMI_ATTENDED_KINDS
from tests.esl.flows import Flow, assert_nothing_is_left, called, customer, lines

KINDS = [*SEMI_ATTENDED_KINDS, *OTHERS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_was_armed_for_another_partner_is_taken_back(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.talks)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert flow.commanded() == lines(kind.commands)
    assert_nothing_is_left(story, kind.gaps)


def test_a_talk_of_which_no_event_came_is_kept_though_its_leg_is_alone_for_a_moment_at_its_end(story):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins("""
        0.00  A  ASKS     1001
        0.04  B  RINGS
        0.60  B  ANSWER
        0.60  B  START
        0.62  A  ANSWER
    """)
    flow.goes_unseen("""
        0.62  A  BRIDGE   A-B
        2.58  A  UNBRIDGE A-B
    """)
    flow.plays("""
        2.70  B  STOP     success-silence
        2.70  B  HANGUP   NORMAL_CLEARING
        2.70  A  HANGUP   NORMAL_CLEARING
    """)
    assert (flow.talks(), flow.kept(), flow.commanded()) == (["A-B recorded 1001"], ["B stopped"], [])
    assert_nothing_is_left(story)


def test_a_talk_stays_as_armed_when_its_end_is_reported_before_the_switch_says_who_has_answered(story):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins("""
        0.00  A  ASKS     1001
        0.02  B  RINGS
    """)
    flow.goes_unseen("""
        0.60  B  ANSWER
        0.60  B  FILE
        0.62  A  ANSWER
        0.62  A  BRIDGE   A-B
    """)
    # The link is up again, and a look at the switch sees the two talk. The switch is asked about B, and meanwhile:
    flow.begins("2.58  A  LEAVES   NORMAL_CLEARING")
    story.watch.begin("A", "B")
    flow.plays("""
        2.58  B  HANGUP   NORMAL_CLEARING
        2.58  A  HANGUP   NORMAL_CLEARING
    """)
    assert (flow.talks(), flow.kept(), flow.files()) == (["A-B recorded 1001"], ["B stopped"], 1)
    assert_nothing_is_left(story)
