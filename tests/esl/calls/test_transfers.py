"""Each kind of transfer as FreeSWITCH 1.11.1 told of it, and what becomes of decisions, recordings and listeners.

A is the customer's leg, B the one towards 1001; whoever comes later follows in the alphabet. Seconds are the capture's.
"""

import pytest

from tests.esl.calls.flowtables.commanded_transfers import BY_COMMANDS
from tests.esl.calls.flowtables.phone_transfers import BY_PHONES
from tests.esl.calls.flowtables.ringing_transfers import BEFORE_THE_ANSWER
from tests.esl.flows import Flow, assert_nothing_is_left, called, customer, lines

KINDS = [*BY_PHONES, *BY_COMMANDS, *BEFORE_THE_ANSWER]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_talk_of_a_transfer_is_decided_once_and_recorded_apart(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.talks)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert flow.commanded() == lines(kind.commands)
    assert_nothing_is_left(story)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.talks and kind.cut_at], ids=lambda kind: kind.name)
def test_a_listener_is_cut_with_the_talk_and_before_the_leg_s_next_one(story, kind):
    assert Flow(story, kind.legs).cut_at(kind.events, *kind.heard) == kind.cut_at


NAMED = {"1004": '"x" <sip:1004@acme.example>', "1001": "<sip:1001@acme.example>"}


@pytest.mark.parametrize(
    ("excluded", "says", "decided"),
    [
        ("1004", "1004", "department-policy"),
        ("1004", "1001", "department-policy"),
        ("1001", "1004", "excluded-number"),
    ],
    ids=["an excluded colleague", "itself", "another, to hide that it is excluded"],
)
def test_who_transfers_is_whom_the_leg_talked_to_whatever_that_phone_says(story, excluded, says, decided):
    # The number that was dialled stays on A: so it is none of the two colleagues'.
    a = customer("+4570102003")
    flow = Flow(story, {"A": a, "B": called("1001", by="A")})
    story.excludes(f"+457010{excluded}")
    flow.begins("0.00 A ASKS 1001\n0.04 B ANSWER\n0.04 A ANSWER\n0.04 A BRIDGE A-B")
    sent_on = {**a, "variable_sip_h_Referred-By": NAMED[says], "Answer-State": "answered"}
    flow = Flow(story, {"A": sent_on, "B": called("1001", by="A"), "C": called("1003", by="A")})
    flow.begins("1.00 A UNBRIDGE A-B\n1.00 B HANGUP NORMAL_CLEARING\n1.01 A ASKS 1003")
    flow.begins("1.16 C ANSWER\n1.16 A BRIDGE A-C")
    assert flow.decided()[-1].split()[0] == decided
